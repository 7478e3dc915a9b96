import Foundation
import GatewayModel
import Reporting
import Testing

@testable import GatewayApp

/// A day is judged by the limit that counted on it, also where that limit has ended since.
@Suite("Limits that end within a month", .serialized)
struct EndedLimitTests {
    private static func water(_ amount: Int, _ more: String = "") -> String {
        "limits:\n" + TrialVillage.level()
            + TrialVillage.limit("cap", ["well/water"], "budget: {amount: \(amount) m3, per: day}", more)
            .replacing("resource: garden", with: "resource: water\n    floor: tank")
    }

    /// Six cubic metres a day from the first to the twelfth, by the reading at midnight.
    private func live(_ village: TrialVillage) throws {
        for day in 0...12 {
            village.read("well/water", at: village.time(day, 0), 1000 + day * 6)
            try village.liveDay(day)
        }
    }

    /// September as it is known on the second of October, two days before the assembly.
    private func papers(_ village: TrialVillage) throws -> Papers {
        try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(of: TrialVillage.first),
            now: village.time(31))
    }

    /// The rows of the limits on the well: title, days kept, near, passed and not known, and the last column.
    private func rows(_ village: TrialVillage) throws -> [String] {
        try papers(village).report(.markdown, language: "en").filter { $0 != "\\" }.split(separator: "\n")
            .filter { $0.hasPrefix("| T-cap") }.map { line in
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                return ([cells[0]] + cells[2...5] + [cells[7]]).joined(separator: " | ")
            }
    }

    /// The agenda's items about the well's limits that were passed.
    private func passed(_ village: TrialVillage) throws -> [AgendaItem] {
        try papers(village).items(language: "en").filter { $0.kind == .budgetPassed }
    }

    @Test("The days of a limit that was replaced, or withdrawn, are shown beside those of the one that followed")
    func replaced() throws {
        let village = try TrialVillage()
        try village.adopt(Self.water(5), on: 0)
        try live(village)
        try village.adopt("supersedes: [1]\n" + Self.water(9), from: "2026-09-08", on: 13, number: 2)
        try village.adopt(
            "supersedes: [2]\nlimits:\n" + TrialVillage.level(), from: "2026-09-15", on: 13, number: 3)
        let rows = try rows(village)
        #expect(
            rows == [
                "T-cap (until 7 September 2026) | 0 | 0 | 7 | 0 | since 8 September 2026 no. 2 counts",
                "T-cap (until 14 September 2026) | 5 | 0 | 0 | 2 | since 15 September 2026 no. 3 counts",
            ])
        let items = try passed(village)
        try #require(items.map(\.related) == [["1/cap"]] && items.map(\.ask) == [.discuss])
        #expect(
            items[0].facts.prefix(3) == [
                "T-cap: not more than 5 m³ per day.", "It counted until 7 September 2026. Decision 2 has replaced it.",
                "The limit was passed on 7 of 7 days.",
            ])
        // Nothing is told of what was used on days on which it counted no more.
        #expect(items[0].facts.last == "On 7 September 2026 we used 6 m³.")
        #expect(items[0].options.map(\.isDoNothing) == [false, true])
        #expect(
            items[0].options[1].consequence
                == "This limit has ended. What counts instead is what decision 2 says.")
        let json =
            try JSONSerialization.jsonObject(
                with: Data(papers(village).report(.json, language: "en").utf8)) as? [String: Any]
        let water = try #require(
            (json?["resources"] as? [[String: Any]])?.first { $0["resource"] as? String == "water" })
        #expect(water["state"] as? String == "past")
        let limits = try #require(json?["limits"] as? [[String: Any]])
        #expect(
            limits.map { "\($0["limit"] ?? "") \($0["last_day"] ?? "") \($0["replaced_by"] ?? "")" } == [
                "1/cap 2026-09-07 2", "1/tank 2026-09-07 2", "2/cap 2026-09-14 3", "2/tank 2026-09-14 3", "3/tank  ",
            ])
    }

    @Test("A limit that lapses is judged until its review date, and what was passed before is told")
    func lapsed() throws {
        let village = try TrialVillage()
        try village.adopt(Self.water(5), on: 0, review: "2026-09-06")
        try live(village)
        let rows = try rows(village)
        #expect(rows == ["T-cap | 0 | 0 | 5 | 0 | ended on 6 September 2026, shown only"])
        let items = try passed(village)
        try #require(items.map(\.ask) == [.decide])
        #expect(
            items[0].facts.prefix(3) == [
                "T-cap: not more than 5 m³ per day.", "It ended on 6 September 2026.",
                "The limit was passed on 5 of 5 days.",
            ])
        #expect(
            items[0].options.last?.consequence
                == "The limit has ended on 6 September 2026. It is shown, but raises no alerts.")
    }

    @Test(
        "Of a limit that lapsed after the month the agenda says that it has, and the report of the month judges it whole"
    )
    func lapsedSince() throws {
        let village = try TrialVillage()
        try village.adopt(Self.water(5), on: 0, review: "2026-10-01")
        try live(village)
        let rows = try rows(village)
        #expect(rows == ["T-cap | 0 | 0 | 12 | 18 | 1 October 2026"])
        let items = try passed(village)
        try #require(items.map(\.related) == [["1/cap"]])
        #expect(
            items[0].facts.prefix(3) == [
                "T-cap: not more than 5 m³ per day.", "It ended on 1 October 2026.",
                "The limit was passed on 12 of 30 days.",
            ])
        #expect(items[0].options.map(\.text).first == "Keep the limit, with a new date")
        #expect(
            items[0].options.last?.consequence
                == "The limit has ended on 1 October 2026. It is shown, but raises no alerts.")
    }

    @Test("A limit that counts at a level of a stage is shown for the days of that level")
    func stage() throws {
        let village = try TrialVillage()
        let stages =
            "\nstages:\n  - {id: drought, title: D, resource: water, declared: by_assembly, levels: [{title: one, enter: {use: [well/water], more_than: 90 m3}, leave: by_assembly}]}"
        try village.adopt(Self.water(5, "at_stage: drought 1") + stages, on: 0)
        try village.adopt(
            "limits: []\ndeclares: [{stages: 1/drought, level: 1}]", from: "2026-09-03", on: 1, number: 2)
        try village.adopt("limits: []\nsupersedes: [2]", from: "2026-09-08", on: 1, number: 3)
        try live(village)
        let rows = try rows(village)
        #expect(rows == ["T-cap | 0 | 0 | 5 | 0 | 1 January 2099"])
        let items = try passed(village)
        #expect(items.map(\.related) == [["1/cap"]] && items.map(\.ask) == [.decide])
    }
}
