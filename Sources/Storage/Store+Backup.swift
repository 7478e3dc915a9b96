import Foundation
import GRDB
import GatewayModel
import Glibc

/// What a checked copy of the database holds.
public struct BackupContent: Hashable, Sendable {
    /// The newest commit in it.
    public var newestCommit: Int64
    /// Readings in blocks; those of the last days stand in commits.
    public var sealedReadings: Int
    /// Entries of the record book.
    public var records: Int

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
            let before = try content()
            _ = FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600])
            let copy = try DatabaseQueue(path: partial)
            try pool.backup(to: copy)
            // One file, without a log beside it, can be carried away.
            try copy.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
            let damage = try copy.read { try String.fetchAll($0, sql: "PRAGMA quick_check(5)").filter { $0 != "ok" } }
            let copied = try copy.read { try Store.content($0) }
            let book = try copy.read { try RecordBook.check($0) }
            try copy.close()
            guard damage.isEmpty, book.firstBroken == nil, copied.holds(before) else {
                try? FileManager.default.removeItem(atPath: partial)
                throw StoreError(
                    .corrupt, "backup", cause: "the copy does not hold what the database holds",
                    remedy: "Run `commons doctor`, and try another stick or card.")
            }
            try Store.sync(partial)
            try FileManager.default.moveItem(atPath: partial, toPath: path)
            return copied
        } catch let error as StoreError {
            throw error
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw StoreError(error, context: "backup")
        }
    }

    private func content() throws -> BackupContent {
        try pool.read { try Store.content($0) }
    }

    private static func content(_ db: Database) throws -> BackupContent {
        BackupContent(
            newestCommit: try Int64.fetchOne(db, sql: "SELECT max(id) FROM journal") ?? 0,
            sealedReadings: try Int.fetchOne(db, sql: "SELECT coalesce(sum(reading_count), 0) FROM block") ?? 0,
            records: try Int.fetchOne(db, sql: "SELECT count(*) FROM record") ?? 0)
    }

    private static func sync(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDONLY)
        guard descriptor >= 0 else { throw CocoaError(.fileReadNoPermission) }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}
