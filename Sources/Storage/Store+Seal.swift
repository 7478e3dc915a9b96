import Foundation
import GRDB
import GatewayModel

/// What a seal did.
public struct SealReport: Hashable, Sendable {
    /// Streams that had new readings.
    public var streams = 0
    /// Readings moved from the journal into blocks.
    public var readings = 0
    /// Blocks written, rewritten ones included.
    public var blocks = 0
    /// Their bytes.
    public var bytes = 0
    /// Journal rows deleted.
    public var deletedRows = 0
}

extension Store {
    /// Readings kept in memory at once while sealing; a single stream may exceed it up to the seal's limit.
    private static let groupSize = 100_000

    /// How many readings wait in the journal; seal daily, or when this passes a million.
    public func unsealedCount() throws(StoreError) -> Int {
        try read("seal") { db in
            var count = 0
            try eachUnsealed(db) { _ in count += 1 }
            return count
        }
    }

    /// Moves the journal's readings into blocks, stream by stream in short transactions, and deletes what it can.
    ///
    /// Killed half way, it goes on where it was at the next call. Journal rows stay that hold the newest
    /// ``SessionMemory/packetLimit`` packets. Called by the writer's thread.
    public func seal() throws(StoreError) -> SealReport {
        var report = SealReport()
        let (target, groups) = try read("seal") { db in (try Store.lastJournal(db), try sealGroups(db)) }
        for group in groups {
            let readings = try read("seal") { db in try unsealed(of: group, db) }
            for stream in group {
                let rows = BlockRow.rows(of: readings[stream] ?? [])
                try write("seal") { db in
                    try seal(rows, stream: stream, through: target, into: &report, db)
                }
                report.streams += 1
            }
        }
        try keepDamage()
        report.deletedRows = try write("seal") { db in
            try db.execute(
                sql: "UPDATE stream SET sealed_through = ?1 WHERE sealed_through < ?1", arguments: [target])
            return try Store.deleteSealedRows(through: target, db)
        }
        spans.removeThrough(target)
        return report
    }

    /// Streams with unsealed readings, in groups that fit in memory together.
    private func sealGroups(_ db: Database) throws -> [[Int64]] {
        let streams = try Store.streamsBySeries(db)
        var counts: [Int64: Int] = [:]
        try eachUnsealed(db) { reading in
            if let stream = streams[reading.series.rawValue] { counts[stream, default: 0] += 1 }
        }
        var groups: [[Int64]] = []
        var room = 0
        for (stream, count) in counts.sorted(by: { $0.key < $1.key }) {
            if groups.isEmpty || room < count {
                groups.append([])
                room = Store.groupSize
            }
            groups[groups.count - 1].append(stream)
            room -= count
        }
        return groups
    }

    private func unsealed(of group: [Int64], _ db: Database) throws -> [Int64: [StoredReading]] {
        let wanted = Set(group)
        let streams = try Store.streamsBySeries(db)
        var readings: [Int64: [StoredReading]] = [:]
        try eachUnsealed(db) { reading in
            guard let stream = streams[reading.series.rawValue], wanted.contains(stream) else { return }
            readings[stream, default: []].append(reading)
        }
        return readings
    }

    static func streamsBySeries(_ db: Database) throws -> [Int64: Int64] {
        var streams: [Int64: Int64] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT id, stream FROM series") { streams[row[0]] = row[1] as Int64 }
        return streams
    }

    private func seal(
        _ rows: [BlockRow], stream: Int64, through target: Int64, into report: inout SealReport, _ db: Database
    ) throws {
        var newest: [Int64: (time: ReadingTime, value: DecimalValue)] = [:]
        var count = 0
        for row in rows {
            for (series, value) in row.values { newest[series] = (row.time, value.value) }
            count += row.values.count
        }
        for (series, last) in newest.sorted(by: { $0.key < $1.key }) {
            let time = last.time.instant.milliseconds
            try db.cachedStatement(
                sql: """
                    UPDATE series SET last_time = ?, last_source = ?, last_mantissa = ?, last_scale = ?
                    WHERE id = ? AND (last_time IS NULL OR last_time <= ?)
                    """
            ).execute(arguments: [
                time, Int64(last.time.source.rawValue), last.value.mantissa, Int64(last.value.scale), series, time,
            ])
        }
        var next = try Int64.fetchOne(db, sql: "SELECT next_block FROM stream WHERE id = ?", arguments: [stream]) ?? 1
        for (target, added) in try BlockTarget.partition(rows, stream: stream, db) {
            var (block, merged) = (target, added)
            if let target {
                // A damaged block stays as it is, for whatever can be saved of it; what is new gets one of its own.
                let known = try damageList.spare({ DamagedStretch(target, place: .block, $0, db) }) {
                    try BlockTarget.rows(of: target, db)
                }
                if known == nil { block = nil }
                merged = BlockRow.sorted((known ?? []) + added)
            }
            for (index, packed) in Block.pack(merged).enumerated() {
                var id = (stream << 32) | next
                if index == 0, let block { id = block } else { next += 1 }
                try db.cachedStatement(sql: "INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?)").execute(arguments: [
                    id, packed.firstTime, packed.lastTime, packed.readingCount, Data(packed.body),
                ])
                report.blocks += 1
                report.bytes += packed.body.count
            }
        }
        report.readings += count
        try db.execute(
            sql: """
                UPDATE stream SET sealed_through = ?, next_block = ?, sealed_count = sealed_count + ? WHERE id = ?
                """, arguments: [target, next, count, stream])
    }

    /// Deletes sealed rows but those with packets that the repeat filter still needs.
    private static func deleteSealedRows(through target: Int64, _ db: Database) throws -> Int {
        let session = try number("session", db)
        var packets = 0
        var keepFrom = target + 1
        let rows = try Row.fetchCursor(
            db, sql: "SELECT id, packet_count FROM journal WHERE session = ? AND packet_count > 0 ORDER BY id DESC",
            arguments: [session])
        while packets < SessionMemory.packetLimit, let row = try rows.next() {
            keepFrom = row[0]
            packets += row[1] as Int
        }
        try setNumber("journal", try lastJournal(db), db)
        if let last = try lastCommit(db) { try setNumber("committed_at", last.milliseconds, db) }
        try db.execute(
            sql: """
                DELETE FROM journal WHERE id <= ? AND (id < ? OR session <> ?)
                AND id NOT IN (SELECT id FROM damaged WHERE place = 'journal')
                """, arguments: [target, keepFrom, session])
        return db.changesCount
    }
}

/// Which block takes which of a stream's new rows.
enum BlockTarget {
    /// Groups rows in time order by the block they belong to; nil stands for new blocks behind the newest.
    static func partition(
        _ rows: [BlockRow], stream: Int64, _ db: Database
    ) throws -> [(block: Int64?, rows: [BlockRow])] {
        let newest = try Row.fetchOne(
            db,
            sql: """
                SELECT id, last_time, length(body) FROM block WHERE id >> 32 = ? ORDER BY first_time DESC, id DESC
                LIMIT 1
                """, arguments: [stream])
        guard let newest else { return rows.isEmpty ? [] : [(nil, rows)] }
        let newestID: Int64 = newest[0]
        let lastTime: Int64 = newest[1]
        let isFull = newest[2] as Int >= Block.fullSize
        var groups: [(block: Int64?, rows: [BlockRow])] = []
        for row in rows {
            let time = row.time.instant.milliseconds
            var block: Int64? = newestID
            if time >= lastTime {
                if isFull { block = nil }
            } else {
                block = try covering(time, stream: stream, db)
            }
            if groups.last?.block == block, !groups.isEmpty {
                groups[groups.count - 1].rows.append(row)
            } else {
                groups.append((block, [row]))
            }
        }
        return groups
    }

    /// The block that a late row belongs into: the last that starts before it, else the first of all.
    private static func covering(_ time: Int64, stream: Int64, _ db: Database) throws -> Int64? {
        let before = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT id FROM block WHERE id >> 32 = ? AND first_time <= ? ORDER BY first_time DESC, id DESC LIMIT 1
                    """), arguments: [stream, time])
        if let before { return before }
        return try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT id FROM block WHERE id >> 32 = ? ORDER BY first_time, id LIMIT 1"),
            arguments: [stream])
    }

    static func rows(of block: Int64, _ db: Database) throws -> [BlockRow] {
        try Row.fetchOne(db, sql: "SELECT body FROM block WHERE id = ?", arguments: [block])?
            .withBytes(at: 0) { try BlockColumns($0).allRows() } ?? []
    }
}
