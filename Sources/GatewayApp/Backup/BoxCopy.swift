import Foundation
import GatewayModel
import Storage

/// What an archive says about itself.
struct BackupManifest: Codable, Hashable {
    /// The format of the archive, for later programs.
    var format = 1
    var community: String
    var isDemonstration: Bool
    var timeZone: String
    var madeAt: String
    var program: String
    /// Where the database stood, without the leading slash.
    var database: String
    /// Where the configuration stood.
    var configuration: String
    /// What the copy of the database holds.
    var content: BackupContent
    /// SHA-256 of every other file, by its path without the leading slash.
    var files: [String: String]
}

/// Everything of a box in one folder: `manifest.json`, and below `box` each file where it stood on the machine.
struct BoxCopy {
    let folder: String

    private var tree: String { folder + "/box" }
    private var manifestFile: String { folder + "/" + BoxCopy.manifestName }

    /// The file that says what the copy holds.
    static let manifestName = "manifest.json"

    /// Gathers the database, the configuration with its folders, and what else the configuration names.
    func gather(_ site: Site, now: Instant) throws -> BackupManifest {
        let configuration = site.configuration
        let database = BoxCopy.place(of: configuration.dataFolder + "/" + "gateway.sqlite")
        try FileManager.default.createDirectory(
            atPath: (tree + "/" + database).deletingLastPart, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let content = try site.readingStore().backup(to: tree + "/" + database)
        var files: [String: String] = [:]
        let wanted =
            [
                configuration.file, configuration.resolutionsFolder, configuration.devicesFolder,
                configuration.languagesFolder,
            ] + configuration.namedFiles + (configuration.backup?.also ?? [])
        for path in wanted { try copy(path, into: &files) }
        let manifest = BackupManifest(
            community: configuration.community.id, isDemonstration: configuration.community.isDemonstration,
            timeZone: site.zone.identifier, madeAt: now.description, program: ProgramVersion.current,
            database: database, configuration: BoxCopy.place(of: configuration.file), content: content, files: files)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try encoder.encode(manifest).write(to: URL(fileURLWithPath: manifestFile))
        return manifest
    }

    /// Reads what it says and compares that with what is there, the database page by page.
    func verified() throws -> BackupManifest {
        let manifest = try manifest()
        guard try Store.content(ofCopy: tree + "/" + manifest.database).isSame(as: manifest.content) else {
            throw AppError("the database in the copy is not the one that was copied", remedy: "take another copy")
        }
        for (path, hash) in manifest.files.sorted(by: { $0.key < $1.key }) {
            guard let bytes = FileManager.default.contents(atPath: tree + "/" + path),
                Fingerprint.sha256(Array(bytes)) == hash
            else { throw AppError("\(path) in the copy is not what was copied", remedy: "take another copy") }
        }
        return manifest
    }

    /// What the copy says of itself.
    func manifest() throws -> BackupManifest {
        let manifest = try JSONDecoder().decode(
            BackupManifest.self, from: Data(contentsOf: URL(fileURLWithPath: manifestFile)))
        guard manifest.format == 1 else {
            throw AppError("the copy was made by a newer program", remedy: "install that version, then restore")
        }
        return manifest
    }

    /// Puts every file where it stood, below `root`; refuses where a database or configuration is there, and then moves
    /// nothing.
    ///
    /// Other files that are there stay, such as those that come with the program: where they differ, the copy's is put
    /// beside with `.restored` behind its name, and returned.
    func place(_ manifest: BackupManifest, below root: String) throws -> [String] {
        try refuseOccupied(manifest, below: root)
        let base = root.hasSuffix("/") ? root : root + "/"
        var beside: [String] = []
        for path in [manifest.database] + manifest.files.keys.sorted() {
            var target = base + path
            if let own = FileManager.default.contents(atPath: target) {
                if Fingerprint.sha256(Array(own)) == manifest.files[path] { continue }
                target += ".restored"
                beside.append(target)
            }
            try FileManager.default.createDirectory(atPath: target.deletingLastPart, withIntermediateDirectories: true)
            try FileManager.default.moveItem(atPath: tree + "/" + path, toPath: target)
        }
        return beside
    }

    /// Throws where a database or configuration is there already.
    func refuseOccupied(_ manifest: BackupManifest, below root: String) throws {
        let base = root.hasSuffix("/") ? root : root + "/"
        for path in [manifest.database, manifest.configuration]
        where FileManager.default.fileExists(atPath: base + path) {
            throw AppError(
                "\(base + path) is there already, and nothing was restored",
                remedy: "restore onto an empty machine, or into a folder of its own with --to")
        }
    }

    /// Where the database lies while the copy is unpacked.
    func databaseFolder(of manifest: BackupManifest) -> String { (tree + "/" + manifest.database).deletingLastPart }

    /// A path as it stands in the copy: absolute, without the leading slash.
    static func place(of path: String) -> String {
        String(URL(fileURLWithPath: path).standardizedFileURL.path.dropFirst())
    }

    private func copy(_ path: String, into files: inout [String: String]) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw AppError(
                "\(path) belongs to the backup and is not there", remedy: "correct the path in the configuration")
        }
        let names = isFolder.boolValue ? try FileManager.default.subpathsOfDirectory(atPath: path).sorted() : [""]
        for name in names {
            let source = name.isEmpty ? path : path + "/" + name
            guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder), !isFolder.boolValue else {
                continue
            }
            // A copy that silently lacks the broker's passwords would be found out on the worst day.
            guard let bytes = FileManager.default.contents(atPath: source) else {
                throw AppError(
                    "\(source) belongs to the backup and cannot be read",
                    remedy: "let the account that makes backups read it, or take it off backup.also")
            }
            let place = BoxCopy.place(of: source)
            guard files[place] == nil else { continue }
            let target = tree + "/" + place
            try FileManager.default.createDirectory(
                atPath: target.deletingLastPart, withIntermediateDirectories: true)
            try bytes.write(to: URL(fileURLWithPath: target))
            let mode = try FileManager.default.attributesOfItem(atPath: source)[.posixPermissions]
            try FileManager.default.setAttributes([.posixPermissions: mode ?? 0o600], ofItemAtPath: target)
            files[place] = Fingerprint.sha256(Array(bytes))
        }
    }
}

extension String {
    /// The folder that a path lies in.
    var deletingLastPart: String { URL(fileURLWithPath: self).deletingLastPathComponent().path }
}
