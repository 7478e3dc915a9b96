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
        #expect(try again(.deferred, ["The pump stood still."], "2026-09").facts == gap.facts)
        #expect(try again(.submitted, ["The pump stood still."], "2026-10").facts == gap.facts)
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
}
