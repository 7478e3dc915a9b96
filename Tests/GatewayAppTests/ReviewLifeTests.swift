import GatewayModel
import Reporting
import Testing

@testable import GatewayApp

/// What the assembly looks at again is what counts when it meets, whatever counted in the month that is reported.
@Suite("Reviews on the agenda", .serialized)
struct ReviewLifeTests {
    /// Days from 1 September: the assemblies of 1 November and 6 December.
    private static let november = 61
    private static let december = 96

    private static func water(_ amount: Int) -> String {
        "limits:\n" + TrialVillage.level()
            + TrialVillage.limit("cap", ["well/water"], "budget: {amount: \(amount) L, per: day}")
            .replacing("resource: garden", with: "resource: water\n    floor: tank")
    }

    /// The agenda that would be drafted on a day.
    private func items(_ village: TrialVillage, on day: Int) throws -> [AgendaItem] {
        let now = village.time(day)
        return try Papers(
            site: village.site, store: village.office.store,
            month: CalendarMonth(of: village.site.zone.date(at: now)).previous, now: now
        ).items(language: "en")
    }

    /// The reviews in it, with their facts; what protects people beside it is left out.
    private func reviews(_ village: TrialVillage, on day: Int) throws -> [String] {
        try items(village, on: day).filter { $0.kind == .limitExpiring && $0.related[0].hasSuffix("cap") }
            .flatMap { ["\($0.related.joined()) by \($0.grounds.joined())"] + $0.facts }
    }

    private static func rule(_ amount: Int) -> String { "T-cap: not more than \(amount) L per day." }

    @Test(
        "A limit replaced since the month is asked about no more, the one that counts is, before the only date it has",
        arguments: [false, true])
    func replaced(isPassed: Bool) throws {
        let village = try TrialVillage()
        try village.adopt(Self.water(5000), on: 0, review: "2027-01-05")
        let before = try reviews(village, on: Self.november + 1)
        #expect(
            before == [
                "1/cap by review/2027-01-05", Self.rule(5000),
                "Last month, days on which it was kept: 0; passed: 0; not known: 31.",
            ])
        try village.adopt(
            "supersedes: [1]\n" + Self.water(4000), from: "2026-11-02", on: Self.november + 1, number: 2,
            review: "2026-12-20")
        // The sixth of December is the only assembly before its review; on the last of November its own days are known.
        for day in [62, 63, 64, 65] {
            let more = isPassed && day > 63 ? 7 : 0
            for hour in [0, 12] { village.read("well/water", at: village.time(day, hour), day * 4 + hour / 6 + more) }
            try village.liveDay(day)
        }
        let ahead = try reviews(village, on: Self.december - 6)
        let passed = try items(village, on: Self.december - 6).filter { $0.kind == .budgetPassed }
        if isPassed {
            // It is talked about once.
            #expect(ahead == [] && passed.map(\.related) == [["2/cap"]])
            #expect(passed[0].grounds == ["passed/2026-11", "review/2026-12-20"])
            #expect(passed[0].options.map(\.text).contains("Keep the limit, with a new date"))
        } else {
            #expect(
                ahead == [
                    "2/cap by review/2026-12-20", Self.rule(4000),
                    "November 2026, up to 30 November 2026: Days on which it was kept: 4; passed: 0; not known: 24.",
                ])
            #expect(passed == [])
        }
        // One that was decided already, and begins by then, leaves nothing to ask.
        try village.adopt(
            "supersedes: [2]\n" + Self.water(3000), from: "2026-12-20", on: Self.december - 6, number: 3,
            review: "2027-12-05")
        let settled = try reviews(village, on: Self.december - 6)
        #expect(settled == [])
    }

    @Test("A limit whose successor begins only after its review is asked about, and that successor as well in time")
    func gap() throws {
        let village = try TrialVillage()
        try village.adopt(Self.water(5000), on: 0, review: "2026-12-20")
        try village.adopt(
            "supersedes: [1]\n" + Self.water(4000), from: "2026-12-21", on: 1, number: 2, review: "2027-01-10")
        let asked = try reviews(village, on: Self.december - 6)
        #expect(
            asked == [
                "1/cap by review/2026-12-20", Self.rule(5000),
                "Last month, days on which it was kept: 0; passed: 0; not known: 31.",
                "2/cap by review/2027-01-10", Self.rule(4000),
            ])
    }
}
