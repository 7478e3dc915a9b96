import GatewayModel
import Reporting
import Testing

@Suite("What an item keeps of an earlier agenda")
struct AgendaGrowthTests {
    private static let november = CalendarDate(year: 2026, month: 11, day: 1)

    private func facts(_ change: (inout ReportFacts) throws -> Void = { _ in }) throws -> ReportFacts {
        var facts = try Village().facts
        try change(&facts)
        return facts
    }

    private func items(_ facts: ReportFacts, _ language: String = "en") throws -> [AgendaItem] {
        AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book(language))
    }

    /// The item as it stood on the agenda of 4 October.
    private func past(_ item: AgendaItem, _ status: AgendaStatus) -> AgendaPast {
        AgendaPast(
            meeting: Self.november.adding(days: -28), status: status, items: ["en": item, "es": item])
    }

    @Test("what nobody entered a result for goes on with the months it was posted with", arguments: ["en", "es"])
    func grows(_ language: String) throws {
        let gap = try #require(try items(facts(), language).first { $0.kind == .dataGap })
        let (september, october) =
            language == "en" ? ("September 2026", "October 2026") : ("septiembre de 2026", "octubre de 2026")
        let soFar = language == "en" ? ", up to 3 October 2026: " : ", hasta el 3 de octubre de 2026: "
        func again(_ status: AgendaStatus, _ facts: [String], _ months: String...) throws -> AgendaItem {
            var old = gap
            (old.facts, old.grounds) = (facts, months.map { "month/\($0)" })
            let items = try items(self.facts { $0.agendaPast = [old.id: [past(old, status)]] }, language)
            return try #require(items.first { $0.id == old.id && $0.since != nil })
        }
        let named = gap.facts.map { "\(october): \($0)" }
        for status in [AgendaStatus.submitted, .accepted] {
            // One that spoke of September alone did not say so in its facts.
            let plain = try again(status, ["The pump stood still."], "2026-09")
            #expect(plain.facts == ["\(september): The pump stood still."] + named)
            #expect(plain.grounds == ["month/2026-09", "month/2026-10"])
            // What October had come to by then is known better now.
            let several = try again(
                status, ["\(september): The pump stood still.", "\(october)\(soFar)It stands."], "2026-09", "2026-10")
            #expect(several.facts == ["\(september): The pump stood still."] + named)
        }
        #expect(try again(.submitted, ["The pump stood still."], "2026-10").facts == gap.facts)
    }

    @Test("what was put off says what it was about then, briefly, in the same item", arguments: ["en", "es"])
    func putOff(_ language: String) throws {
        let gap = try #require(try items(facts(), language).first { $0.kind == .dataGap })
        let rule = try #require(try items(facts(), language).first { $0.kind == .budgetPassed }?.facts.first)
        func past(_ weeks: Int, _ status: AgendaStatus, _ told: [String]) -> AgendaPast {
            var old = gap
            (old.facts, old.grounds) = (told, ["month/2026-0\(9 - weeks / 4)"])
            return AgendaPast(
                meeting: Self.november.adding(days: -7 * weeks), status: status, items: [language: old])
        }
        func history(_ entries: [AgendaPast]) throws -> [String] {
            let drafted = try items(facts { $0.agendaPast = [gap.id: entries] }, language).filter { $0.id == gap.id }
            #expect(drafted.map(\.facts) == [gap.facts])
            return drafted.flatMap(\.history)
        }
        let isEnglish = language == "en"
        func day(_ english: String, _ spanish: String) -> String { isEnglish ? english : spanish }
        let (august, september, october) = (
            day("9 August 2026", "9 de agosto de 2026"), day("6 September 2026", "6 de septiembre de 2026"),
            day("4 October 2026", "4 de octubre de 2026")
        )
        let putOff = isEnglish ? ": put off by the assembly." : ": aplazado por la asamblea."
        let known = isEnglish ? "Known on " : "Lo que se sabía el "
        // What stands in the item anyhow, or what the limit says, is not told twice; nor is that it came up late then.
        let late = try Phrases.book(language).text("agenda.facts.late", ["moment": august])
        #expect(
            try history([past(4, .deferred, ["The pump stood still.", rule, late] + gap.facts)]) == [
                october + putOff, known + october + ": The pump stood still.",
            ])
        #expect(try history([past(4, .deferred, gap.facts)]) == [october + putOff])
        // Each of the last ones tells what the later ones do not; a few facts of each, and how many more.
        let all = try history([
            past(16, .deferred, ["A0."]), past(12, .deferred, ["A1.", "A2.", "A3.", "A4.", "A5."]),
            past(8, .deferred, ["A2.", "B."]), past(4, .deferred, ["B."]),
        ])
        #expect(
            all.dropFirst() == [
                august + putOff,
                known + august + (isEnglish ? ": A1. A3. A4. And 1 more." : ": A1. A3. A4. Y 1 más."),
                september + putOff, known + september + ": A2.", october + putOff, known + october + ": B.",
            ])
    }

    @Test("that an item came up late is said of the agenda that had closed, and not of the next one")
    func lateOnce() throws {
        let drafted = try items(facts())
        let gap = try #require(drafted.first { $0.kind == .dataGap })
        let told = "It came up after the agenda had closed on "
        let rest = ". The assembly says first whether it takes it up today."
        func again(posted: [AgendaItem]) throws -> [String] {
            let items = try self.items(
                facts { facts in
                    var over = gap
                    over.id = String(repeating: "b", count: 32)
                    over.facts = ["The pump stood still.", told + "27 September 2026 at 18:00" + rest]
                    facts.agendaPast = [over.id: [past(over, .submitted)]]
                    for item in posted {
                        facts.agendaPast[item.id] = [
                            AgendaPast(meeting: Self.november, status: .submitted, items: ["en": item])
                        ]
                    }
                })
            return try #require(items.first { $0.since != nil }).facts
        }
        #expect(try again(posted: []) == ["The pump stood still."])
        #expect(
            try again(posted: drafted) == ["The pump stood still.", told + "25 October 2026 at 18:00" + rest])
    }

    @Test("what is over by other means comes again no more, also where an assembly put it off; what happened does")
    func over() throws {
        let gap = try #require(try items(facts()).first { $0.kind == .dataGap })
        func comes(
            _ kind: AgendaKind, _ status: AgendaStatus = .deferred, related: [String] = [], disputes: [Dispute] = []
        ) throws -> Bool {
            var over = gap
            (over.id, over.kind, over.related) = (String(repeating: "b", count: 32), kind, related)
            return try items(
                facts {
                    $0.agendaPast = [over.id: [past(over, status)]]
                    $0.disputes = disputes
                }
            ).contains { $0.id == over.id }
        }
        let ending: [AgendaKind] = [
            .disputeOpen, .signaturesMissing, .recoveryWaiting, .delegatesEnding, .emergencyToRatify, .meterQuestion,
            .stageProposed, .stageCounts,
        ]
        for kind in ending { #expect(try !comes(kind) && !comes(kind, .submitted), "\(kind)") }
        for kind in [AgendaKind.dataGap, .budgetPassed, .peopleAtRisk, .alert, .pausedAgain, .confederal] {
            #expect(try comes(kind) && comes(kind, .submitted), "\(kind)")
        }
        let time = try Village.time("2026-10-20T10:00:00Z")
        func dispute(_ alert: Int, _ state: Dispute.State) -> Dispute {
            var dispute = Dispute(
                number: Int64(alert), subject: .alert(alert), sensor: nil, about: time, isHousehold: false,
                openedAt: time, person: "Amina", enteredBy: "Ona", why: "no")
            dispute.state = state
            return dispute
        }
        #expect(try !comes(.alert, related: ["4"], disputes: [dispute(4, .upheld)]))
        #expect(try comes(.alert, related: ["4"], disputes: [dispute(4, .kept)]))
        #expect(try comes(.alert, related: ["4", "5"], disputes: [dispute(4, .upheld)]))
    }

    @Test("what changed in a closed report of any month is told once to an assembly that was held")
    func errata() throws {
        let august = CalendarMonth(year: 2026, month: 8)
        func erratum(_ after: Int64) -> Erratum {
            Erratum(
                number: 3, resource: "water", before: DecimalValue(9), after: DecimalValue(after), unit: Unit("m3"))
        }
        func told(
            _ errata: [Erratum], after past: AgendaPast? = nil, cancelled: Set<CalendarDate> = []
        ) throws -> AgendaItem? {
            try items(
                facts { facts in
                    facts.olderErrata = [august: errata]
                    if let past, let id = past.items["en"]?.id { facts.agendaPast = [id: [past]] }
                    facts.cancelledMeetings = cancelled
                }
            ).first { $0.kind == .reportChanged }
        }
        let first = try #require(try told([erratum(8)]))
        #expect(first.facts == ["Water: the closed report said 9 m³ (no. 3); now it is 8 m³."])
        #expect(first.title.contains("August 2026") && first.isForInformation)
        let heard = past(first, .submitted)
        #expect(try told([erratum(8)], after: heard) == nil)
        #expect(try told([erratum(7)], after: heard)?.facts.last?.hasSuffix("now it is 7 m³.") == true)
        #expect(try told([erratum(8)], after: heard, cancelled: [heard.meeting]) != nil)
        var same = heard
        same.meeting = Self.november
        #expect(try told([erratum(8)], after: same) != nil)
    }
}
