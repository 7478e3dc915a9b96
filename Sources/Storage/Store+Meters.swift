import GRDB
import GatewayModel

/// Readings of a sensor that somebody set aside for a time: kept, shown, and not counted.
public struct SetAside: Hashable, Sendable, Codable {
    /// Its number.
    public var id: Int64
    /// The measuring point.
    public var sensor: SensorID
    /// Readings from this instant on.
    public var from: Instant
    /// Readings before this instant.
    public var until: Instant
    /// Why.
    public var why: String
    /// Who set them aside.
    public var person: String
    /// When that was entered.
    public var at: Instant
    /// When they were taken back; nil while they are set aside.
    public var liftedAt: Instant?

    /// Makes an entry.
    public init(
        id: Int64 = 0, sensor: SensorID, from: Instant, until: Instant, why: String, person: String, at: Instant,
        liftedAt: Instant? = nil
    ) {
        self.id = id
        self.sensor = sensor
        self.from = from
        self.until = until
        self.why = why
        self.person = person
        self.at = at
        self.liftedAt = liftedAt
    }
}

extension Store {
    /// Meter events of one sensor or all at or after `from` and before `until`, by time, sensor and kind.
    public func meterEvents(
        sensor: SensorID? = nil, from: Instant = .min, until: Instant = .max
    ) throws(StoreError) -> [MeterEvent] {
        try read("meter events") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT body FROM meter_event WHERE at >= ? AND at < ? AND sensor = coalesce(?, sensor)
                    ORDER BY at, sensor, kind
                    """, arguments: [from.milliseconds, until.milliseconds, sensor?.rawValue]
            ).map { try JSONText.decode(MeterEvent.self, $0) }
        }
    }

    /// Makes these the sensor's events of a period; what was derived anew replaces what was derived before.
    public func replaceMeterEvents(
        _ events: [MeterEvent], of sensor: SensorID, from: Instant, until: Instant
    ) throws(StoreError) {
        try write("meter events") { db in
            try Store.replaceMeterEvents(events, of: sensor, from: from, until: until, db)
        }
    }

    /// Every decision of people about meters, oldest first.
    public func meterDecisions() throws(StoreError) -> [MeterDecision] {
        try read("meter decisions") { db in
            try String.fetchAll(db, sql: "SELECT body FROM meter_decision ORDER BY id")
                .map { try JSONText.decode(MeterDecision.self, $0) }
        }
    }

    /// Keeps a decision, marks the day it is about and enters it in the record book, in one transaction.
    public func decide(_ decision: MeterDecision, record: ActRecord, zone: Zone) throws(StoreError) {
        try write("decide") { db in
            try db.execute(
                sql: "INSERT INTO meter_decision (sensor, at, body) VALUES (?, ?, ?)",
                arguments: [decision.sensor.rawValue, decision.at.milliseconds, try JSONText.encode(decision)])
            try Store.markUses(of: decision.sensor, from: decision.at, until: decision.at, zone: zone, db)
            try record.write(db)
        }
    }

    /// What was set aside, oldest first; what was taken back only where asked for.
    public func setAsides(all: Bool = false) throws(StoreError) -> [SetAside] {
        try read("set aside") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, sensor, from_time, until_time, why, person, at, lifted_at FROM set_aside
                    WHERE ? OR lifted_at IS NULL ORDER BY id
                    """, arguments: [all]
            ).map { row in
                SetAside(
                    id: row[0], sensor: SensorID(rawValue: row[1]), from: Instant(milliseconds: row[2]),
                    until: Instant(milliseconds: row[3]), why: row[4], person: row[5],
                    at: Instant(milliseconds: row[6]),
                    liftedAt: (row[7] as Int64?).map(Instant.init(milliseconds:)))
            }
        }
    }

    /// Sets readings aside, marks their days and enters it in the record book; returns the entry's number.
    ///
    /// `doubtfulSince` is the time of earlier readings about which those may have said something; marked too.
    public func setAside(
        _ entry: SetAside, doubtfulSince: Instant? = nil, record: ActRecord, zone: Zone
    ) throws(StoreError) -> Int64 {
        try write("set aside") { db in
            let id = try Store.insert(entry, doubtfulSince: doubtfulSince, zone: zone, db)
            try record.write(db)
            return id
        }
    }

    static func insert(
        _ entry: SetAside, doubtfulSince: Instant?, zone: Zone, _ db: Database
    ) throws -> Int64 {
        try db.execute(
            sql: """
                INSERT INTO set_aside (sensor, from_time, until_time, why, person, at) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                entry.sensor.rawValue, entry.from.milliseconds, entry.until.milliseconds, entry.why, entry.person,
                entry.at.milliseconds,
            ])
        let id = db.lastInsertedRowID
        let from = min(entry.from, doubtfulSince ?? entry.from)
        try Store.markUses(of: entry.sensor, from: from, until: entry.until, zone: zone, db)
        return id
    }

    /// Counts readings again that were set aside, marks their days and enters it in the record book.
    public func liftSetAside(
        _ id: Int64, at now: Instant, doubtfulSince: Instant? = nil, record: ActRecord, zone: Zone
    ) throws(StoreError) {
        try write("set aside") { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: "SELECT sensor, from_time, until_time FROM set_aside WHERE id = ? AND lifted_at IS NULL",
                    arguments: [id])
            else {
                throw StoreError(
                    .invalid, "set aside", cause: "nothing is set aside under number \(id)",
                    remedy: "`commons readings set-aside --list` shows what is.")
            }
            try db.execute(
                sql: "UPDATE set_aside SET lifted_at = ? WHERE id = ?", arguments: [now.milliseconds, id])
            let from = Instant(milliseconds: row[1])
            try Store.markUses(
                of: SensorID(rawValue: row[0]), from: min(from, doubtfulSince ?? from),
                until: Instant(milliseconds: row[2]), zone: zone, db)
            try record.write(db)
        }
    }

    static func insert(_ events: [MeterEvent], _ db: Database) throws {
        for event in events {
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO meter_event VALUES (?, ?, ?, ?, ?)").execute(
                arguments: [
                    event.sensor.rawValue, event.kind.rawValue, event.at.milliseconds, event.state.rawValue,
                    try JSONText.encode(event),
                ])
        }
    }

    static func replaceMeterEvents(
        _ events: [MeterEvent], of sensor: SensorID, from: Instant, until: Instant, _ db: Database
    ) throws {
        try db.cachedStatement(sql: "DELETE FROM meter_event WHERE sensor = ? AND at >= ? AND at < ?")
            .execute(arguments: [sensor.rawValue, from.milliseconds, until.milliseconds])
        try insert(events, db)
    }

    /// Marks a sensor's days that have figures in a period; the day after follows by itself where the meter changed.
    ///
    /// The day after the last one is marked too: it goes on where this one ends, and may hold the step across midnight.
    private static func markUses(
        of sensor: SensorID, from: Instant, until: Instant, zone: Zone, _ db: Database
    ) throws {
        let last = zone.date(at: until)
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO dirty_use SELECT sensor, date FROM day_use WHERE sensor = ?1
                AND (date BETWEEN ?2 AND ?3
                    OR date = (SELECT min(date) FROM day_use WHERE sensor = ?1 AND date > ?3))
                """, arguments: [sensor.rawValue, zone.date(at: from).description, last.description])
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO dirty_day SELECT day_stats.series, date FROM day_stats
                JOIN sensor_series AS s ON s.series = day_stats.series WHERE s.sensor = ? AND date BETWEEN ? AND ?
                """, arguments: [sensor.rawValue, zone.date(at: from).description, last.description])
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO dirty_use SELECT DISTINCT s.sensor, date FROM day_stats
                JOIN sensor_series AS s ON s.series = day_stats.series WHERE s.sensor = ? AND date BETWEEN ? AND ?
                """, arguments: [sensor.rawValue, zone.date(at: from).description, last.description])
        // A day whose readings all counted for nothing has no row; it is asked for all the same.
        var date = zone.date(at: from)
        for _ in 0..<366 where date <= last {
            try db.execute(
                sql: "INSERT OR IGNORE INTO dirty_use VALUES (?, ?)", arguments: [sensor.rawValue, date.description])
            try db.execute(
                sql: "INSERT OR IGNORE INTO dirty_day SELECT series, ? FROM sensor_series WHERE sensor = ?",
                arguments: [date.description, sensor.rawValue])
            date = date.adding(days: 1)
        }
    }
}
