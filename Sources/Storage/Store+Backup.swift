import Foundation
import GRDB
import GatewayModel
import Glibc

/// What a checked copy of the database holds.
public struct BackupContent: Hashable, Sendable, Codable {
    /// The newest commit in it.
    public var newestCommit: Int64
    /// Readings in blocks; those of the last days stand in commits.
    public var sealedReadings: Int
    /// Days of consumption.
    public var days: Int
    /// The sum of all consumption, whatever its unit: a number that two copies share or do not.
    public var use: Double
    /// Entries of the record book.
    public var records: Int
    /// The check number of the record book, in hexadecimal.
    public var head: String
    /// Readings that can be unpacked, in blocks and commits; nil in copies of earlier versions.
    public var unpacked: Int?
    /// Blocks and commits whose bytes cannot be read, as they could not before; nil in copies of earlier versions.
    public var unreadable: Int?

    /// True where two copies hold the same; what an earlier version did not count is not compared.
    public func isSame(as other: BackupContent) -> Bool {
        guard other.unpacked == nil else { return self == other }
        var known = self
        (known.unpacked, known.unreadable) = (nil, nil)
        return known == other
    }

    func holds(_ other: BackupContent) -> Bool {
        newestCommit >= other.newestCommit && sealedReadings >= other.sealedReadings && records >= other.records
    }
}

extension Store {
    /// Copies the database as of one moment into a new file and checks the copy; also beside a running gateway.
    ///
    /// The file appears under its name only once it was checked: SQLite's quick check, the record book's chain, and at
    /// least as much in it as the database held before. Blocks; about 20 MB a second on a memory card.
    public func backup(to path: String) throws(StoreError) -> BackupContent {
        let partial = path + ".partial"
        do {
            try? FileManager.default.removeItem(atPath: partial)
            let before = try pool.read { try Store.content($0) }
            _ = FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600])
            let copy = try DatabaseQueue(path: partial)
            try pool.backup(to: copy)
            // One file, without a log beside it, can be carried away.
            try copy.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
            let copied = try Store.content(ofCopy: partial)
            guard copied.holds(before) else {
                throw StoreError(
                    .corrupt, "backup", cause: "the copy does not hold what the database holds",
                    remedy: "Run `commons doctor`, and try another stick or card.")
            }
            try Store.sync(partial)
            try FileManager.default.moveItem(atPath: partial, toPath: path)
            return copied
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw error as? StoreError ?? StoreError(error, context: "backup")
        }
    }

    /// What a copy holds, after every page and the record book's chain were checked and every reading was unpacked; throws
    /// `corrupt` where a page or the chain is wrong.
    public static func content(ofCopy path: String) throws(StoreError) -> BackupContent {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            let copy = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? copy.close() }
            return try copy.read { db in
                let damage = try String.fetchAll(db, sql: "PRAGMA quick_check(5)").filter { $0 != "ok" }
                let book = try RecordBook.check(db)
                guard damage.isEmpty, book.firstBroken == nil else {
                    throw StoreError(
                        .corrupt, "backup", cause: damage.first ?? "the record book does not fit its chain",
                        remedy: "Run `commons doctor`, and try another stick or card.")
                }
                var content = try content(db, head: book.head)
                (content.unpacked, content.unreadable) = try unpacked(db)
                return content
            }
        } catch {
            throw error as? StoreError ?? StoreError(error, context: "backup")
        }
    }

    private static func content(_ db: Database, head: String = "") throws -> BackupContent {
        BackupContent(
            newestCommit: try Int64.fetchOne(db, sql: "SELECT max(id) FROM journal") ?? 0,
            sealedReadings: try Int.fetchOne(db, sql: "SELECT coalesce(sum(reading_count), 0) FROM block") ?? 0,
            days: try Int.fetchOne(db, sql: "SELECT count(*) FROM day_use") ?? 0,
            use: try Double.fetchOne(db, sql: "SELECT total(mantissa / pow(10.0, scale)) FROM day_use") ?? 0,
            records: try Int.fetchOne(db, sql: "SELECT count(*) FROM record") ?? 0, head: head)
    }

    /// Unpacks every block and commit, whose checksums tell a flipped bit that no page's structure shows.
    private static func unpacked(_ db: Database) throws -> (readings: Int, unreadable: Int) {
        var (readings, unreadable) = (0, 0)
        for table in ["block", "journal"] {
            let rows = try Row.fetchCursor(db, sql: "SELECT body FROM \(table)")
            while let row = try rows.next() {
                do {
                    try row.withBytes(at: 0) { bytes in
                        if table == "block" {
                            readings += try BlockColumns(bytes) { _ in true }.fields.reduce(0) {
                                $0 + $1.mantissas.count
                            }
                        } else {
                            try JournalBody.decode(bytes) { _ in readings += 1 }
                        }
                    }
                } catch is BrokenBytes {
                    unreadable += 1
                }
            }
        }
        return (readings, unreadable)
    }

    static func sync(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDONLY)
        guard descriptor >= 0 else { throw CocoaError(.fileReadNoPermission) }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}
