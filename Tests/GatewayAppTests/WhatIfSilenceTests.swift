import Foundation
import GatewayModel
import Limits
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Silence in what-if and in the report: from when somebody listened, and however long ago a sensor was last heard.
@Suite("Silence tried and reported", .serialized)
struct WhatIfSilenceTests {
    private static func silent(_ after: String, _ sensors: [String]) -> String {
        "limits:\n"
            + TrialVillage.limit("silent", sensors, "silence: {after: \(after)}")
            .replacingOccurrences(of: "resource: garden", with: "resource: water")
    }

    /// Days passed, or -1 where nothing is known, days unknown, times and the longest time in hours.
    private func tried(_ village: TrialVillage, _ parts: String, since first: Int, through last: Int) throws -> [Int] {
        let found = try #require(village.figures(parts, since: first, through: last).first)
        let figures = ["days_passed", "days_unknown", "times", "longest_seconds"].map { found[$0] as? Int ?? -1 }
        return [figures[0], figures[1], figures[2], figures[3] / 3600]
    }

    @Test("Before the first reading nobody listened: those days are not known, and silence begins to count with it")
    func listening() throws {
        let village = try TrialVillage()
        for day in 10..<21 {
            village.read("well/water", day, 1000 + day)
            if day < 13 { village.read("tank/level", day, 150) }
        }
        try village.live(until: 21)
        // Heard last at noon of day 12; silent from the evening of day 13 on.
        #expect(
            try tried(village, Self.silent("30 h", ["tank/level"]), since: 0, through: 20) == [8, 10, 1, 7 * 24 + 6])
        #expect(try tried(village, Self.silent("30 h", ["well/water"]), since: 0, through: 20) == [0, 10, 0, 0])
        // Never heard: waited for since noon of day 10, whenever the trial begins.
        let never = Self.silent("30 h", ["taps/water"])
        #expect(try tried(village, never, since: 0, through: 20) == [10, 10, 1, 9 * 24 + 6])
        #expect(try tried(village, never, since: 14, through: 20) == [7, 0, 1, 7 * 24])
        #expect(
            try tried(village, Self.silent("5 d", ["taps/water"]), since: 14, through: 20) == [6, 0, 1, 5 * 24 + 12])
        #expect(try tried(village, never, since: 0, through: 9) == [-1, 10, 0, 0])
    }

    @Test("A sensor that came later is waited for since it is known here; before that nobody listened for it")
    func later() throws {
        let village = try TrialVillage()
        for day in 0..<10 { village.read("tank/level", day, 150) }
        try village.live(until: 10)
        var sensor = try #require(village.office.store.sensors().first { $0.id.rawValue == "tank/level" })
        sensor.id = SensorID(rawValue: "pond/level")
        let reply = village.office.perform(
            .assign(sensor: sensor, device: "x", channel: "level"), by: Actor(account: "test"), now: village.time(15))
        #expect(reply.isDone, "\(reply.lines)")
        try village.office.pipeline.commit(packets: [], session: 0, now: village.time(15))
        #expect(
            try tried(village, Self.silent("30 h", ["pond/level"]), since: 0, through: 20) == [5, 15, 1, 4 * 24 + 6])
    }

    @Test("Where nothing was ever heard nothing is known")
    func nothing() throws {
        let village = try TrialVillage()
        #expect(try tried(village, Self.silent("30 h", ["tank/level"]), since: 0, through: 9) == [-1, 10, 0, 0])
    }

    @Test("A silence that began long before is known, and its end; the report knows it across the month's start")
    func long() throws {
        let village = try TrialVillage()
        let parts = Self.silent("5 d", ["tank/level"])
        try village.adopt(parts, on: 0)
        for day in 0..<41 {
            village.read("well/water", day, 1000 + day)
            if day < 2 || day == 38 { village.read("tank/level", day, 150) }
            try village.liveDay(day)
        }
        let told = try village.office.store.transitions(from: .min, until: village.time(60))
        #expect(told.map(\.onset) == [village.time(6), village.time(38)])
        #expect(try tried(village, parts, since: 0, through: 40) == [33, 0, 1, 32 * 24])
        #expect(try tried(village, parts, since: 20, through: 28) == [9, 0, 1, 9 * 24])
        #expect(try tried(village, parts, since: 36, through: 40) == [3, 0, 1, 60])
        // Not yet silent for so long at the start: five days end at noon of day 6.
        #expect(try tried(village, parts, since: 4, through: 7) == [2, 0, 1, 36])
        #expect(try tried(village, parts, since: 39, through: 40) == [0, 0, 0, 0])
        let report = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(of: village.day(35)),
            now: village.time(41, 2)
        ).report(.markdown, language: "en")
        let row = try #require(
            report.filter { $0 != "\\" }.split(separator: "\n").first { $0.hasPrefix("| T-silent |") }
        ).split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        // The first of October is day 30; the report is of the eleven days through day 40.
        #expect(row[2...5] == ["2", "0", "9", "0"], "\(row)")
    }
}
