import Foundation
import GatewayModel
import Storage

/// Makes copies of the database that are checked before they count.
public struct BackupDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// Copies the database into the folder, or into the configured one; also while the gateway runs.
    ///
    /// - Throws: ``AppError`` where no folder is named, ``StoreError`` where the copy is not good.
    public func make(to folder: String?) throws -> String {
        guard let folder = folder ?? site.configuration.backup?.folder else {
            throw AppError(
                "no folder for backups is named",
                remedy: "write --to FOLDER, or `backup: {folder: FOLDER}` in \(site.configuration.file)")
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw AppError("there is no folder \(folder)", remedy: "plug in the stick, or make the folder")
        }
        let name = BackupFolder.name(community: site.configuration.community.id, at: SystemClock.now())
        let path = folder + "/" + name
        let content = try site.readingStore().backup(to: path)
        return "\(path): checked; \(content.records) entries of the record book, up to commit \(content.newestCommit). "
            + "It is not encrypted: keep it as you keep the minute book."
    }
}
