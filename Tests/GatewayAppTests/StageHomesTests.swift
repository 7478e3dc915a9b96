import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A level that counts is everybody's business; what single homes used for it is not (P9).
@Suite("Stages whose rules look at homes", .serialized)
struct StageHomesTests {
    private static func stages(_ id: String, _ houses: ClosedRange<Int>, declared: String = "in_advance") -> String {
        let meters = houses.map(TrialVillage.house).joined(separator: ", ")
        let most = houses.count * 5
        return """
              - id: \(id)
                title: {en: T-\(id)}
                resource: water
                declared: \(declared)
                levels:
                  - title: {en: save}
                    enter: {use: [\(meters)], more_than: \(most) m3, days: 2}
                    leave: {use: [\(meters)], less_than: \(most) m3, days: 1}
                    stays: 1 d

            """
    }

    private static let decision =
        "limits: []\nstages:\n" + stages("every", 1...20) + stages("few", 1...3)
        + stages("asked", 4...6, declared: "by_assembly")

    /// Every home uses six a day from day 3 to day 5, else four: a level counts from day 5, and ends after day 6.
    private func village(until last: Int) throws -> TrialVillage {
        let village = try TrialVillage(homes: 20)
        try village.adopt(Self.decision, on: 0)
        var register = 1000
        for day in 0..<last {
            register += (3...5).contains(day) ? 6 : 4
            for house in 1...20 { village.read(TrialVillage.house(house), day, register) }
            try village.liveDay(day)
        }
        return village
    }

    @Test("The level is told to everybody once; since which day and what was found is told of a group of homes alone")
    func told() throws {
        let village = try village(until: 9)
        let store = village.office.store
        let told = try store.outboxEntries().map(\.item).filter {
            $0.type == "stage.changed" && $0.destination == "board"
        }
        #expect(
            told.map(\.body).sorted() == [
                "T-every: level 1 (save) counts since 2026-09-06, as decision 1 says. What changes with it stands in the list of limits.",
                "T-every: no level counts any more since 2026-09-08, as decision 1 says.",
                "T-few: level 1 (save) counts now, as decision 1 says. What was measured is not told: it would tell of single homes. What changes with it stands in the list of limits.",
                "T-few: no level counts any more, as decision 1 says. What was measured is not told: it would tell of single homes.",
            ])
        let records = try store.recordEntries().map(\.entry).filter { $0.kind == "stage.changed" }
        #expect(
            records.filter { $0.facts["stages"] == "1/every" }.map { $0.facts["since"] } == [
                "2026-09-06", "2026-09-08",
            ])
        let few = records.filter { $0.facts["stages"] == "1/few" }
        #expect(few.map(\.facts) == ["1", "0"].map { ["stages": "1/few", "level": $0] })
        #expect(few.map { $0.erasable["since"] } == ["2026-09-06", "2026-09-08"])
    }

    @Test("No agenda, list or explanation says since when such a level counts, or proposes one because of few homes")
    func papers() throws {
        let village = try village(until: 6)
        let papers = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(year: 2026, month: 9),
            now: village.time(6, 2))
        let agenda = papers.agenda(.markdown, language: "en")
        let known = agenda.split(separator: "\n").filter { $0.hasPrefix("- Know: T-") }
        #expect(
            known.map { $0.prefix { $0 != "(" } + "…" + $0.drop { $0 != ")" }.dropFirst().prefix { $0 != "(" } } == [
                "- Know: T-asked: the box proposes no level. The rules of decision 1/asked look at too few homes: what they ask for would tell of these. Only the assembly says whether a level counts. …",
                "- Know: T-every: level 1 counts. Level 1 … has begun by itself on 6 September 2026, as decision 1/every says. ",
                "- Know: T-few: level 1 counts. Level 1 … counts, as decision 1/few says. ",
            ], "\(agenda)")
        let machine = papers.agenda(.json, language: "en")
        #expect(machine.contains("Level 1 counts. Since when is not told here: it would tell of single homes."))
        #expect(machine.contains("What the rules find is not told here"))
        let list = try LimitDesk(site: village.site).readLines(on: "2026-09-06", json: false, language: "en")
        #expect(
            list.suffix(3) == [
                "1/asked is at level 0 since 2026-09-01.", "1/every is at level 1 since 2026-09-06.",
                "1/few is at level 1. Since when is not told: it would tell of single homes.",
            ], "\(list)")
        let explained = try ExplainDesk(site: village.site).lines("1/few", at: "2026-09-06", now: village.time(6, 2))
            .lines.joined(separator: "\n")
        #expect(explained.contains("1/few is at level 1. Since when"), "\(explained)")
        // The trial goes by the same function: a group of homes is told, few homes are not.
        let tried = try village.tried(Self.decision.replacing("T-", with: "U-"), through: 5)
        #expect(tried.contains("U-every, days on which each level would have counted: save 1 day"), "\(tried)")
        #expect(tried.contains("U-few: too few homes to show") && tried.contains("U-asked: too few homes to show"))
    }

    @Test(
        "What the agenda says of a proposal is the same whatever few homes use, and so is what it says of a declared level"
    )
    func proposals() throws {
        func agenda(_ use: Int, _ parts: String) throws -> String {
            let village = try TrialVillage(homes: 20)
            try village.adopt(parts, on: 0)
            for day in 0..<6 {
                for house in 1...20 { village.read(TrialVillage.house(house), day, 1000 + day * (house < 7 ? use : 4)) }
                try village.liveDay(day)
            }
            return try Papers(
                site: village.site, store: village.office.store, month: CalendarMonth(year: 2026, month: 9),
                now: village.time(6, 2)
            ).agenda(.json, language: "en")
        }
        let asked = "limits: []\nstages:\n" + Self.stages("asked", 4...6, declared: "by_assembly")
        for parts in [asked, asked + "declares: [{stages: asked, level: 1}]"] {
            let (much, little) = (try agenda(9, parts), try agenda(1, parts))
            #expect(much == little && much.contains("T-asked"), "\(much)")
        }
    }
}
