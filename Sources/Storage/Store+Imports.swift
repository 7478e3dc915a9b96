import GRDB
import GatewayModel

/// A file whose readings were brought along.
public struct ImportRun: Hashable, Sendable {
    /// Its number.
    public var id: Int64
    /// The file's name.
    public var file: String
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public var sha256: String
    /// Who imported it.
    public var person: String
    /// When that began.
    public var startedAt: Instant
    /// When it was complete; nil where it was never finished, and then nothing of it counts.
    public var finishedAt: Instant?
    /// When it was undone.
    public var undoneAt: Instant?
    /// How many readings it brought.
    public var readingCount: Int

    /// The device name under which its readings stand; the channel is the sensor's name.
    public var device: String { OwnDevices.imported + String(id) }
}

extension Store {
    /// Every import, unfinished and undone ones too, oldest first.
    public func imports() throws(StoreError) -> [ImportRun] {
        try read("imports") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, file, sha256, person, started_at, finished_at, undone_at, reading_count
                    FROM import_run ORDER BY id
                    """
            ).map { row in
                ImportRun(
                    id: row[0], file: row[1], sha256: row[2], person: row[3], startedAt: Instant(milliseconds: row[4]),
                    finishedAt: (row[5] as Int64?).map(Instant.init(milliseconds:)),
                    undoneAt: (row[6] as Int64?).map(Instant.init(milliseconds:)), readingCount: row[7])
            }
        }
    }

    /// Begins an import and returns its number; its readings count from ``finishImport(_:count:at:record:)`` on.
    public func beginImport(file: String, sha256: String, person: String, at now: Instant) throws(StoreError) -> Int64 {
        try write("import") { db in
            try db.execute(
                sql: "INSERT INTO import_run (file, sha256, person, started_at) VALUES (?, ?, ?, ?)",
                arguments: [file, sha256, person, now.milliseconds])
            return db.lastInsertedRowID
        }
    }

    /// Lets all readings of an import count, or none again, with its record and the days that follow, in one transaction.
    public func setImport(
        _ id: Int64, counts: Bool, readings: Int, at now: Instant, record: RecordEntry
    ) throws(StoreError) {
        try write("import") { db in
            try db.execute(
                sql: counts
                    ? "UPDATE import_run SET finished_at = ?, reading_count = ? WHERE id = ? AND finished_at IS NULL"
                    : """
                    UPDATE import_run SET undone_at = ?, reading_count = ? WHERE id = ?
                    AND finished_at IS NOT NULL AND undone_at IS NULL
                    """, arguments: [now.milliseconds, readings, id])
            guard db.changesCount == 1 else {
                throw StoreError(
                    .invalid, "import", cause: "there is no such import under number \(id)",
                    remedy: "`commons readings import --list` shows them.")
            }
            for table in ["day_stats", "dirty_day"] {
                try db.execute(
                    sql: """
                        INSERT OR IGNORE INTO dirty_use SELECT DISTINCT field, date FROM \(table)
                        JOIN series ON series.id = series JOIN stream ON stream.id = series.stream
                        JOIN device ON device.id = device WHERE identity = ?
                        """, arguments: [OwnDevices.imported + String(id)])
            }
            _ = try RecordBook.append([record], db)
        }
    }
}
