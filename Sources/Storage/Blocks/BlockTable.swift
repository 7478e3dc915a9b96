import GRDB
import GatewayModel

/// The rows of the table of blocks.
enum BlockTable {
    /// A block without its content.
    struct Entry {
        var id: Int64
        var first: Int64
        var last: Int64
    }

    /// The blocks of a stream that reach into a period, by time.
    ///
    /// Told by the index alone, so that a block whose bytes cannot be read leaves the others readable.
    static func blocks(of stream: Int64, in times: ClosedRange<Int64>, _ db: Database) throws -> [Entry] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT id, first_time, last_time FROM block
                    WHERE id >> 32 = ? AND first_time <= ? AND last_time >= ? ORDER BY first_time, id
                    """), arguments: [stream, times.upperBound, times.lowerBound])
        var entries: [Entry] = []
        while let row = try rows.next() { entries.append(Entry(id: row[0], first: row[1], last: row[2])) }
        return entries
    }

    /// How many blocks of a stream reach into a period; told by the index alone.
    static func count(of stream: Int64, in times: ClosedRange<Int64>, _ db: Database) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) FROM block INDEXED BY block_time
                    WHERE id >> 32 = ? AND first_time <= ? AND last_time >= ?
                    """), arguments: [stream, times.upperBound, times.lowerBound]) ?? 0
    }

    /// A block's columns of the wanted series; throws ``BrokenBytes`` or what the database says.
    static func columns(of id: Int64, _ db: Database, wanted: (Int64) -> Bool = { _ in true }) throws -> BlockColumns {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT body FROM block WHERE id = ?"), arguments: [id])
        // The row's bytes are the cursor's.
        return try withExtendedLifetime(rows) {
            guard let row = try rows.next() else { throw BrokenBytes(reason: "block \(id) is in the index only") }
            return try row.withBytes(at: 0) { bytes in try BlockColumns(bytes, wanted: wanted) }
        }
    }

    /// The times between which anything of some streams is stored, of all where none are named; nil where nothing is.
    ///
    /// Told by the index alone, which is a hundredth of what it stands for.
    static func ends(_ streams: Set<Int64>? = nil, _ db: Database) throws -> ClosedRange<Int64>? {
        var ends: [Int64] = []
        func take(_ row: Row?) {
            guard let first = row?[0] as Int64?, let last = row?[1] as Int64? else { return }
            ends += [first, last]
        }
        take(try Row.fetchOne(db, sql: "SELECT min(first_time), max(last_time) FROM journal"))
        if let streams {
            for stream in streams {
                take(
                    try Row.fetchOne(
                        db.cachedStatement(
                            sql: """
                                SELECT min(first_time), max(last_time) FROM block INDEXED BY block_time WHERE id >> 32 = ?
                                """), arguments: [stream]))
            }
        } else {
            take(
                try Row.fetchOne(
                    db,
                    sql: "SELECT min(first_time), max(last_time) FROM block INDEXED BY block_time WHERE id >> 32 > 0"))
        }
        guard let first = ends.min(), let last = ends.max() else { return nil }
        return first...last
    }
}
