import Foundation
import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

@Suite("Questions in SQL")
struct SQLTests {
    private let fixture: StoreFixture
    private let zone: Zone
    private let begin: Instant

    /// A community's pump and a household's meter, a reading a minute for three days; a day in blocks, two in the journal.
    init() throws {
        fixture = try StoreFixture()
        zone = try #require(Zone(identifier: "Europe/Madrid"))
        begin = zone.start(of: CalendarDate(year: 2026, month: 11, day: 1))
        var directory = try fixture.store.directory(zone: zone)
        _ = try fixture.store.declare(
            [("pump/power", Visibility.community), ("home/power", .household)].map { name, visibility in
                Sensor(
                    id: SensorID(rawValue: name), resource: "energy", quantity: "active_power", role: .condition,
                    visibility: visibility, unit: Unit("W"))
            }, at: begin.advanced(bySeconds: -86_400), by: "test")
        for (sensor, device) in [("pump/power", "pump"), ("home/power", "home")] {
            try fixture.store.pool.write { db in
                try db.execute(
                    sql:
                        "INSERT INTO binding (sensor, device, channel, valid_from) SELECT id, ?, 'power', 0 FROM sensor WHERE name = ?",
                    arguments: [device, sensor])
            }
        }
        let offset = begin.milliseconds(since: StoreFixture.start) / 1000
        for day in 0..<3 {
            let readings = (0..<1440).flatMap { minute -> [Reading] in
                let at = offset + Int64(day * 1440 + minute) * 60
                return ["pump", "home", "stranger"].map {
                    StoreFixture.reading($0, "power", DecimalValue(mantissa: Int64(minute), scale: 1), at: at)
                }
            }
            _ = try StoreFixture.commit(readings, to: fixture.store, &directory)
            if day == 0 { _ = try fixture.store.seal() }
        }
        _ = try fixture.store.recomputeDirtyDays(
            before: CalendarDate(year: 2026, month: 11, day: 3), zone: zone, directory: &directory
        ) { sensor, _, _, _ in
            MeterDay(
                use: DayUse(
                    amount: DecimalValue(7), unit: Unit("kWh"), measuredPermille: 1000, isLowerBound: false))
        }
    }

    private func ask(_ sql: String, all: Bool = false) throws -> [[SQLValue]] {
        let session = try SQLSession(
            fixture.store, zone: zone, access: all ? .all : .community([SensorID(rawValue: "pump/power")]))
        var rows: [[SQLValue]] = []
        try session.run(sql, header: { _ in }, row: { rows.append($0) })
        return rows
    }

    @Test("What is disputed is marked, a household's only for who may see it")
    func disputed() throws {
        let begin = Instant(rfc3339: "2026-11-01T23:00:00Z") ?? StoreFixture.start
        func open(_ subject: Dispute.Subject, of sensor: String?, isHousehold: Bool = false) throws {
            _ = try fixture.store.openDispute(
                Dispute(
                    number: 0, subject: subject, sensor: sensor.map { SensorID(rawValue: $0) }, about: begin,
                    isHousehold: isHousehold, openedAt: begin, person: "Amina", enteredBy: "Ona", why: "it's wrong")
            ) { _ in ActRecord(RecordEntry(at: begin, kind: "test")) }
        }
        for (sensor, isHousehold) in [("pump/power", false), ("home/power", true)] {
            let subject = Dispute.Subject.readings(
                SensorID(rawValue: sensor), from: begin, until: begin.advanced(bySeconds: 120))
            try open(subject, of: sensor, isHousehold: isHousehold)
        }
        try open(.figure("energy", CalendarMonth(year: 2026, month: 11)), of: nil)
        try open(.alert(7), of: "home/power", isHousehold: true)
        // The point was a household's when somebody doubted it.
        try open(
            .readings(SensorID(rawValue: "pump/power"), from: begin, until: begin.advanced(bySeconds: 600)),
            of: "pump/power", isHousehold: true)
        let marked =
            "SELECT sensor, disputed, count(*) FROM readings WHERE disputed IS NOT NULL GROUP BY 1, 2 ORDER BY 1"
        #expect(try ask(marked) == [[.text("pump/power"), .text("1"), .integer(2)]])
        #expect(
            try ask(marked, all: true) == [
                [.text("home/power"), .text("2"), .integer(2)], [.text("pump/power"), .text("1 5"), .integer(2)],
                [.text("pump/power"), .text("5"), .integer(8)],
            ])
        #expect(
            try ask("SELECT number, sensor, from_time, resource, month, alert FROM disputed ORDER BY 1") == [
                [.integer(1), .text("pump/power"), .text("2026-11-01 23:00:00.000"), .null, .null, .null],
                [.integer(3), .null, .null, .text("energy"), .text("2026-11"), .null],
            ])
        #expect(try ask("SELECT number FROM disputed", all: true).count == 5)
        #expect(throws: StoreError.self) { try ask("SELECT * FROM dispute") }
    }

    @Test("Readings and hours are tables: counted, joined, ordered and limited as any other")
    func tables() throws {
        #expect(try ask("SELECT count(*) FROM readings", all: true) == [[.integer(3 * 3 * 1440)]])
        #expect(
            try ask(
                "SELECT sensor, count(*), max(value), min(exact) FROM readings GROUP BY sensor ORDER BY sensor",
                all: true)
                == [
                    [.null, .integer(4320), .real(143.9), .text("0")],
                    [.text("home/power"), .integer(4320), .real(143.9), .text("0")],
                    [.text("pump/power"), .integer(4320), .real(143.9), .text("0")],
                ])
        // Local midnight of 2 November is 23:00 in UTC.
        #expect(
            try ask(
                "SELECT time, local, day, value FROM readings WHERE sensor = 'pump/power' AND time >= '2026-11-01 23:00' ORDER BY time LIMIT 2"
            ) == [
                [.text("2026-11-01 23:00:00.000"), .text("2026-11-02 00:00:00.000"), .text("2026-11-02"), .real(0)],
                [.text("2026-11-01 23:01:00.000"), .text("2026-11-02 00:01:00.000"), .text("2026-11-02"), .real(0.1)],
            ])
        #expect(
            try ask("SELECT day, count(*), sum(count), max(mean) FROM hours WHERE sensor = 'pump/power' GROUP BY day")
                == (1...3).map { [.text("2026-11-0\($0)"), .integer(24), .integer(1440), .real(140.95)] })
        #expect(
            try ask(
                "SELECT u.date, sum(h.count) FROM day_use AS u JOIN hours AS h ON h.sensor = u.sensor AND h.day = u.date GROUP BY 1"
            ) == [[.text("2026-11-01"), .integer(1440)], [.text("2026-11-02"), .integer(1440)]])
    }

    @Test(
        "A time is looked for as it is written, in whole or in part, and finds what comparing every row finds",
        arguments: [
            "2026-11", "2026-11-02", "2026-11-01 23", "2026-11-01 23:00:00", "2026-11-02 11:59:59.999", "2", "x", "",
        ])
    func times(text: String) throws {
        for comparison in [">", ">=", "<", "<=", "="] {
            let pushed = try ask(
                "SELECT count(*) FROM readings WHERE sensor = 'pump/power' AND time \(comparison) '\(text)'")
            // An expression is never handed down.
            let compared = try ask(
                "SELECT count(*) FROM readings WHERE sensor || '' = 'pump/power' AND time || '' \(comparison) '\(text)'"
            )
            #expect(pushed == compared, "\(comparison) \(text)")
        }
    }

    @Test("Sensor and time are handed down: no other reading is looked at")
    func pushDown() throws {
        let places = try SeriesPlaces(fixture.store, zone: zone, visible: nil)
        let rows = try ReadingsTable.table(fixture.store, places, []).rows([
            ColumnConstraint(column: 1, comparison: .equal, value: .text("pump/power")),
            ColumnConstraint(column: 0, comparison: .atLeast, value: .text("2026-11-03 22:00")),
        ])
        var count = 0
        while try rows.next() { count += 1 }
        #expect(count == 60)
        let plan = try ask("EXPLAIN QUERY PLAN SELECT * FROM readings WHERE sensor = 'a' ORDER BY time")
        #expect(!"\(plan)".contains("TEMP B-TREE"))
    }

    @Test("Without a reason households are in no table, view or way around")
    func households() throws {
        #expect(try ask("SELECT DISTINCT sensor FROM readings") == [[.text("pump/power")]])
        #expect(try ask("SELECT DISTINCT sensor FROM hours") == [[.text("pump/power")]])
        #expect(try ask("SELECT DISTINCT sensor FROM day_use") == [[.text("pump/power")]])
        #expect(try ask("SELECT count(DISTINCT series) FROM day_stats") == [[.integer(1)]])
        #expect(try ask("SELECT count(*) FROM series") == [[.integer(3)]])
        for sql in [
            "SELECT * FROM main.day_use", "SELECT body FROM journal", "SELECT body FROM block",
            "SELECT * FROM hour_pack",
            "SELECT last_mantissa FROM series", "WITH day_use AS (SELECT * FROM main.day_use) SELECT * FROM day_use",
            "SELECT * FROM sqlite_temp_master WHERE 'main' > ''", "SELECT * FROM outbox", "SELECT * FROM alert",
            "SELECT * FROM meter_event",
        ] {
            #expect(throws: StoreError.self, "\(sql)") { try ask(sql) }
            if !sql.contains("main") { _ = try ask(sql, all: true) }
        }
        for sql in [
            "DELETE FROM journal", "CREATE TEMP VIEW x AS SELECT 1", "ATTACH ':memory:' AS x",
            "PRAGMA query_only = OFF",
            "DROP VIEW day_use", "SELECT 1; SELECT 2", "", "BEGIN", "VACUUM INTO '/tmp/x'",
        ] {
            #expect(throws: StoreError.self, "\(sql)") { try ask(sql, all: true) }
        }
        do {
            _ = try ask("SELECT body FROM journal")
        } catch let error as StoreError {
            #expect(error.description.contains("--why"))
        }
    }
}
