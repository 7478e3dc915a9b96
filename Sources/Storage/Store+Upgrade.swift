import Foundation
import GRDB
import GatewayModel

extension Store {
    /// Brings the schema up to date; an older database is copied first, and the copy stays until the next upgrade.
    ///
    /// Each migration is one transaction, so that a cut in between leaves a schema that the next start goes on from. Throws
    /// `diskFull` where there is no room for the copy; nothing is changed then.
    static func upgrade(_ pool: DatabasePool, folder: String) throws {
        let migrator = Schema.migrator()
        let applied = try pool.read { db in
            try db.tableExists("grdb_migrations") ? migrator.appliedIdentifiers(db) : []
        }
        let mark = folder + "/" + unfinishedMark
        if let last = applied.max(), applied.count < migrator.migrations.count,
            !FileManager.default.fileExists(atPath: mark)
        {
            try keepCopy(of: pool, folder: folder, schema: String(last.prefix(3)))
            // Until every change is made the copy is the one of before the first.
            try Data().write(to: URL(fileURLWithPath: mark))
            try sync(folder)
        }
        try migrator.migrate(pool)
        unlink(mark)
    }

    private static let unfinishedMark = "upgrade-unfinished"

    /// Refuses to read a database whose tables are not those of this program.
    static func refuseOtherSchema(_ db: Database) throws {
        try refuseNewerSchema(db)
        guard try Schema.migrator().hasCompletedMigrations(db) else {
            throw StoreError(
                .olderSchema, "open", cause: "the database was written by an older version",
                remedy: "Start the gateway once; it upgrades the database and keeps a copy.")
        }
    }

    static func refuseNewerSchema(_ db: Database) throws {
        guard try db.tableExists("grdb_migrations"), try Schema.migrator().hasBeenSuperseded(db) else { return }
        throw StoreError(
            .newerSchema, "open", cause: "the database was written by a newer version",
            remedy: "Install that version again, or restore a backup made before the upgrade.")
    }

    /// Removes the copies of earlier upgrades, such as when something in them must be forgotten.
    static func removeUpgradeCopies(in folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where isUpgradeCopy(name) {
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    private static func isUpgradeCopy(_ name: String) -> Bool {
        name.hasPrefix("before-upgrade-") && name.hasSuffix(".sqlite")
    }

    private static func keepCopy(of pool: DatabasePool, folder: String, schema: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + databaseName)
        let size = (attributes[.size] as? NSNumber)?.int64Value ?? 0
        let free =
            (try FileManager.default.attributesOfFileSystem(forPath: folder)[.systemFreeSize] as? NSNumber)?.int64Value
            ?? .max
        try removeUpgradeCopies(in: folder)
        guard free > size + 20_000_000 else {
            throw StoreError(
                .diskFull, "upgrade", cause: "\(size / 1_000_000 + 20) MB are needed for a copy before the upgrade",
                remedy: "Make room in \(folder), then start again; the older version still works.")
        }
        let path = folder + "/before-upgrade-from-\(schema).sqlite"
        _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        let copy = try DatabaseQueue(path: path)
        try pool.backup(to: copy)
        try copy.close()
    }
}
