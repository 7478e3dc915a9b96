import Foundation
import GatewayModel
import Storage

/// Makes copies that are restored and compared before they count.
public struct BackupDesk: Sendable {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// Makes a copy in the folder, or in the configured one; also while the gateway runs. Copies beyond the rota go.
    ///
    /// With a passphrase file it is one encrypted archive of the whole box, otherwise the database alone. Blocks.
    ///
    /// - Throws: ``AppError`` where no folder is named or the copy is not good, ``StoreError`` where the database is not.
    public func make(to folder: String?) throws -> String {
        let rule = site.configuration.backup
        guard let path = folder ?? rule?.folder else {
            throw AppError(
                "no folder for backups is named",
                remedy: "write --to FOLDER, or `backup: {folder: FOLDER}` in \(site.configuration.file)")
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw AppError("there is no folder \(path)", remedy: "plug in the stick, or make the folder")
        }
        let place = BackupFolder(path: path, community: site.configuration.community.id)
        let now = SystemClock.now()
        guard let passphraseFile = rule?.passphraseFile else {
            let copy = path + "/" + place.name(at: now, suffix: "sqlite")
            let content = try site.readingStore().backup(to: copy)
            return
                "\(copy): checked; \(BackupDesk.words(content)). It is the database alone and not encrypted: keep it "
                + "as you keep the minute book."
        }
        let copy = path + "/" + place.name(at: now, suffix: "tar.gpg")
        let content = try encrypted(copy, passphraseFile, now: now)
        let gone = place.tidy(rule?.keep ?? BackupRota(), zone: site.zone)
        return "\(copy): restored for a trial and compared; \(BackupDesk.words(content))."
            + (gone > 0 ? " \(gone) old copies were removed." : "")
    }

    private func encrypted(_ path: String, _ passphraseFile: String, now: Instant) throws -> BackupContent {
        guard let text = try? String(contentsOfFile: passphraseFile, encoding: .utf8),
            let first = text.split(separator: "\n").first, first.count >= 12
        else {
            throw AppError(
                "\(passphraseFile) holds no passphrase of 12 characters or more",
                remedy: "write one line into it, and the same on two papers that two persons keep")
        }
        let scratch = site.configuration.dataFolder + "/backup.scratch"
        try? FileManager.default.removeItem(atPath: scratch)
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        func folder(_ name: String) throws -> String {
            try FileManager.default.createDirectory(
                atPath: scratch + "/" + name, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return scratch + "/" + name
        }
        let archive = Archive(passphraseFile: passphraseFile)
        let partial = path + ".partial"
        defer { try? FileManager.default.removeItem(atPath: partial) }
        let original = try folder("copy")
        let manifest = try BoxCopy(folder: original).gather(site, now: now)
        try archive.pack(original, into: partial)
        // Room for one copy at a time is enough.
        try FileManager.default.removeItem(atPath: original)
        let trial = try folder("trial")
        try archive.unpack(partial, into: trial)
        guard try BoxCopy(folder: trial).verified() == manifest else {
            throw AppError("the copy is not what was copied", remedy: "run commons doctor, and try another stick")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: partial)
        try FileManager.default.moveItem(atPath: partial, toPath: path)
        return manifest.content
    }

    private static func words(_ content: BackupContent) -> String {
        "\(content.records) entries of the record book, up to commit \(content.newestCommit)"
    }
}
