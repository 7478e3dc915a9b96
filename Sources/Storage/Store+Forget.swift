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
    /// aside or put aside, the figures of alerts and of changes of limits, notices that were sent. Freed pages are
    /// overwritten with zeros and the log is cut; what a memory card keeps of old sectors is beyond the reach of any
    /// program. `record` is written in the same transaction. Sums that must stay are to be fixed before.
    public func forget(_ days: ForgottenDays, zone: Zone, record: ActRecord) throws(StoreError) -> Int {
        let period =
            zone.start(of: days.first).milliseconds..<zone.start(of: days.last.adding(days: 1)).milliseconds
        let deleted = try write("forget") { db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
            defer { try? db.execute(sql: "PRAGMA secure_delete = OFF") }
            let windows = try Store.windows(.sensors([days.sensor]), db).mapValues { times in
                times.map { $0.clamped(to: period) }.filter { !$0.isEmpty }
            }.filter { !$0.value.isEmpty }
            var deleted = try Store.forgetBlocks(windows, within: period, db)
            deleted += try Store.forgetJournal(windows, within: period, db)
            try Store.forgetDays(days, series: windows.keys.sorted(), zone: zone, db)
            try Store.forgetTraces(days.sensor, within: period, db)
            try db.execute(
                sql: "INSERT INTO forgotten (sensor, first_date, last_date, at) VALUES (?, ?, ?, ?)",
                arguments: [
                    days.sensor.rawValue, days.first.description, days.last.description, days.at.milliseconds,
                ])
            try record.write(db)
            return deleted
        }
        do {
            try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        } catch {
            throw StoreError(error, context: "forget")
        }
        do {
            try Store.removeUpgradeCopies(in: folder)
        } catch {
            throw StoreError(error, context: "forget")
        }
        return deleted
    }

    static func forgetBlocks(
        _ windows: [Int64: [Range<Int64>]], within period: Range<Int64>, _ db: Database
    ) throws -> Int {
        var deleted = 0
        let streams = try streamsBySeries(db)
        for stream in Set(windows.keys.compactMap { streams[$0] }).sorted() {
            let ids = try Int64.fetchAll(
                db, sql: "SELECT id FROM block WHERE id >> 32 = ? AND first_time < ? AND last_time >= ?",
                arguments: [stream, period.upperBound, period.lowerBound])
            for id in ids {
                // What cannot be read may hold the household's figures: it goes as a whole.
                guard let rows = try? BlockTarget.rows(of: id, db) else {
                    try db.execute(sql: "DELETE FROM block WHERE id = ?", arguments: [id])
                    continue
                }
                let kept = rows.compactMap { row in row.without(windows) }
                let count = rows.map(\.values.count).reduce(0, +) - kept.map(\.values.count).reduce(0, +)
                guard count > 0 else { continue }
                deleted += count
                try db.execute(sql: "DELETE FROM block WHERE id = ?", arguments: [id])
                for (index, packed) in (kept.isEmpty ? [] : Block.pack(kept)).enumerated() {
                    var own = id
                    if index > 0 {
                        let next =
                            try Int64.fetchOne(
                                db, sql: "SELECT next_block FROM stream WHERE id = ?", arguments: [stream]) ?? 1
                        try db.execute(
                            sql: "UPDATE stream SET next_block = next_block + 1 WHERE id = ?", arguments: [stream])
                        own = (stream << 32) | next
                    }
                    try db.execute(
                        sql: "INSERT INTO block VALUES (?, ?, ?, ?, ?)",
                        arguments: [own, packed.firstTime, packed.lastTime, packed.readingCount, Data(packed.body)])
                }
                try db.execute(
                    sql: "UPDATE stream SET sealed_count = sealed_count - ? WHERE id = ?", arguments: [count, stream])
            }
        }
        return deleted
    }

    /// Rows stay for their packets, sealed ones too; only what is not in a block already counts as deleted.
    static func forgetJournal(
        _ windows: [Int64: [Range<Int64>]], within period: Range<Int64>, _ db: Database
    ) throws -> Int {
        let sealed = try sealedThrough(db)
        var deleted = 0
        let rows = try Row.fetchAll(
            db, sql: "SELECT id, body FROM journal WHERE first_time < ? AND last_time >= ?",
            arguments: [period.upperBound, period.lowerBound])
        for row in rows {
            let id: Int64 = row[0]
            var packets: [PacketRecord] = []
            var readings: [StoredReading] = []
            try row.withBytes(at: 1) { bytes in
                try JournalBody.decode(bytes, packets: { packets.append($0) }, readings: { readings.append($0) })
            }
            let kept = readings.filter { !$0.isIn(windows) }
            guard kept.count < readings.count else { continue }
            deleted += readings.count { $0.isIn(windows) && id > sealed[$0.series.rawValue] ?? 0 }
            let times = kept.map(\.time.instant.milliseconds)
            try db.execute(
                sql: "UPDATE journal SET first_time = ?, last_time = ?, reading_count = ?, body = ? WHERE id = ?",
                arguments: [
                    times.min(), times.max(), kept.count, Data(JournalBody.encode(packets: packets, readings: kept)),
                    id,
                ])
        }
        return deleted
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
                    UPDATE day_use SET mantissa = 0, scale = 0, measured_permille = 0, is_lower_bound = 1
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
                DELETE FROM put_aside WHERE at >= ?2 AND at < ?3 AND device IN
                (SELECT device FROM binding JOIN sensor ON sensor.id = binding.sensor WHERE sensor.name = ?1)
                """, arguments: times)
        try db.execute(
            sql: """
                DELETE FROM outbox WHERE state IN ('sent', 'dropped', 'failed', 'dead') AND json_extract(body, '$.alert') IN
                (SELECT id FROM alert WHERE json_extract(body, '$.subject') = ?1 AND onset >= ?2 AND onset < ?3)
                """, arguments: times)
        // An alert stays as a number in the record book; its figures and notes go. One that is open still is needed.
        try db.execute(
            sql: """
                UPDATE alert SET body = json_set(json_remove(body, '$.transition'), '$.entries', json('[]'))
                WHERE state = 'closed' AND json_extract(body, '$.subject') = ?1 AND onset >= ?2 AND onset < ?3
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

extension StoredReading {
    fileprivate func isIn(_ windows: [Int64: [Range<Int64>]]) -> Bool {
        windows[series.rawValue]?.contains { $0.contains(time.instant.milliseconds) } ?? false
    }
}

extension BlockRow {
    /// The row without the values of some series in some times; nil where none is left.
    fileprivate func without(_ windows: [Int64: [Range<Int64>]]) -> BlockRow? {
        var row = self
        row.values.removeAll { value in
            windows[value.series]?.contains { $0.contains(time.instant.milliseconds) } ?? false
        }
        return row.values.isEmpty ? nil : row
    }
}
