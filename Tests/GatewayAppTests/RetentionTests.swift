import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Readings of households end when the assembly decided so; what their days came to stays.
@Suite("Retention", .serialized)
struct RetentionTests {
    private let folder: TemporaryFolder
    private let site: Site
    private let home = SensorID(rawValue: "house-1/water")
    private let well = SensorID(rawValue: "well/water")
    private let begin: Instant

    init() throws {
        folder = try TemporaryFolder("retention")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        sensors:
          - {id: house-1/water, resource: water, quantity: volume, role: consumption, visibility: household, unit: L, meter: {digits: 9}}
          - {id: well/water, resource: water, quantity: volume, role: input, visibility: community, unit: L, meter: {digits: 9}}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
        begin = site.zone.start(of: CalendarDate(year: 2026, month: 1, day: 1)).advanced(bySeconds: 43_200)
    }

    private func time(_ day: Int) -> Instant { begin.advanced(bySeconds: Int64(day) * 86_400) }

    private func read(_ office: Office, _ days: Range<Int>, _ sensor: SensorID, at now: Instant) throws {
        let readings = days.flatMap { day in
            [0, 6].map { hour -> HandReading in
                let litres = Int64(1_000_000 + day * 100 + hour * (day % 7))
                let at = time(day).advanced(bySeconds: Int64(hour) * 3600)
                return HandReading(sensor: sensor, value: DecimalValue(litres), unit: nil, time: at)
            }
        }
        #expect(office.perform(.addReadings(readings), by: Actor(account: "test"), now: now).isDone)
        try office.pipeline.commit(packets: [], session: 0, now: now)
        try office.makeUpIfDue(now: now)
    }

    private func decide(_ retention: String, _ number: Int, in office: Office) throws -> CommandReply {
        let text = """
            ---
            number: \(number)
            community: test
            assembly: 2026-01-01
            decided: by consent, 20 present
            in_force_from: 2026-01-02
            review_by: 2030-01-01
            retention: \(retention)
            limits: []
            ---
            Readings of homes are not kept for ever.

            """
        return office.perform(
            .adopt(fileName: "\(number).md", bytes: Data(text.utf8)), by: Actor(account: "test"), now: time(1))
    }

    private func uses(_ store: Store, _ sensor: SensorID) throws -> [String] {
        try store.dayUse(sensor, from: site.zone.date(at: begin), through: site.zone.date(at: time(400)))
            .map { "\($0.date) \($0.use.amount)" }
    }

    @Test("After the decided days a household's readings are gone for good, its days and all of the community's stay")
    func households() throws {
        let office = try Office.open(site: site, now: begin)
        for sensor in [home, well] { try read(office, 0..<150, sensor, at: time(150)) }
        try office.housekeep(now: time(150))
        let before = try (uses(office.store, home), uses(office.store, well))
        #expect(before.0.count == 150)
        #expect(try decide("{households: 400}", 1, in: office).isDone == false)
        #expect(try decide("{households: 30 d}", 1, in: office).lines.joined().contains("70 days"))
        #expect(try decide("{households: 90 d}", 1, in: office).isDone)
        try office.housekeep(now: time(150))

        // Day 150 is 31 May; ninety days before lies in March, so March is the first month with readings.
        let march = site.zone.start(of: CalendarDate(year: 2026, month: 3, day: 1))
        let left = try office.store.readings(ReadingQuery(.sensors([home])))
        #expect(left.first.map { $0.time.instant >= march } == true)
        #expect(left.count == (150 - 59) * 2)
        #expect(try office.store.readings(ReadingQuery(.sensors([well]))).count == 300)
        #expect(try uses(office.store, home) == before.0 && uses(office.store, well) == before.1)
        #expect(try HouseholdDesk(site: site).show("house-1/water").contains { $0.contains("before 2026-03-01") })
        let entries = try office.store.recordEntries().map(\.entry).filter { $0.kind == "household.days_kept" }
        #expect(entries.map(\.facts) == [["before": "2026-03-01", "resolution": "1", "readings": "118"]])

        // What comes late, and what is decided now, does not change days of which nothing else is known.
        let late = HandReading(
            sensor: home, value: DecimalValue(1_000_050), unit: nil, time: time(0).advanced(bySeconds: 60))
        #expect(office.perform(.addReadings([late]), by: Actor(account: "test"), now: time(150)).isDone)
        try office.pipeline.commit(packets: [], session: 0, now: time(150))
        var batch = Batch(committedAt: time(150))
        batch.dirtyUse = [DirtyUse(sensor: home, date: site.zone.date(at: time(20)))]
        try office.store.commit(batch)
        office.needsMakeUp = true
        try office.makeUpIfDue(now: time(150))
        try office.housekeep(now: time(151))
        #expect(try uses(office.store, home) == before.0)
        let today = site.zone.date(at: time(151))
        #expect(try office.store.compareDays(before: today, zone: site.zone).isEmpty)
        #expect(try Doctor(site: site).wrongUses(in: office.store, before: today) { _ in }.isEmpty)

        // A month later the next month goes; once a month, and not every night.
        try office.housekeep(now: time(181))
        #expect(try office.store.keptDays(of: home)?.description == "2026-04-01")
        #expect(try uses(office.store, home) == before.0)
        office.close()
    }

    @Test("Without a decision everything is kept, and a later decision without end keeps what comes")
    func forEver() throws {
        let office = try Office.open(site: site, now: begin)
        try read(office, 0..<100, home, at: time(100))
        try office.housekeep(now: time(400))
        #expect(try office.store.readings(ReadingQuery(.sensors([home]))).count == 200)
        #expect(try office.store.keptDays(of: home) == nil)
        office.close()
    }
}
