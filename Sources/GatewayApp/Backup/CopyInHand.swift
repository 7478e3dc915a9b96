import Foundation
import Storage

/// A copy that is being restored: fetched where it lies on another machine, with room to unpack it on the right disk.
final class CopyInHand {
    /// The archive, on this machine.
    private(set) var file: String
    private let passphraseFile: String
    private let source: (host: BackupHost, name: String)?
    private var folders: [String] = []

    /// - Throws: ``AppError`` where there is no such copy, or the other machine is not reached.
    init(_ request: RestoreDesk.Request) throws {
        passphraseFile = request.passphraseFile
        guard SSHTarget.isMeant(by: request.archive) else {
            guard FileManager.default.fileExists(atPath: request.archive) else {
                throw AppError("there is no copy \(request.archive)", remedy: "plug in the stick, and check the name")
            }
            (file, source) = (request.archive, nil)
            return
        }
        guard let target = SSHTarget(request.archive, keyFile: request.keyFile, knownHosts: request.knownHosts) else {
            throw AppError(
                "'\(request.archive)' is not understood",
                remedy: "write for example `\(SSHTarget.example)/commons-vall-clara-2026-11-23T030000Z.tar.gpg`")
        }
        let (folder, name) = target.splitFile
        let host = BackupHost(target: folder, programs: Programs())
        (file, source) = ("", (host, name))
        let names = try host.names()
        guard names.contains(name), name.hasSuffix(".tar.gpg") else {
            let copies = names.filter { $0.hasSuffix(".tar.gpg") && !$0.hasSuffix(".forgotten.tar.gpg") }.max()
            throw AppError(
                "there is no copy \(name) on \(folder)",
                remedy: copies.map { "the newest there is \($0)" } ?? "name the folder's full path and the copy")
        }
        // The system's temporary folder may be a small piece of memory; this one is on a disk.
        let disk = FileManager.default.isWritableFile(atPath: "/var/tmp") ? "/var/tmp" : NSTemporaryDirectory()
        file = try room(request.root == "/" ? disk : request.root) + "/" + name
        do {
            try host.fetch(name, to: file)
        } catch {
            letGo()
            throw error
        }
    }

    /// A folder to unpack into, on the disk where the files will be: moving them there takes no room of its own then.
    func roomBeside(below root: String) throws -> String {
        guard root == "/" else { return try room(root) }
        // The archive says where the database stood; nothing else is known of this machine.
        let folder = try room(FileManager.default.temporaryDirectory.path)
        try Archive(passphraseFile: passphraseFile).unpack(only: BoxCopy.manifestName, of: file, into: folder)
        var place = "/" + (try BoxCopy(folder: folder).manifest().database.deletingLastPart)
        while !FileManager.default.fileExists(atPath: place), place != "/" { place = place.deletingLastPart }
        return try room(place)
    }

    /// What lies beside the copy about deletions since: the plain list of a stick, or the encrypted one.
    func forgotten(of community: String) throws -> [ForgottenDays] {
        let name = CopyNames(community: community).forgotten
        var beside = file.deletingLastPart
        let encrypted = beside + "/" + name
        if let source, try source.host.names().contains(name) { try source.host.fetch(name, to: encrypted) }
        if FileManager.default.fileExists(atPath: encrypted) {
            beside = try room(FileManager.default.temporaryDirectory.path)
            try Archive(passphraseFile: passphraseFile).unpack(encrypted, into: beside)
        }
        return ForgottenList(folder: beside, community: community).entries
    }

    /// Removes what was only needed meanwhile.
    func letGo() {
        for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
    }

    private func room(_ place: String) throws -> String {
        let folder = (place == "/" ? "" : place) + "/commons-restore-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        folders.append(folder)
        return folder
    }
}
