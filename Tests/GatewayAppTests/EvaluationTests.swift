import Foundation
import GatewayModel
import Limits
import Reporting
import Storage
import Testing

@testable import GatewayApp

/// What the report says is what is stored now, whatever came late, was told, or was missed by a box that was off.
@Suite("The report's evaluation", .serialized)
struct EvaluationTests {
    private static let silent =
        "limits:\n"
        + TrialVillage.limit("silent", ["tank/level"], "silence: {after: 30 h}")
        .replacingOccurrences(of: "resource: garden", with: "resource: water")

    /// Kept, near, passed and unknown days of a limit in September.
    private func days(_ title: String, _ village: TrialVillage, at day: Int) throws -> [Int] {
        let text = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(of: TrialVillage.first),
            now: village.time(day)
        ).report(.markdown, language: "en")
        let row = try #require(text.filter { $0 != "\\" }.split(separator: "\n").first { $0.hasPrefix("| \(title) |") })
        return try row.split(separator: "|")[2...5].map {
            try #require(Int($0.trimmingCharacters(in: .whitespaces)))
        }
    }

    private func raised(_ village: TrialVillage) throws -> [LimitTransition] {
        try village.office.store.transitions(from: .min, until: village.time(60))
            .filter { $0.change == .raised }
    }

    @Test(
        "Readings that came hours late, in any order, count in the report as in time, and wake nobody",
        arguments: [true, false])
    func late(isLate: Bool) throws {
        let village = try TrialVillage()
        try village.adopt("limits:\n" + TrialVillage.level(), on: 0)
        for day in 0..<5 {
            if day == 2 {
                let levels = [(120, 150)] + (0..<11).map { (125 + $0 * 5, 80) } + [(180, 150)]
                for (minute, level) in levels {
                    village.read("tank/level", at: village.time(2, 0).advanced(bySeconds: Int64(minute) * 60), level)
                    if !isLate { try village.enter(at: village.time(2, 0).advanced(bySeconds: Int64(minute) * 60 + 1)) }
                }
            } else {
                village.read("tank/level", day, 150)
            }
            try village.liveDay(day)
        }
        let found = try days("Tank", village, at: 5)
        #expect(found == [4, 0, 1, 0])
        #expect(try raised(village).count == (isLate ? 0 : 1))
        // The monthly test message of the first is about no reading.
        let told = try village.office.store.outboxEntries().map(\.item)
            .filter { $0.destination == "paper" && !$0.title.contains("Test message") }.map(\.type)
        #expect(told == (isLate ? [] : ["alert.raised", "alert.returned"]))
    }

    @Test("A sensor that was silent while the box was off was silent: no day of that was kept")
    func off() throws {
        let village = try TrialVillage()
        try village.adopt(Self.silent, on: 0)
        for day in [0, 1, 20] {
            village.read("tank/level", day, 150)
            try village.liveDay(day)
        }
        // Heard at noon of the second; silent from the evening of the third until noon of the twenty-first.
        let found = try days("T-silent", village, at: 21)
        #expect(found == [2, 0, 19, 0])
        #expect(
            try village.figures(
                "limits:\n" + TrialVillage.limit("silent", ["tank/level"], "silence: {after: 30 h}"), through: 20)[0][
                    "days_passed"] as? Int == 19)
    }

    @Test("The days of an emergency are judged by its number, and the others by what the assembly decided")
    func emergency() throws {
        let village = try TrialVillage()
        try village.adopt(
            "allows_emergency: [{limit: cap, tightest: 1 m3}]\nlimits:\n" + TrialVillage.level()
                + TrialVillage.limit("cap", ["well/water"], TrialVillage.daily)
                .replacingOccurrences(of: "resource: garden", with: "resource: water\n    floor: tank"), on: 0)
        try village.adopt(
            "limits: []\nemergency: {limit: 1/cap, amount: 1 m3, until: 2026-09-04}", on: 0, number: 2)
        for day in 0..<10 {
            for hour in [0, 12] { village.read("well/water", at: village.time(day, hour), 1000 + day * 2 + hour / 12) }
            try village.liveDay(day)
        }
        let found = try days("T-cap", village, at: 9)
        #expect(found == [5, 0, 4, 0])
    }

    @Test("How far a budget has gone is explained by the number that counted on the day")
    func explained() throws {
        let village = try TrialVillage()
        try village.adopt(
            "allows_emergency: [{limit: cap, tightest: 30 m3}]\nlimits:\n" + TrialVillage.level()
                + TrialVillage.limit("cap", ["well/water"], "budget: {amount: 60 m3, per: month}")
                .replacingOccurrences(of: "resource: garden", with: "resource: water\n    floor: tank"), on: 0)
        try village.adopt(
            "limits: []\nemergency: {limit: 1/cap, amount: 40 m3, until: 2026-09-06}", on: 0, number: 2)
        for day in 0..<10 {
            for hour in [0, 12] { village.read("well/water", at: village.time(day, hour), 1000 + day * 2 + hour / 12) }
            try village.liveDay(day)
        }
        func ahead(_ day: Int) throws -> [String] {
            try ExplainDesk(site: village.site).lines(
                "1/cap", at: village.day(day).description, now: village.time(day + 1)
            ).lines
        }
        #expect(try ahead(5).contains { $0.hasPrefix("T-cap: 10 of 40 m³ used through 5 September 2026.") })
        #expect(try ahead(8).contains { $0.hasPrefix("T-cap: 16 of 60 m³ used through 8 September 2026.") })
    }

    @Test("What is passed after midnight, in hours that begin on a day of the limit, is in the report as in the trial")
    func afterMidnight() throws {
        let parts = "limits:\n" + TrialVillage.level("hours: between 22:00 and 06:00\n    days: Friday")
        let village = try TrialVillage()
        try village.adopt(parts, on: 0)
        for day in 0..<8 {
            // Saturday the fifth.
            for (hour, level) in day == 4 ? [(1, 80), (2, 150)] : [] {
                village.read("tank/level", at: village.time(day, hour), level)
                try village.enter(at: village.time(day, hour).advanced(bySeconds: 1))
            }
            village.read("tank/level", day, 150)
            try village.liveDay(day)
        }
        #expect(try raised(village).count == 1)
        let found = try days("Tank", village, at: 8)
        #expect(found == [1, 0, 1, 0])
        #expect(try village.figures(parts, through: 7)[0]["days_passed"] as? Int == 1)
    }

    @Test("A level that is neither passed nor clear stays passed, over the month's end and when it is tried")
    func deadband() throws {
        let parts =
            "limits:\n"
            + TrialVillage.level().replacingOccurrences(of: "{value: 100 cm}", with: "{value: 100 cm, deadband: 50 cm}")
        let village = try TrialVillage()
        try village.adopt(parts, on: 0)
        for day in 0..<40 {
            village.read("tank/level", day, day == 5 || day == 25 ? 80 : [8, 35].contains(day) ? 151 : 120)
            try village.liveDay(day)
        }
        let found = try days("Tank", village, at: 40)
        #expect(found == [21, 0, 9, 0])
        #expect(try village.figures(parts, through: 29)[0]["days_passed"] as? Int == 9)
        let october = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(of: village.day(35)),
            now: village.time(40)
        ).report(.markdown, language: "en")
        let row = try #require(october.split(separator: "\n").first { $0.hasPrefix("| Tank |") })
        #expect(
            row.split(separator: "|")[2...5].map { $0.trimmingCharacters(in: .whitespaces) } == ["4", "0", "6", "0"])
    }
}
