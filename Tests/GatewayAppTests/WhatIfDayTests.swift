import Foundation
import GatewayModel
import Limits
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// `commons limits what-if` on constructed stores with days that nobody knows, and with seasons.
@Suite("A decision tried on days", .serialized)
struct WhatIfDayTests {
    @Test("Days without figures are neither passed nor kept, of budgets and of levels; silence is judged on them")
    func unknownDays() throws {
        let village = try TrialVillage()
        for day in 0..<12 where day != 5 && day != 6 {
            village.read("well/water", day, 1000 + day * 4)
            village.read("taps/water", day, 1000 + day)
            village.read("tank/level", day, day < 3 ? 150 : 90)
        }
        try village.live(until: 13)
        let found = try village.figures(
            "limits:\n" + TrialVillage.limit("day", ["well/water"], TrialVillage.daily)
                + TrialVillage.limit("both", ["well/water", "taps/water"], TrialVillage.daily)
                + TrialVillage.level()
                + TrialVillage.limit("falls", ["tank/level"], "rate: {change: 20 cm, within: 30 h, direction: falls}")
                + TrialVillage.limit("silent", ["tank/level"], "silence: {after: 30 h}")
                + TrialVillage.limit("flow", ["well/water"], "rolling: {amount: 7 m3, days: 2}"), through: 41)
        let passed = found.map { $0["days_passed"] as? Int }
        let unknown = found.map { $0["days_unknown"] as? Int }
        // The first day has no use yet and is known; days 5 and 6 and those from 12 on are not. What the registers show on
        // day 7 may have been used on days 5 and 6: nobody can say that it passed a day's amount, or that of two days.
        #expect(unknown == [33, 33, 32, 32, 0, 30 + 4 + 1], "\(unknown)")
        #expect(passed[0] == 8 && passed[1] == 8 && passed[2] == 7, "\(passed)")
        // Silence began on the evening of day 5, and on that of day 12; it is what is measured.
        #expect(passed[4] == 3 + 30, "\(passed)")
        #expect(found[0]["longest_seconds"] as? Int == 8 * 86_400)
        #expect(found[2]["longest_seconds"] as? Int == 6 * 86_400 + 43_200)
        for form in ["text", "markdown", "html"] {
            let text = try village.tried("limits:\n" + TrialVillage.level(), through: 41, form: form)
            #expect(text.contains("32"))
        }
    }

    @Test(
        "An amount per time was passed in so many of its periods, also where they follow one another",
        arguments: [("day", 13), ("week", 3), ("month", 1)])
    func periods(per: String, times: Int) throws {
        let village = try TrialVillage()
        let parts =
            "limits:\n" + TrialVillage.ofWater("s", ["well/water"], "budget: {amount: 3 m3, per: \(per)}")
            + TrialVillage.level()
        try village.adopt(parts, on: 0)
        // The first day is a Tuesday, the last one a Monday.
        for day in 0..<14 {
            village.read("well/water", day, 1000 + day * 4)
            try village.liveDay(day)
        }
        let raised = try village.office.store.transitions(from: .min, until: village.time(20))
            .filter { $0.change == .raised }
        #expect(raised.count == times)
        let found = try #require(village.figures(parts, through: 13).first)
        #expect(found["times"] as? Int == times)
        #expect(found["days_passed"] as? Int == 13 && found["longest_seconds"] as? Int == 13 * 86_400)
        #expect(try village.tried(parts, through: 13).contains("13 d in a row"))
        #expect(!(try village.tried(parts, through: 1).contains("in a row")))
    }

    @Test("A weekend of a sensor with office hours is no day that we do not know, a weekday without it is")
    func officeHours() throws {
        let village = try TrialVillage()
        let rule = TrialVillage.level().replacing("tank/level", with: "school/level")
        try village.adopt("limits:\n" + rule, on: 0)
        // The first day is a Tuesday: days 4 and 5 and 11 and 12 are weekends; a Thursday is missing.
        for day in 0..<14 {
            if ![4, 5, 9, 11, 12].contains(day) {
                village.read("school/level", day, (2...8).contains(day) ? 90 : 150)
            }
            try village.liveDay(day)
        }
        let found = try village.figures("limits:\n" + rule, through: 13)
        let report = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(of: village.day(0)),
            now: village.time(14, 2)
        ).report(.markdown, language: "en")
        let row = try #require(report.split(separator: "\n").first { $0.hasPrefix("| Tank |") }).split(separator: "|")
            .map { $0.trimmingCharacters(in: .whitespaces) }
        // Kept on two days before and one after; of the second weekend nothing is said.
        #expect(row[2...5] == ["3", "0", "8", "1"], "\(row)")
        // From Thursday noon to the Friday of the week after; on its Thursday nobody knows.
        #expect(found[0]["days_unknown"] as? Int == 1, "\(found)")
        #expect(found[0]["days_passed"] as? Int == 8, "\(found)")
    }

    @Test("A sum of which a part was not heard is known to be passed, and never known to be kept")
    func partsMissing() throws {
        let village = try TrialVillage()
        for day in 0..<6 {
            village.read("well/water", day, 1000 + day * (day < 3 ? 1 : 4))
            if day < 2 { village.read("taps/water", day, 1000 + day) }
        }
        try village.live(until: 7)
        let found = try village.figures(
            "limits:\n" + TrialVillage.limit("both", ["well/water", "taps/water"], TrialVillage.daily), through: 5)
        #expect(found[0]["days_passed"] as? Int == 3)
        #expect(found[0]["days_unknown"] as? Int == 1)
    }

    @Test(
        "Out of its season a budget is neither passed nor unknown",
        arguments: [("day", 5, 5), ("week", 5, 2), ("month", 2, 1)])
    func seasons(per: String, passed: Int, times: Int) throws {
        let village = try TrialVillage()
        for day in 0..<40 { village.read("well/water", day, 1000 + day * 4) }
        try village.live(until: 41)
        let amounts = ["day": 3, "week": 0, "month": 15]
        let rule = "budget: {amount: \(amounts[per] ?? 0) m3, per: \(per)}"
        func found(_ season: String) throws -> [String: Any] {
            try #require(
                village.figures("limits:\n" + TrialVillage.limit("s", ["well/water"], rule, season), through: 39).first)
        }
        let spring = try found("season: from May to June")
        #expect(spring["days_passed"] as? Int == 0 && spring["days_unknown"] as? Int == 0)
        // Of the month only what was used in the season counts.
        let days = try found("season: from 26 September to 30 September")
        #expect(days["days_passed"] as? Int == passed, "\(days)")
        #expect(days["times"] as? Int == times)
    }
}
