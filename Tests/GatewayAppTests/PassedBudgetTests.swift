import GatewayModel
import Reporting
import Testing

@testable import GatewayApp

/// What the agenda says was used of a budget that was passed.
@Suite("Budgets that were passed", .serialized)
struct PassedBudgetTests {
    /// Seven cubic metres a day by the reading at midnight, of which a week may have thirty.
    private func village(through last: Int) throws -> TrialVillage {
        let village = try TrialVillage()
        try village.adopt(
            "limits:\n" + TrialVillage.level()
                + TrialVillage.limit("cap", ["well/water"], "budget: {amount: 30 m3, per: week}")
                .replacing("resource: garden", with: "resource: water\n    floor: tank"), on: 0)
        for day in 1...last {
            village.read("well/water", at: village.time(day, 0), 1000 + day * 7)
            try village.liveDay(day)
        }
        return village
    }

    private func used(_ village: TrialVillage, _ month: CalendarMonth, on day: Int) throws -> [String] {
        let papers = try Papers(site: village.site, store: village.office.store, month: month, now: village.time(day))
        let item = try #require(papers.items(language: "en").first { $0.kind == .budgetPassed })
        return item.facts.filter { $0.contains("we used") }
    }

    @Test("A week of which days are not known was at least so much, and weeks that were kept are not named")
    func missing() throws {
        let told = try used(village(through: 12), CalendarMonth(of: TrialVillage.first), on: 31)
        #expect(
            told == [
                "In the period from 31 August 2026 we used at least 35 m³.",
                "In the period from 7 September 2026 we used at least 42 m³.",
            ])
    }

    @Test("A week that began in the month before is counted from its own beginning; one that runs, up to its last day")
    func acrossMonths() throws {
        let month = CalendarMonth(of: TrialVillage.first)
        #expect(
            try used(village(through: 35), month.next, on: 62)
                == ["In the period from 28 September 2026 we used 49 m³."])
        let running = try used(village(through: 18), month, on: 18)
        #expect(running.last == "From 14 September 2026 until 19 September 2026 we used at least 35 m³.")
    }
}
