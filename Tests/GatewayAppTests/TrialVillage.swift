import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import GatewayApp

/// A village without decisions whose registers and levels are entered by hand at noon, to try decisions on.
final class TrialVillage {
    static let first = CalendarDate(year: 2026, month: 9, day: 1)

    let site: Site
    let office: Office
    private let folder: TemporaryFolder
    private var readings: [HandReading] = []
    private var count = 0

    /// `homes` household meters, house-01 and so on, beside a well, taps, a tank and a second meter of house-01.
    /// The members have a board, and `reached` homes a destination of their own.
    init(homes: Int = 0, reached: [Int] = [], languages: String = "[en]") throws {
        let folder = try TemporaryFolder("trial")
        self.folder = folder
        let letterboxes = reached.map {
            "  - {name: home-\($0), kind: files, audience: person, household: \(Self.house($0).prefix(8)), folder: \"\(folder.path)/home-\($0)\"}\n"
        }
        let houses = (0..<homes).map { Self.house($0 + 1) }.map {
            "  - {id: \($0), resource: water, quantity: volume, role: consumption, visibility: household, unit: m3, meter: {digits: 9}}"
        }
        try """
        community: {id: test, name: Test, languages: \(languages), time_zone: Europe/Madrid, kind: real}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)/inbox
        proposals_folder: \(folder.path)/proposals
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["tele/+/SENSOR"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        destinations:
          - {name: paper, kind: files, folder: "\(folder.path)/notices", audience: stewards}
          - {name: board, kind: files, folder: "\(folder.path)/board", audience: members}
        \(letterboxes.joined())sensors:
          - {id: well/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3, meter: {digits: 9}}
          - {id: taps/water, resource: water, quantity: volume, role: consumption, visibility: community, unit: m3, meter: {digits: 9}}
          - {id: tank/level, resource: water, quantity: level, role: storage, visibility: community, unit: cm}
          - {id: school/used, resource: water, quantity: volume, role: consumption, visibility: community, unit: m3, meter: {digits: 9}}
          - {id: school/level, resource: water, quantity: level, role: storage, visibility: community, unit: cm, rhythm: {interval: 1 d, expected: "mon-fri 08:00-17:00"}}
        \(houses.joined(separator: "\n"))

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
        office = try Office.open(site: site, now: site.zone.start(of: Self.first))
    }

    deinit { office.close() }

    static func house(_ number: Int) -> String { "house-\(number < 10 ? "0" : "")\(number)/water" }

    func day(_ day: Int) -> CalendarDate { Self.first.adding(days: day) }

    func time(_ day: Int, _ hour: Int = 12) -> Instant {
        site.zone.start(of: self.day(day)).advanced(bySeconds: Int64(hour) * 3600)
    }

    /// Notes a register or level, at noon of a day.
    func read(_ sensor: String, _ day: Int, _ value: Int) { read(sensor, at: time(day), value) }

    /// Notes a register or level at a time.
    func read(_ sensor: String, at time: Instant, _ value: Int) {
        readings.append(
            HandReading(
                sensor: SensorID(rawValue: sensor), value: DecimalValue(Int64(value)), unit: nil, time: time))
    }

    /// Enters what was noted and lets the nights up to a day pass, so that all days are counted.
    func live(until day: Int) throws {
        let reply = office.perform(.addReadings(readings), by: Actor(account: "test"), now: time(day))
        #expect(reply.isDone, "\(reply.lines)")
        readings = []
        try office.pipeline.commit(packets: [], session: 0, now: time(day))
        try office.makeUpIfDue(now: time(day))
        try office.housekeep(now: time(day, 13))
        try office.pipeline.commit(packets: [], session: 0, now: time(day, 13))
    }

    /// Enters what was noted.
    func enter(at now: Instant) throws {
        if !readings.isEmpty {
            let reply = office.perform(.addReadings(readings), by: Actor(account: "test"), now: now)
            #expect(reply.isDone, "\(reply.lines)")
            readings = []
        }
        _ = office.tick(now: now)
        try office.pipeline.commit(packets: [], session: 0, now: now)
    }

    /// Enters what was noted of a day at its noon, and lets the night after it pass.
    func liveDay(_ day: Int) throws {
        try enter(at: time(day))
        for now in [time(day), time(day, 19), time(day + 1, 1)] {
            _ = office.tick(now: now)
            try office.pipeline.commit(packets: [], session: 0, now: now)
            try office.makeUpIfDue(now: now)
            try office.housekeep(now: now)
        }
        try office.pipeline.commit(packets: [], session: 0, now: time(day + 1, 1))
    }

    func adopt(
        _ parts: String, from: String = "2026-09-01", on day: Int, number: Int = 1, review: String = "2099-01-01"
    ) throws {
        let bytes = Data(
            text(number, parts).replacing("2099-01-01", with: review)
                .replacing("in_force_from: 2026-09-01", with: "in_force_from: \(from)").utf8)
        let reply = office.perform(
            .adopt(fileName: "\(number).md", bytes: bytes, signatures: []), by: Actor(account: "test"),
            now: time(day, 1))
        #expect(reply.isDone, "\(reply.lines)")
        try office.pipeline.commit(packets: [], session: 0, now: time(day, 1))
    }

    /// What a decision with these parts would have meant, in one form.
    func tried(
        _ parts: String, number: Int = 9, since first: Int = 0, through last: Int, now: Int? = nil,
        form: String = "text",
        language: String = "en"
    ) throws -> String {
        count += 1
        let file = folder.file("\(number)-\(count).md")
        let out = file + ".out"
        try text(number, parts).write(toFile: file, atomically: true, encoding: .utf8)
        try TrialDesk(site: site).write(
            file: file, since: day(first).description, until: day(last).description, form: form, language: language,
            to: out)
        return try String(contentsOfFile: out, encoding: .utf8)
    }

    /// Lays a proposal ready for the agenda.
    func propose(_ parts: String, number: Int) throws {
        try FileManager.default.createDirectory(atPath: folder.file("proposals"), withIntermediateDirectories: true)
        try text(number, parts).write(
            toFile: folder.file("proposals/\(number).md"), atomically: true, encoding: .utf8)
    }

    /// The limits of the same in JSON.
    func figures(_ parts: String, since first: Int = 0, through last: Int) throws -> [[String: Any]] {
        let json = try tried(parts, since: first, through: last, form: "json")
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        return try #require(object?["limits"] as? [[String: Any]])
    }

    func text(_ number: Int, _ parts: String) -> String {
        """
        ---
        number: \(number)
        community: test
        assembly: 2026-09-01
        decided: by consent
        in_force_from: 2026-09-01
        review_by: 2099-01-01
        persons_served: {all: 10}
        \(parts)
        ---
        As minuted.

        """
    }

    // Parts of decisions.

    static func limit(_ id: String, _ sensors: [String], _ rule: String, _ more: String = "") -> String {
        """
          - id: \(id)
            title: {en: T-\(id)}
            bound: at_most
            protects: resource
            resource: garden
            sensors: [\(sensors.joined(separator: ", "))]
            priority: assembly
            \(rule)
        \(more.isEmpty ? "" : "    \(more)\n")
        """
    }

    /// The same of water, with the tank as the floor that a ceiling needs.
    static func ofWater(_ id: String, _ sensors: [String], _ rule: String) -> String {
        limit(id, sensors, rule).replacingOccurrences(
            of: "resource: garden", with: "resource: water\n    floor: tank")
    }

    static func level(_ more: String = "") -> String {
        """
          - id: tank
            title: {en: Tank}
            bound: at_least
            protects: people
            resource: water
            sensors: [tank/level]
            priority: today
            instant: {value: 100 cm}
        \(more.isEmpty ? "" : "    \(more)\n")
        """
    }

    static let daily = "budget: {amount: 3 m3, per: day}"
}
