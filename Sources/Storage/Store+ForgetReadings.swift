import Foundation
import GRDB
import GatewayModel

extension Store {
    /// What is to be done with bytes that cannot be read.
    enum DamagedBytes {
        /// They may hold a household's figures, which must go: they go as a whole.
        case goes
        /// They stay until they are repaired.
        case stays
    }

    /// Every series that ever held figures of a sensor, with the times of a period in which they are its own.
    ///
    /// Imports that were undone or never finished count for nothing, but are stored.
    static func everything(
        of sensor: SensorID, within period: Range<Int64>, _ db: Database
    ) throws -> [Int64: [Range<Int64>]] {
        var windows = try windows(.sensors([sensor]), db).mapValues { times in
            times.map { $0.clamped(to: period) }.filter { !$0.isEmpty }
        }.filter { !$0.value.isEmpty }
        let imported = try Int64.fetchAll(
            db,
            sql: """
                SELECT series.id FROM import_run JOIN device ON device.identity = 'imported/' || import_run.id
                JOIN stream ON stream.device = device.id
                JOIN series ON series.stream = stream.id AND series.field = ?
                """, arguments: [sensor.rawValue])
        for series in imported { windows[series] = [period] }
        return windows
    }

    static func forgetBlocks(
        _ windows: [Int64: [Range<Int64>]], within period: Range<Int64>, damaged: DamagedBytes, _ db: Database
    ) throws -> Int {
        var deleted = 0
        let streams = try streamsBySeries(db)
        for stream in Set(windows.keys.compactMap { streams[$0] }).sorted() {
            let ids = try Int64.fetchAll(
                db, sql: "SELECT id FROM block WHERE id >> 32 = ? AND first_time < ? AND last_time >= ?",
                arguments: [stream, period.upperBound, period.lowerBound])
            for id in ids {
                guard let rows = try? BlockTarget.rows(of: id, db) else {
                    if damaged == .goes { try db.execute(sql: "DELETE FROM block WHERE id = ?", arguments: [id]) }
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
        _ windows: [Int64: [Range<Int64>]], within period: Range<Int64>, damaged: DamagedBytes, _ db: Database
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
            do {
                try row.withBytes(at: 1) { bytes in
                    try JournalBody.decode(bytes, packets: { packets.append($0) }, readings: { readings.append($0) })
                }
            } catch is BrokenBytes {
                guard damaged == .goes else { continue }
                try db.execute(
                    sql: """
                        UPDATE journal SET first_time = NULL, last_time = NULL, packet_count = 0, reading_count = 0,
                        body = ? WHERE id = ?
                        """, arguments: [Data(JournalBody.encode(packets: [], readings: [])), id])
                continue
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
