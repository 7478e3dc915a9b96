import GatewayModel
import Reporting
import Testing

/// What people say is wrong, where the agenda speaks of it.
@Suite("Disputed figures and alerts on the agenda")
struct AgendaMarkTests {
    private func items(_ disputes: [Dispute], _ language: String = "en") throws -> [AgendaItem] {
        var facts = try Village().facts
        let place = try #require(facts.limits.firstIndex { $0.limit.id == "tank-minimum" })
        facts.limits[place].days[CalendarDate(year: 2026, month: 10, day: 8)] = .past
        let budget = try #require(facts.limits.firstIndex { $0.limit.id == "daily-water" })
        facts.limits[budget].budgetUse = [
            CalendarDate(year: 2026, month: 10, day: 6): BudgetUse(
                amount: DecimalValue(15), isLowerBound: false, until: nil, isPassed: true)
        ]
        facts.disputes = disputes
        return AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book(language))
    }

    private func dispute(
        _ number: Int64, _ subject: Dispute.Subject, _ state: Dispute.State = .open, isHousehold: Bool = false
    ) throws -> Dispute {
        let time = try Village.time("2026-10-20T10:00:00Z")
        var dispute = Dispute(
            number: number, subject: subject, sensor: nil, about: time, isHousehold: isHousehold, openedAt: time,
            person: "Amina", enteredBy: "Ona", why: "no")
        dispute.state = state
        return dispute
    }

    private func readings(_ sensor: String, day: String = "03") throws -> Dispute.Subject {
        .readings(
            SensorID(rawValue: sensor), from: try Village.time("2026-10-\(day)T00:00:00Z"),
            until: try Village.time("2026-10-\(day)T12:00:00Z"))
    }

    /// The facts with a mark and the title of the item about a kind; of the title what follows the last bracket.
    private func marks(_ kind: AgendaKind, _ disputes: [Dispute], _ language: String = "en") throws -> [String] {
        let item = try #require(try items(disputes, language).first { $0.kind == kind })
        return (item.facts + [item.title]).compactMap { text in
            text.hasSuffix(")") ? text.lastIndex(of: "(").map { String(text[$0...]) } : nil
        }
    }

    @Test(
        "a figure that somebody says is wrong is marked where the agenda says what was used", arguments: ["en", "es"])
    func figure(_ language: String) throws {
        let book = try Phrases.book(language)
        #expect(try marks(.budgetPassed, [], language).isEmpty)
        let open = book.text("disputes.mark.open", ["number": "1"])
        let all = try marks(.budgetPassed, [dispute(1, .figure("water", Village.month))], language)
        #expect(all.count > 2 && Set(all) == [open])
        let upheld = book.text("disputes.mark.upheld", ["number": "1"])
        #expect(
            try Set(marks(.budgetPassed, [dispute(1, .figure("water", Village.month), .upheld)], language)) == [upheld])
        // Another month's, another role's, one that counts again, and a home's mark nothing.
        for other in [
            try dispute(1, .figure("water", Village.month.previous)),
            try dispute(1, .figure("water", Village.month, role: .production)),
            try dispute(1, .figure("water", Village.month), .kept),
            try dispute(1, readings("home-1/water"), isHousehold: true), try dispute(1, readings("home-1/water")),
        ] {
            #expect(try marks(.budgetPassed, [other], language).isEmpty)
        }
    }

    @Test("an alert that is disputed or set aside is marked where people were at risk, and where it was put off")
    func alert() throws {
        let alert = try dispute(3, .alert(12))
        let marked = try marks(.peopleAtRisk, [alert])
        #expect(marked.count >= 2 && Set(marked) == ["(disputed: 3)"])
        #expect(
            try Set(marks(.peopleAtRisk, [dispute(3, .alert(12), .upheld)])) == ["(set aside by the assembly: 3)"])
        #expect(try Set(marks(.peopleAtRisk, [dispute(4, readings("tank/level"))])) == ["(disputed: 4)"])
        #expect(try marks(.peopleAtRisk, [dispute(3, .alert(13))]).isEmpty)
        // No title is longer than others, and what is decided about it is no part of it.
        let item = try #require(try items([alert]).first { $0.kind == .peopleAtRisk })
        #expect(item.title.count <= 100 && item.title.hasSuffix("(disputed: 3)"))
        #expect(try items([]).first { $0.kind == .peopleAtRisk }?.id == item.id)
    }
}
