import Alerting
import Foundation
import GatewayModel
import Limits
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What takes longer than a day and a half to be judged, or counts by turns, on a real store that is opened again and again.
@Suite("Limits that remember long", .serialized)
struct LongMemoryTests {
    private let folder: TemporaryFolder
    private let site: Site
    private static let first = CalendarDate(year: 2026, month: 6, day: 8)

    init() throws {
        folder = try TemporaryFolder("long-memory")
        try """
        community: {id: vall-clara, name: Test, languages: [en], time_zone: Europe/Madrid, kind: real}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        destinations: [{name: own, kind: files, audience: stewards, folder: \(folder.path)/own}]
        sensors:
          - {id: main/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3, meter: {digits: 9}}
          - {id: village/taps, resource: water, quantity: volume, role: consumption, visibility: community, unit: m3, meter: {digits: 9}}
          - {id: tank/level, resource: water, quantity: level, role: storage, visibility: community, unit: cm}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
    }

    private func time(_ day: Int, _ hour: Int = 12) -> Instant {
        site.zone.start(of: Self.first.adding(days: day)).advanced(bySeconds: Int64(hour) * 3600)
    }

    private func adopt(_ text: String, in office: Office) throws {
        let now = time(0, 1)
        let reply = office.perform(
            .adopt(fileName: "0007.md", bytes: Data(text.utf8), signatures: []), by: Actor(account: "test"), now: now)
        #expect(reply.isDone)
        try office.pipeline.commit(packets: [], session: 0, now: now)
        try office.makeUpIfDue(now: now)
    }

    private func read(_ values: [(String, Int64)], at now: Instant, in office: Office) throws {
        let readings = values.map {
            HandReading(sensor: SensorID(rawValue: $0.0), value: DecimalValue($0.1), unit: nil, time: now)
        }
        #expect(office.perform(.addReadings(readings), by: Actor(account: "test"), now: now).isDone)
        try office.pipeline.commit(packets: [], session: 0, now: now)
        try office.makeUpIfDue(now: now)
    }

    private func rest(until now: Instant, in office: Office) throws {
        try office.housekeep(now: now)
        try office.pipeline.commit(packets: [], session: 0, now: now)
    }

    /// Day and hour of each alert of a limit: when it began, and when it was over.
    private func alerts(of limit: String, in office: Office) throws -> [String] {
        func said(_ instant: Instant?) -> String {
            instant.map { "\(($0.milliseconds(since: time(0, 0))) / 3_600_000) h" } ?? "-"
        }
        return try office.store.alerts(openOnly: false)
            .filter { $0.cause == .limit(LimitReference(resolution: 7, limit: limit)) }.sorted { $0.onset < $1.onset }
            .map { "\(said($0.onset)) to \(said($0.returnedAt))" }
    }

    @Test("A level that may be low for three days is told on the third, though the box is started anew every night")
    func delayOfDays() throws {
        var office = try Office.open(site: site, now: time(0, 0))
        try adopt(
            """
            ---
            number: 7
            community: vall-clara
            assembly: 2026-06-07
            decided: by consensus
            in_force_from: 2026-06-08
            review_by: 2028-06-04
            limits:
              - id: low
                title: {en: Low}
                bound: at_least
                protects: people
                resource: water
                sensors: [tank/level]
                instant: {value: 100 cm, for: 3 d}
                priority: today
            ---
            As minuted.

            """, in: office)
        for day in 0..<6 {
            for hour in [2, 8, 14, 20] {
                try read([("tank/level", day == 0 && hour < 8 ? 150 : 50)], at: time(day, hour), in: office)
                try rest(until: time(day, hour + 1), in: office)
            }
            office.close()
            office = try Office.open(site: site, now: time(day + 1, 0))
        }
        #expect(try alerts(of: "low", in: office) == ["8 h to -"])
        let raised = try office.store.transitions(from: time(0, 0), until: .max).map(\.detectedAt)
        #expect(raised == [time(3, 8)])
        office.close()
    }

    @Test(
        "A limit of a stage is told again when its stage comes again, also where the box was started anew",
        arguments: [false, true])
    func stageAgain(_ isStartedAnew: Bool) throws {
        var office = try Office.open(site: site, now: time(0, 0))
        let path = GatewayUnderTest.root + "/config/resolutions/examples/drought-ferris.md"
        try adopt(
            String(contentsOfFile: path, encoding: .utf8).replacingOccurrences(
                of: "budget: {amount: 80 L, per: day, per_person: true}", with: "rolling: {amount: 10 m3, days: 1}"),
            in: office)
        var register: Int64 = 1_000_000
        let uses: [Int64] = [0, 1800, 1800, 1800, 1600, 1600, 1600, 1600, 1800, 1800, 1800, 1800, 1800]
        for (day, use) in uses.enumerated() {
            register += use
            try read([("main/water", register), ("village/taps", 1000 + Int64(day) * 3)], at: time(day), in: office)
            try rest(until: time(day + 1, 1), in: office)
            guard isStartedAnew else { continue }
            office.close()
            office = try Office.open(site: site, now: time(day + 1, 2))
        }
        // The stage counts from day 4 to 6, and from day 11 on.
        #expect(try alerts(of: "dry", in: office) == ["96 h to 169 h", "264 h to -"])
        office.close()
    }
}
