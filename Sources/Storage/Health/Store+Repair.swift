import Foundation
import GRDB
import GatewayModel

extension Store {
    /// Takes damaged blocks and commits out of the database, each into a file of its own, and marks their days.
    ///
    /// Their days are counted anew from what is left. `record` is written in the same transaction. Called by the writer's
    /// thread after ``examine(part:of:progress:)``. Returns what was taken out.
    public func setDamageAside(
        into folder: String, zone: Zone, record: ([DamagedStretch]) -> ActRecord
    ) throws(StoreError) -> [DamagedStretch] {
        let all = damage
        guard !all.isEmpty else { return [] }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            for stretch in all {
                let body = try pool.read { db in
                    try Data.fetchOne(
                        db, sql: "SELECT body FROM \(stretch.place.rawValue) WHERE id = ?", arguments: [stretch.id])
                }
                let path = "\(folder)/\(stretch.place.rawValue)-\(stretch.id)"
                guard let body else { continue }
                guard
                    FileManager.default.createFile(atPath: path, contents: body, attributes: [.posixPermissions: 0o600])
                else { throw CocoaError(.fileWriteUnknown) }
                try Store.sync(path)
            }
        } catch {
            throw StoreError(error, context: "repair")
        }
        try write("repair") { db in
            for stretch in all {
                try Store.markDays(of: stretch, zone: zone, db)
                try db.execute(sql: "DELETE FROM \(stretch.place.rawValue) WHERE id = ?", arguments: [stretch.id])
            }
            try db.execute(sql: "DELETE FROM damaged")
            try record(all).write(db)
        }
        damageList.forget()
        return all
    }

    private static func markDays(of stretch: DamagedStretch, zone: Zone, _ db: Database) throws {
        let first = zone.date(at: stretch.first)
        let last = max(first, zone.date(at: stretch.last))
        // A commit may hold readings of all series; a row without any is removed when it is counted.
        let series = try Int64.fetchAll(
            db, sql: "SELECT id FROM series WHERE ?1 IS NULL OR stream = ?1", arguments: [stretch.stream?.rawValue])
        var date = first
        // A damaged head may claim any time; no block covers more than some years.
        while date <= last, date.daysSinceEpoch - first.daysSinceEpoch < 4000 {
            for id in series {
                try db.execute(
                    sql: """
                        INSERT OR IGNORE INTO dirty_day SELECT ?1, ?2
                        WHERE EXISTS (SELECT 1 FROM day_stats WHERE series = ?1 AND date = ?2)
                        """, arguments: [id, date.description])
            }
            date = date.adding(days: 1)
        }
    }
}
