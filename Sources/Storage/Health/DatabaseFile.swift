import Foundation
import GRDB
import GatewayModel

/// The database's files while nobody has them open: looked at, and put in the place of others, under the folder's lock.
///
/// Used on one thread; gives the folder free at ``release()``.
public final class DatabaseFile {
    private let folder: String
    private let lock: FolderLock

    /// Takes the folder's lock; throws `locked` where a gateway runs, `missing` where there is no database.
    public init(folder: String) throws(StoreError) {
        self.folder = folder
        guard FileManager.default.fileExists(atPath: folder + "/" + Store.databaseName) else {
            throw StoreError(
                .missing, "repair", cause: "no database in \(folder)",
                remedy: "Restore a backup with `commons restore`.")
        }
        lock = try FolderLock(folder: folder)
    }

    /// The path of the database.
    public var path: String { folder + "/" + Store.databaseName }

    /// Gives the folder free.
    public func release() { lock.release() }

    /// True where the log is gone that this file's last commits stood in.
    public var lacksLog: Bool { DatabaseFile.lacksLog(folder) }

    /// Goes on without the log: what stood in it alone is lost for good.
    public func acceptMissingLog() throws(StoreError) {
        do {
            let queue = try DatabaseQueue(path: path)
            try queue.write { db in
                try db.execute(sql: "INSERT OR REPLACE INTO property VALUES ('ended', 'cleanly')")
            }
            try queue.close()
        } catch {
            throw StoreError(error, context: "repair")
        }
    }

    /// What SQLite finds wrong with a file; empty where it is sound.
    public static func problems(of path: String) -> [String] {
        do {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try queue.read { db in try Store.problems(db) }
        } catch {
            return ["\((error as? DatabaseError)?.message ?? "\(error)")"]
        }
    }

    /// True where a file holds what says whose it is, and the tables of readings and of the record book.
    public static func isWhole(_ path: String) -> Bool {
        guard let queue = try? DatabaseQueue(path: path) else { return false }
        defer { try? queue.close() }
        let known = try? queue.read { db in
            let tables = try ["block", "journal", "series", "stream", "device", "sensor", "record"]
                .allSatisfy { try db.tableExists($0) }
            return try tables
                && Int.fetchOne(
                    db, sql: "SELECT count(*) FROM property WHERE name IN ('community', 'kind', 'client_id')") == 3
        }
        return known ?? false
    }

    /// Writes a new database from what can be read of a damaged one; returns the tables of which rows may be lost.
    ///
    /// Every day is marked in it, since figures of days may be among what was lost.
    public static func salvage(from damaged: String, to path: String) throws(StoreError) -> [String] {
        do {
            let tables = try Salvage.run(from: damaged, to: path)
            let queue = try DatabaseQueue(path: path)
            try queue.write { db in
                try db.execute(sql: "INSERT OR IGNORE INTO dirty_day SELECT series, date FROM day_stats")
            }
            // One file, without a log beside it, can be put in the place of another.
            try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
            try queue.close()
            return tables.filter { !$0.isWhole }.map(\.name)
        } catch {
            throw StoreError(error, context: "repair")
        }
    }

    /// Copies the database with its log into a folder, byte by byte.
    public func copy(to other: String) throws(StoreError) {
        try moving { suffix in
            try FileManager.default.copyItem(atPath: path + suffix, toPath: other + "/" + Store.databaseName + suffix)
        }
    }

    /// Puts another file in the database's place; its log must be empty.
    public func replace(with other: String) throws(StoreError) {
        do {
            try Store.sync(other)
        } catch {
            throw StoreError(error, context: "repair")
        }
        try moving { suffix in
            if suffix.isEmpty {
                guard rename(other, path) == 0 else {
                    throw CocoaError(.fileWriteUnknown)
                }
            } else {
                try FileManager.default.removeItem(atPath: path + suffix)
            }
        }
    }

    private func moving(_ body: (String) throws -> Void) throws(StoreError) {
        do {
            // The log first: beside another database it would be taken for its own.
            for suffix in ["-wal", "-shm", ""] where FileManager.default.fileExists(atPath: path + suffix) {
                try body(suffix)
            }
        } catch {
            throw StoreError(error, context: "repair")
        }
    }

    /// Throws `log_missing` where the folder's database lacks its log: nothing is opened then, which would make an empty one.
    static func refuseMissingLog(_ folder: String) throws(StoreError) {
        guard lacksLog(folder) else { return }
        throw StoreError(
            .logMissing, "open",
            cause: "gateway.sqlite-wal is missing, and the gateway was running when gateway.sqlite was last written",
            remedy: "Bring gateway.sqlite-wal from where this file came from; without it the last commits are lost, "
                + "which `commons doctor --repair` accepts.")
    }

    private static func lacksLog(_ folder: String) -> Bool {
        let path = folder + "/" + Store.databaseName
        // In a shim's disk of the tests there is no such file to see.
        guard FileManager.default.fileExists(atPath: path), !FileManager.default.fileExists(atPath: path + "-wal"),
            let header = FileHandle(forReadingAtPath: path)?.readData(ofLength: 20), header.count == 20,
            // Read and write version 2: a write-ahead log (sqlite.org/fileformat2.html#file_format_version_numbers).
            header[18] == 2
        else { return false }
        // Opened as a file that nobody writes, so that no log is made for it.
        var configuration = Configuration()
        configuration.readonly = true
        let encoded = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
        guard let queue = try? DatabaseQueue(path: "file:\(encoded)?immutable=1", configuration: configuration) else {
            return false
        }
        defer { try? queue.close() }
        let ended = try? queue.read { db in
            try String.fetchOne(db, sql: "SELECT value FROM property WHERE name = 'ended'")
        }
        return ended == "running"
    }
}
