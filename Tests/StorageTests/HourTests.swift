import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

@Suite("Hours of series")
struct HourTests {
    private let fixture: StoreFixture
    private let zone: Zone

    init() throws {
        fixture = try StoreFixture()
        zone = try #require(Zone(identifier: "Europe/Madrid"))
    }

    private func commit(_ readings: [Reading], _ directory: inout SeriesDirectory) throws {
        _ = try StoreFixture.commit(readings, to: fixture.store, &directory)
    }

    private func count(before today: CalendarDate, _ directory: inout SeriesDirectory) throws {
        _ = try fixture.store.recomputeDirtyDays(before: today, zone: zone, directory: &directory) { _, _, _, _ in nil }
    }

    private func hours(_ series: [SeriesID], _ dates: ClosedRange<CalendarDate>) throws -> [HourStats] {
        var found: [HourStats] = []
        try fixture.store.hours(of: series, from: dates.lowerBound, through: dates.upperBound, zone: zone) {
            found.append($0)
        }
        return found
    }

    /// What the readings say, counted in the plainest way.
    private func expected(_ series: SeriesID, isRegister: Bool) throws -> [HourStats] {
        var hours: [Instant: [DecimalValue]] = [:]
        for reading in try fixture.store.readings(ReadingQuery(.series([series]))) where reading.isTrusted {
            let time = reading.time.instant
            let midnight = zone.start(of: zone.date(at: time))
            let start = midnight.advanced(bySeconds: time.milliseconds(since: midnight) / 3_600_000 * 3600)
            hours[start, default: []].append(reading.value)
        }
        return try hours.sorted { $0.key < $1.key }.map { start, values in
            var hour = HourStats(series: series, from: start, count: values.count)
            if isRegister {
                (hour.first, hour.last) = (values.first, values.last)
            } else {
                (hour.minimum, hour.maximum) = (values.min(), values.max())
                hour.sum = try values.reduce(DecimalValue(0)) { try #require($0.adding($1)) }
            }
            return hour
        }
    }

    @Test(
        "Hours are what the readings say: after days were counted, after late readings, today, and where clocks change")
    func exact() throws {
        var random = SeededGenerator(state: 11)
        var directory = try fixture.store.directory(zone: zone)
        // The night of 25 October 2026 has an hour twice.
        let first = try #require(CalendarDate(text: "2026-10-23"))
        let today = try #require(CalendarDate(text: "2026-10-28"))
        let begin = zone.start(of: first)
        func reading(_ channel: String, _ kind: ReadingKind, second: Int64) -> Reading {
            Reading(
                stream: StreamKey(device: "meter"), channel: channel, quantity: "active_power", kind: kind,
                value: DecimalValue(
                    mantissa: .random(in: -9_000_000...9_000_000, using: &random),
                    scale: .random(in: 0...3, using: &random)),
                unit: Unit("W"), time: ReadingTime(begin.advanced(bySeconds: second), source: .device),
                isTrusted: Int.random(in: 0..<20, using: &random) > 0)
        }
        let seconds = stride(from: Int64(0), to: 5 * 86_400 + 40_000, by: 700).map { $0 }
        for (index, second) in seconds.enumerated() where index % 5 != 0 {
            try commit(
                [reading("power", .gauge, second: second), reading("energy", .register, second: second)], &directory)
            if index % 200 == 0 { _ = try fixture.store.seal() }
        }
        let series = [SeriesID(rawValue: 1), SeriesID(rawValue: 2)]
        func agree(_ comment: Comment) throws {
            let told = try hours(series, first...today)
            #expect(try told == expected(series[0], isRegister: false) + expected(series[1], isRegister: true), comment)
        }
        try agree("nothing counted yet")
        try count(before: today, &directory)
        try agree("days counted, today from its readings")
        #expect(try hours(series, first...first).count == 48)
        for (index, second) in seconds.enumerated() where index % 5 == 0 {
            try commit([reading("power", .gauge, second: second)], &directory)
        }
        try agree("late readings, their days marked")
        try count(before: today, &directory)
        _ = try fixture.store.seal()
        try agree("late readings counted")
        let dayOfTwo = try #require(CalendarDate(text: "2026-10-25"))
        #expect(try hours([series[0]], dayOfTwo...dayOfTwo).count == 25)
        try fixture.store.close()
    }

    @Test("Hours are told from their pack where days were counted, and from readings where a pack cannot be read")
    func packed() throws {
        var directory = try fixture.store.directory(zone: zone)
        let date = try #require(CalendarDate(text: "2026-10-01"))
        let begin = zone.start(of: date)
        let readings = (0..<24).map { hour in
            Reading(
                stream: StreamKey(device: "plug"), channel: "power", quantity: "active_power", kind: .gauge,
                value: DecimalValue(Int64(hour)), unit: Unit("W"),
                time: ReadingTime(begin.advanced(bySeconds: Int64(hour) * 3600 + 7), source: .device))
        }
        try commit(readings, &directory)
        try count(before: date.adding(days: 1), &directory)
        let series = SeriesID(rawValue: 1)
        let before = try hours([series], date...date)
        #expect(before.map(\.mean) == (0..<24).map { Double($0) })
        // The readings gone, the pack still tells; the pack broken, the readings (none) do.
        try fixture.store.pool.write { db in try db.execute(sql: "DELETE FROM journal") }
        #expect(try hours([series], date...date) == before)
        try fixture.store.pool.write { db in
            try db.execute(sql: "UPDATE hour_pack SET body = CAST(substr(body, 1, length(body) - 1) || x'00' AS BLOB)")
        }
        #expect(try hours([series], date...date).isEmpty)
        try fixture.store.close()
    }

    @Test("A pack gives back its hours, with values of any size, and hostile bytes never crash it")
    func roundTrip() throws {
        var random = SeededGenerator(state: 12)
        let series = SeriesID(rawValue: 3)
        for round in 0..<400 {
            let limit = Int64(1) << Int64(round % 62)
            let date = CalendarDate(year: 2026, month: 3, day: 29)
            let day = zone.start(of: date)..<zone.start(of: date.adding(days: 1))
            let hours = (0..<Int64.random(in: 0...23, using: &random)).map { hour in
                var stats = HourStats(
                    series: series, from: day.lowerBound.advanced(bySeconds: hour * 3600),
                    first: DecimalValue(
                        mantissa: .random(in: -limit...limit, using: &random), scale: .random(in: 0...3, using: &random)
                    ),
                    isRegister: round % 2 == 0)
                for _ in 0..<Int.random(in: 0...4, using: &random) {
                    stats.add(DecimalValue(.random(in: -limit / 2000...limit / 2000, using: &random)))
                }
                return stats
            }
            var pack = HourPack()
            pack.replace(date, hours, within: day)
            var bytes = pack.encode()
            let read = try bytes.withUnsafeBufferPointer { try HourPack($0, series: series) }
            #expect(read.days == [29])
            for (told, stored) in zip(read.hours, hours) where limit < 1 << 40 { #expect(told == stored) }
            #expect(read.hours.count == hours.count)
            bytes.removeLast(4)
            for _ in 0..<3 {
                bytes[Int.random(in: 1..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            var writer = ByteWriter(bytes: bytes)
            writer.fixed32(Checksum.crc32(bytes))
            writer.bytes.withUnsafeBufferPointer { _ = try? HourPack($0, series: series) }
        }
    }
}
