import Foundation
import GRDB
import GRDBSQLite
import GatewayModel

extension Store {
    /// Opens the data folder for the one process that writes; makes folder and database where they are missing.
    ///
    /// Takes the folder's lock until ``close()``, brings the schema up to date and lays down the ballast. Throws
    /// `locked`, `newerSchema`, `wrongCommunity`, `wrongKind` or what the disk says; nothing is changed then.
    public static func open(folder: String, options: Options, now: Instant) throws(StoreError) -> Store {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StoreError(
                .ioError, "open", cause: "\(error)", remedy: "Check that the data folder \(folder) can be written.")
        }
        let lock = try FolderLock(folder: folder)
        do {
            try DatabaseFile.refuseMissingLog(folder)
            let pool = try makePool(folder: folder)
            let properties = try prepare(pool, folder: folder, options: options, now: now)
            let ballast = Ballast(folder: folder, size: options.ballastBytes)
            _ = ballast.restore()
            let (spans, damage) = try pool.read { (try JournalSpans($0), try knownDamage($0)) }
            return try Store(
                folder: folder, pool: pool, lock: lock, ballast: ballast, spans: spans, damage: damage,
                properties: properties)
        } catch {
            lock.release()
            throw StoreError(error, context: "open")
        }
    }

    /// Opens the database to read only, also while the gateway runs; takes no lock.
    public static func openForReading(folder: String) throws(StoreError) -> Store {
        let path = folder + "/" + databaseName
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError(
                .missing, "open", cause: "no database at \(path)",
                remedy: "Check the data folder in the configuration, or start the gateway once.")
        }
        try DatabaseFile.refuseMissingLog(folder)
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            configuration.maximumReaderCount = 2
            let pool = try DatabasePool(path: path, configuration: configuration)
            let (properties, spans, damage) = try pool.read { db in
                try refuseOtherSchema(db)
                return (try readProperties(db), try JournalSpans(db), try knownDamage(db))
            }
            return try Store(
                folder: folder, pool: pool, lock: nil, ballast: Ballast(folder: folder, size: 0),
                spans: spans, damage: damage, properties: properties)
        } catch {
            throw StoreError(error, context: "open")
        }
    }

    /// A name for the broker that no other box has.
    static func newClientID() -> String { "commons-" + String(UInt64.random(in: .min ... .max), radix: 16) }

    private static func makePool(folder: String) throws -> DatabasePool {
        let path = folder + "/" + databaseName
        if !FileManager.default.fileExists(atPath: path) {
            // Made here so that the database and the files beside it, which inherit its mode, are private at once.
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        var configuration = Configuration()
        configuration.label = "store"
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 2
        configuration.persistentReadOnlyConnections = true
        configuration.prepareDatabase { db in
            if db.configuration.readonly {
                try db.execute(sql: "PRAGMA cache_size = -1024")
            } else {
                try db.execute(sql: "PRAGMA page_size = 1024; PRAGMA auto_vacuum = NONE; PRAGMA secure_delete = OFF")
                try db.execute(sql: "PRAGMA cache_size = -4096")
                var isOn: CInt = 1
                sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &isOn)
            }
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        // The pool sets NORMAL once it is made; only FULL makes a commit outlive a power cut.
        try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        return pool
    }

    private static func prepare(
        _ pool: DatabasePool, folder: String, options: Options, now: Instant
    ) throws -> [String: String] {
        try pool.read { db in
            try refuseNewerSchema(db)
            if try db.tableExists("property") { try check(readProperties(db), options: options) }
        }
        try upgrade(pool, folder: folder)
        return try pool.write { db in
            let made = [
                "community": options.community, "kind": options.kind.rawValue, "client_id": newClientID(),
                "created_at": now.description, "ended": "cleanly",
            ]
            for (name, value) in made.sorted(by: { $0.key < $1.key }) {
                try db.execute(sql: "INSERT OR IGNORE INTO property VALUES (?, ?)", arguments: [name, value])
            }
            return try readProperties(db)
        }
    }

    private static func readProperties(_ db: Database) throws -> [String: String] {
        var properties: [String: String] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT name, value FROM property") {
            properties[row[0]] = row[1] as String
        }
        return properties
    }

    private static func check(_ properties: [String: String], options: Options) throws {
        if let owner = properties["community"], owner != options.community {
            throw StoreError(
                .wrongCommunity, "open",
                cause: "the database belongs to '\(owner)', the configuration says '\(options.community)'",
                remedy: "Name the right data folder, or correct the community's id in the configuration.")
        }
        if let kind = properties["kind"], kind != options.kind.rawValue {
            throw StoreError(
                .wrongKind, "open", cause: "the database is \(kind), the gateway was started as \(options.kind)",
                remedy: "Use a data folder of its own for simulated data.")
        }
    }
}
