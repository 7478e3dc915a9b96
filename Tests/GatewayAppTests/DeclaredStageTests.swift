import GatewayModel
import Reporting
import Testing

@testable import GatewayApp

/// What the agenda says of a level that counts.
@Suite("A level that the assembly declared", .serialized)
struct DeclaredStageTests {
    private static func stages(_ declared: String, leave: String) -> String {
        """
        limits: []
        stages:
          - {id: drought, title: {en: Drought}, resource: water, declared: \(declared), levels: [{title: {en: save}, enter: {use: [well/water], more_than: 9 m3}, leave: \(leave)}]}
        """
    }

    private func item(_ village: TrialVillage, on day: Int) throws -> AgendaItem {
        let items = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(of: TrialVillage.first),
            now: village.time(day)
        ).items(language: "en").filter { $0.kind == .stageCounts }
        try #require(items.count == 1)
        return items[0]
    }

    @Test("The agenda says that it was declared, and how it ends", arguments: ["by_assembly", "in_advance"])
    func declared(declaration: String) throws {
        let village = try TrialVillage()
        let leave = declaration == "by_assembly" ? "by_assembly" : "{use: [well/water], less_than: 5 m3}"
        try village.adopt(Self.stages(declaration, leave: leave), on: 0)
        try village.adopt(
            "limits: []\ndeclares: [{stages: 1/drought, level: 1}]", from: "2026-09-03", on: 1, number: 2)
        let item = try item(village, on: 4)
        #expect(item.title == "Drought: level 1 counts")
        #expect(item.summary == "Level 1 (save) counts since 3 September 2026: a decision has declared it.")
        #expect(item.facts == ["Level 1 counts since 3 September 2026."])
        #expect(
            item.options.map(\.consequence) == [
                "A new decision declares it, or replaces the one that has the rules.",
                declaration == "by_assembly"
                    ? "It counts until the assembly declares another level."
                    : "It ends by itself once the rule for leaving it holds.",
            ])
    }

    @Test("A level that the rules brought about has begun by itself")
    func byItself() throws {
        let village = try TrialVillage()
        try village.adopt(Self.stages("in_advance", leave: "{use: [well/water], less_than: 5 m3}"), on: 0)
        for day in 0...3 {
            village.read("well/water", at: village.time(day, 0), 1000 + day * 10)
            try village.liveDay(day)
        }
        let item = try item(village, on: 4)
        #expect(
            item.summary == "Level 1 (save) has begun by itself on 2 September 2026, as decision 1/drought says.")
    }
}
