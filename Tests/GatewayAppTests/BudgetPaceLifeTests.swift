import Alerting
import Foundation
import GatewayModel
import Limits
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// The pace of a budget where people read it: in the warning, in the explanation and in the report.
@Suite("The pace of a budget lived with", .serialized)
struct BudgetPaceLifeTests {
    private static let limits =
        "limits:\n"
        + TrialVillage.limit(
            "month", ["well/water"], "budget: {amount: 100 m3, per: month, warn_at: [40], warn_on_course_for: 100 %}"
        ).replacingOccurrences(
            of: "protects: resource\n    resource: garden",
            with: "protects: resource\n    resource: water\n    floor: tank")
        + "\n  - {id: tank, title: Tank, bound: at_least, protects: people, resource: water, sensors: [tank/level], instant: {value: 1 cm}, priority: assembly}"

    @Test("On course is told before the share is reached, with the day on which all of it is used")
    func told() throws {
        let village = try TrialVillage()
        try village.adopt(Self.limits, on: 0)
        for day in 0..<12 {
            village.read("well/water", day, 1000 + day * 5)
            try village.liveDay(day)
        }
        let store = village.office.store
        let told = try store.transitions(from: .min, until: village.time(13))
        #expect(told.map { "\($0.change)" } == ["onCourse(percent: 100)", "warned(percent: 40)"])
        let alert = try #require(try store.alerts(openOnly: true).first { $0.cause != .box(.testAlarm) })
        #expect(alert.priority == .assembly)
        let words = AlertWords(
            site: village.site, sensors: try SensorDirectory(store), limits: village.office.pipeline.state.limits,
            policy: village.office.pipeline.state.alerts.policy)
        func text(_ transition: LimitTransition, _ language: String) -> String {
            var alert = alert
            alert.transition = transition
            let draft = NoticeDraft(kind: "alert.warned", alert: alert, audience: .members)
            return words.text(of: draft, language: language, audience: .members).body
        }
        #expect(
            text(told[0], "en")
                == "T-month: 10 of 100 m³ used since 2026-09-01 00:00. At this pace it comes to 100 % by 30 September 2026. 2 readings agree."
        )
        #expect(
            text(told[1], "es")
                == "T-month: se ha gastado el 40 %: 40 de 100 m³ desde 2026-09-01 00:00. A este paso se agota el 22 de septiembre de 2026. 3 lecturas coinciden."
        )
        let explained = try ExplainDesk(site: village.site).lines("1/month", at: nil, now: village.time(12)).lines
        let sentence =
            "T-month: 55 of 100 m³ used through 12 September 2026. At this pace all of it is used on 22 September 2026."
        #expect(explained.contains(sentence), "\(explained)")
        let report = try Papers(
            site: village.site, store: store, month: CalendarMonth(of: village.day(11)), now: village.time(12)
        ).report(.json, language: "en")
        #expect(report.contains(sentence))
        // What is only foreseen is not passed.
        #expect(try village.figures(Self.limits, through: 11)[0]["days_passed"] as? Int == 0)
    }

    private static func month(_ id: String, _ sensors: [String]) -> String {
        TrialVillage.ofWater(id, sensors, "budget: {amount: 100 m3, per: month}")
    }

    @Test(
        "A sum of which a meter is missing is “at least”, of nothing nothing is said, and nothing of days to come or of what was replaced"
    )
    func partial() throws {
        let village = try TrialVillage()
        let both = Self.month("both", ["well/water", "taps/water"])
        try village.adopt("limits:\n" + TrialVillage.level() + both + Self.month("taps", ["school/used"]), on: 0)
        for day in 0..<12 {
            village.read("well/water", day, 1000 + day * 5)
            if day < 4 { village.read("taps/water", day, 500 + day * 2) }
            try village.liveDay(day)
        }
        func ahead(_ limit: String, at day: Int?) throws -> [String] {
            try ExplainDesk(site: village.site).lines(
                limit, at: day.map { village.day($0).description }, now: village.time(12)
            ).lines.filter { $0.hasPrefix("T-") }
        }
        let sentence =
            "T-both: at least 61 of 100 m³ used through 12 September 2026 (measured part 66 %). Too little was measured to say how far it goes."
        #expect(try ahead("1/both", at: nil) == [sentence])
        #expect(
            try ahead("1/taps", at: nil) == [
                "T-taps: nothing is measured through 12 September 2026; how much of 100 m³ is used we do not know."
            ])
        #expect(try ahead("1/both", at: 12) == [sentence])
        // A store that was filled ahead of the clock goes by what it heard.
        let early = try ExplainDesk(site: village.site).lines(
            "1/both", at: village.day(11).description, now: village.time(3)
        ).lines
        #expect(early.contains { $0.hasPrefix("T-both: at least 56 of 100 m³ used through 11 September 2026") })
        #expect(try ahead("1/both", at: 13) == [] && ahead("1/both", at: 60) == [])
        let report = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(of: village.day(11)),
            now: village.time(12)
        ).report(.json, language: "en")
        #expect(report.contains(sentence))
        try village.adopt("supersedes: [1]\nlimits:\n" + TrialVillage.level() + both, on: 12, number: 2)
        #expect(try ahead("1/both", at: nil) == [])
        #expect(try ahead("2/both", at: nil) == [sentence])
    }
}
