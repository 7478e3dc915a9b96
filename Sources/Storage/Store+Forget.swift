import Foundation
import GRDB
import GatewayModel

/// What was deleted for good; never the values.
public struct ForgottenDays: Hashable, Sendable, Codable {
    /// The household's measuring point.
    public var sensor: SensorID
    /// The first local day.
    public var first: CalendarDate
    /// The last local day.
    public var last: CalendarDate
    /// When it was deleted.
    public var at: Instant

    /// Makes an entry.
    public init(sensor: SensorID, first: CalendarDate, last: CalendarDate, at: Instant) {
        self.sensor = sensor
        self.first = first
        self.last = last
        self.at = at
    }
}

extension Store {
    /// What was deleted, oldest first.
    public func forgottenDays() throws(StoreError) -> [ForgottenDays] {
        try read("forgotten days") { db in
            try Row.fetchAll(db, sql: "SELECT sensor, first_date, last_date, at FROM forgotten ORDER BY id").compactMap
            {
                row in
                guard let first = CalendarDate(text: row[1] as String), let last = CalendarDate(text: row[2] as String)
                else { return nil }
                return ForgottenDays(
                    sensor: SensorID(rawValue: row[0]), first: first, last: last, at: Instant(milliseconds: row[3]))
            }
        }
    }

    /// Deletes everything that whole local days of a sensor left behind; returns how many readings that were.
    ///
    /// Readings in blocks and in the journal, day rows, what happened to the meter and what people decided about it, set
    /// aside or put aside, the figures of alerts and of changes of limits, their notices. Freed pages are
    /// overwritten with zeros and the log is cut; what a memory card keeps of old sectors is beyond the reach of any
    /// program. `record` is written in the same transaction. Sums that must stay are to be fixed before. While somebody
    /// reads a copy of the database the log cannot be cut; ``owesLogCut()`` tells, and ``cutLogIfOwed()`` makes up for it.
    public func forget(_ days: ForgottenDays, zone: Zone, record: ActRecord) throws(StoreError) -> Int {
        let period =
            zone.start(of: days.first).milliseconds..<zone.start(of: days.last.adding(days: 1)).milliseconds
        let deleted = try write("forget") { db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
            defer { try? db.execute(sql: "PRAGMA secure_delete = OFF") }
            let windows = try Store.everything(of: days.sensor, within: period, db)
            var deleted = try Store.forgetBlocks(windows, within: period, damaged: .goes, db)
            deleted += try Store.forgetJournal(windows, within: period, damaged: .goes, db)
            try Store.oweLogCut(db)
            try Store.forgetDays(days, series: windows.keys.sorted(), zone: zone, db)
            try Store.forgetTraces(days.sensor, within: period, db)
            try db.execute(
                sql: "INSERT INTO forgotten (sensor, first_date, last_date, at) VALUES (?, ?, ?, ?)",
                arguments: [
                    days.sensor.rawValue, days.first.description, days.last.description, days.at.milliseconds,
                ])
            try Store.forgetMarks(db)
            try record.write(db)
            return deleted
        }
        try cutLogIfOwed()
        do {
            try Store.removeUpgradeCopies(in: folder)
            try Store.removeDamagedDatabases(in: folder)
        } catch {
            throw StoreError(error, context: "forget")
        }
        return deleted
    }

    /// True while the log may still hold what was deleted, because it could not be cut.
    public func owesLogCut() throws(StoreError) -> Bool {
        try read("forget") { db in try Store.number(Store.logCutOwed, db) == 1 }
    }

    /// Cuts the log where that is owed; what reads the database meanwhile may prevent it, and then it stays owed.
    public func cutLogIfOwed() throws(StoreError) {
        guard try owesLogCut() else { return }
        do {
            let isBusy = try pool.writeWithoutTransaction { db in
                // The first column says whether somebody was in the way (sqlite.org/pragma.html#pragma_wal_checkpoint).
                try Bool.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? true
            }
            guard !isBusy else { return }
        } catch {
            throw StoreError(error, context: "forget")
        }
        try write("forget") { db in try Store.setNumber(Store.logCutOwed, 0, db) }
    }

    private static let logCutOwed = "log_cut_owed"

    static func oweLogCut(_ db: Database) throws { try setNumber(logCutOwed, 1, db) }

    /// Databases that a repair replaced hold what they held; the other files there name no household.
    private static func removeDamagedDatabases(in folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("damaged-") {
            for file in try FileManager.default.contentsOfDirectory(atPath: folder + "/" + name) {
                try FileManager.default.removeItem(atPath: folder + "/" + name + "/" + file)
            }
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    private static func forgetDays(
        _ days: ForgottenDays, series: [Int64], zone: Zone, _ db: Database
    ) throws {
        let (first, last) = (days.first.description, days.last.description)
        for id in series {
            for table in ["day_stats", "dirty_day"] {
                try db.execute(
                    sql: "DELETE FROM \(table) WHERE series = ? AND date BETWEEN ? AND ?", arguments: [id, first, last])
            }
            try HourPack.forget(days.first...days.last, of: SeriesID(rawValue: id), zone: zone, db)
            try db.execute(
                sql: """
                    UPDATE series SET last_time = NULL, last_source = NULL, last_mantissa = NULL, last_scale = NULL
                    WHERE id = ?
                    """, arguments: [id])
        }
        let name = days.sensor.rawValue
        // Where days behind these stay, they go on from the meter as it stood; its consumption before is gone.
        let goesOn =
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM day_use WHERE sensor = ? AND date > ?)", arguments: [name, last])
            ?? false
        if goesOn {
            try db.execute(
                sql: """
                    UPDATE day_use SET mantissa = 0, scale = 0, measured_permille = 0, is_lower_bound = 1,
                        carried_since = NULL, carried_mantissa = NULL, carried_scale = NULL
                    WHERE sensor = ?1 AND date = (SELECT max(date) FROM day_use WHERE sensor = ?1 AND date <= ?2)
                    AND date >= ?3
                    """, arguments: [name, last, first])
        }
        try db.execute(
            sql: """
                DELETE FROM day_use WHERE sensor = ?1 AND date BETWEEN ?2 AND ?3
                AND NOT (?4 AND date = (SELECT max(date) FROM day_use WHERE sensor = ?1 AND date <= ?3))
                """, arguments: [name, first, last, goesOn])
        try db.execute(
            sql: "DELETE FROM dirty_use WHERE sensor = ? AND date BETWEEN ? AND ?", arguments: [name, first, last])
    }

    /// True for the alerts about the sensor that is the first argument, alone or with a few others.
    static let isAboutSensor =
        "(json_extract(body, '$.subject') = ?1 OR EXISTS (SELECT 1 FROM json_each(body, '$.homes') WHERE value = ?1))"

    /// What else speaks of the sensor: events, decisions, alerts, notices.
    private static func forgetTraces(_ sensor: SensorID, within period: Range<Int64>, _ db: Database) throws {
        let name = sensor.rawValue
        let times: StatementArguments = [name, period.lowerBound, period.upperBound]
        try db.execute(sql: "DELETE FROM meter_event WHERE sensor = ? AND at >= ? AND at < ?", arguments: times)
        try db.execute(sql: "DELETE FROM meter_decision WHERE sensor = ? AND at >= ? AND at < ?", arguments: times)
        try db.execute(
            sql: "DELETE FROM set_aside WHERE sensor = ? AND from_time >= ? AND from_time < ?", arguments: times)
        try db.execute(
            sql: """
                DELETE FROM dispute WHERE sensor = ?1
                AND json_extract(body, '$.about') >= ?2 AND json_extract(body, '$.about') < ?3
                """, arguments: times)
        try db.execute(
            sql: """
                DELETE FROM put_aside WHERE at >= ?2 AND at < ?3 AND device IN
                (SELECT device FROM binding JOIN sensor ON sensor.id = binding.sensor WHERE sensor.name = ?1)
                """, arguments: times)
        try db.execute(
            sql: """
                DELETE FROM outbox WHERE json_extract(body, '$.alert') IN
                (SELECT id FROM alert WHERE \(Store.isAboutSensor) AND onset >= ?2 AND onset < ?3
                    AND (state = 'closed' OR outbox.state IN ('sent', 'dropped', 'failed', 'dead')))
                """, arguments: times)
        // What a limit on homes was passed by has no sensor of its own.
        try db.execute(
            sql: """
                DELETE FROM limit_transition WHERE detected_at >= ?2 AND detected_at < ?3
                AND json_extract(body, '$.sensor') IS NULL AND json_extract(body, '$.limit') IN
                (SELECT json_extract(body, '$.transition.limit') FROM alert WHERE
                    EXISTS (SELECT 1 FROM json_each(body, '$.homes') WHERE value = ?1))
                """, arguments: times)
        // An alert stays as a number in the record book; its figures and notes go. One that is open still is needed.
        try db.execute(
            sql: """
                UPDATE alert SET body = json_set(json_remove(body, '$.transition'), '$.entries', json('[]'))
                WHERE state = 'closed' AND \(Store.isAboutSensor) AND onset >= ?2 AND onset < ?3
                """, arguments: times)
        // The evidence of sums names single meters.
        try db.execute(
            sql: """
                UPDATE alert SET body = json_set(body, '$.transition.evidence', json('[]'))
                WHERE onset >= ?2 AND onset < ?3 AND EXISTS
                (SELECT 1 FROM json_each(body, '$.transition.evidence') WHERE json_extract(value, '$.sensor') = ?1)
                """, arguments: times)
        try db.execute(
            sql: """
                DELETE FROM limit_transition WHERE json_extract(body, '$.sensor') = ?1
                AND detected_at >= ?2 AND detected_at < ?3
                """, arguments: times)
        try db.execute(
            sql: """
                UPDATE limit_transition SET body = json_set(body, '$.evidence', json('[]'))
                WHERE detected_at >= ?2 AND detected_at < ?3 AND EXISTS
                (SELECT 1 FROM json_each(body, '$.evidence') WHERE json_extract(value, '$.sensor') = ?1)
                """, arguments: times)
    }
}
