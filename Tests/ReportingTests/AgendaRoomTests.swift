import GatewayModel
import Reporting
import Testing

/// Who gets a place on an agenda that cannot take everything.
@Suite("Room on the agenda")
struct AgendaRoomTests {
    private static let november = CalendarDate(year: 2026, month: 11, day: 1)

    private func items(_ language: String = "en", _ change: (inout ReportFacts) throws -> Void) throws -> [AgendaItem] {
        var facts = try Village().facts
        try change(&facts)
        return AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book(language))
    }

    private func slip(_ number: Int64) throws -> Dispute {
        let time = try Village.time("2026-10-20T10:00:00Z")
        return Dispute(
            number: number, subject: .figure("garden", Village.month), sensor: nil, about: time, isHousehold: false,
            openedAt: time, person: "Amina", enteredBy: "Ona", why: "reason \(number)")
    }

    private func proposal(_ title: String, _ ask: AgendaAsk, minutes: Int, isEssential: Bool = false) -> NeighbourFacts
    {
        NeighbourFacts(
            file: "\(title).json", sha256: title, from: "Vall Fosca", title: title, summary: "", ask: ask, facts: [],
            options: [], minutes: minutes, touchesEssentialSupply: isEssential)
    }

    @Test("paper slips never push people at risk off the agenda; many of them share one item", arguments: ["en", "es"])
    func slips(_ language: String) throws {
        let items = try self.items(language) { facts in
            let place = try #require(facts.limits.firstIndex { $0.limit.id == "tank-minimum" })
            facts.limits[place].days[Self.november.adding(days: -3)] = .past
            facts.disputes = try (1...10).map(slip)
            facts.agendaBudget = AgendaBudget(minutes: 60, items: 5)
        }
        let asked = items.filter { !$0.isForInformation }
        #expect(
            asked.map(\.kind) == [.peopleAtRisk, .budgetPassed, .disputeOpen, .disputeOpen, .disputeOpen])
        #expect(items.prefix(asked.count).map(\.id) == asked.map(\.id))
        let slips = items.filter { $0.kind == .disputeOpen }
        #expect(slips.map(\.related) == [["1"], ["2"], ["3"], (4...10).map(String.init)])
        let shared = try #require(slips.last)
        #expect(shared.isForInformation && shared.requestedMinutes == 15 && shared.title.contains("7"))
        for number in 4...10 { #expect(shared.facts.contains { $0.contains("reason \(number)") }) }
        #expect(!(shared.facts + [shared.title, shared.summary]).joined().contains("{"))
        // The same item whoever has been added to it.
        let fewer = try self.items(language) { $0.disputes = try (1...4).map(slip) }.filter { $0.kind == .disputeOpen }
        #expect(fewer.count == 4 && fewer.last?.id == shared.id && fewer.last?.isForInformation == false)
    }

    @Test("people at risk have their place also where nothing else has, and an alert of their limit tells of them too")
    func people() throws {
        func first(_ change: (inout ReportFacts) throws -> Void) throws -> [AgendaItem] {
            try items { facts in
                facts.agendaBudget = AgendaBudget(minutes: 1, items: 1)
                facts.neighbours = [proposal("A bridge", .decide, minutes: 1)]
                try change(&facts)
            }.filter { !$0.isForInformation }
        }
        #expect(try first { _ in }.map(\.kind) == [.confederal])
        let passed = try first { facts in
            let place = try #require(facts.limits.firstIndex { $0.limit.id == "tank-minimum" })
            facts.limits[place].days[Self.november.adding(days: -3)] = .past
        }
        #expect(passed.map(\.kind) == [.peopleAtRisk])
        let alert = try first { facts in
            let number = try #require(facts.alerts.firstIndex { $0.protects == .people })
            facts.alerts[number].priority = .assembly
            facts.alerts[number].state = .raised
        }
        #expect(alert.map(\.kind) == [.alert])
    }

    @Test(
        "what finds no room loses its place to equals alone, and holds up nobody where it is longer than the assembly")
    func strict() throws {
        func asked(_ long: Int) throws -> [String] {
            try items { facts in
                facts.agendaBudget = AgendaBudget(minutes: 45, items: 10)
                facts.neighbours = [
                    proposal("A bridge", .decide, minutes: long), proposal("A path", .decide, minutes: 20),
                    proposal("A song", .discuss, minutes: 1),
                ]
            }.filter { !$0.isForInformation }.map { $0.kind == .confederal ? $0.title : $0.kind.rawValue }
        }
        #expect(try asked(31) == ["budget_passed", "Vall Fosca proposes: A path"])
        #expect(
            try asked(46) == ["budget_passed", "Vall Fosca proposes: A path", "paused_again"])
    }

    @Test("what was posted as an item for this meeting stays one; what comes up since finds no room before it")
    func posted() throws {
        let gap = try #require(try items { _ in }.first { $0.kind == .dataGap })
        func standing(_ change: (inout AgendaPast) -> Void = { _ in }) throws -> Bool? {
            var past = AgendaPast(meeting: Self.november, status: .submitted, items: ["en": gap])
            change(&past)
            return try items { facts in
                facts.agendaPast = [gap.id: [past]]
                facts.agendaBudget = AgendaBudget(minutes: 30, items: 10)
                facts.neighbours = [proposal("A bridge", .decide, minutes: 15)]
            }.first { $0.id == gap.id }?.isForInformation
        }
        #expect(try standing() == false)
        #expect(try standing { $0.items["en"]?.isForInformation = true } == true)
        #expect(try standing { $0.meeting = Self.november.adding(days: -28) } == true)
    }
}
