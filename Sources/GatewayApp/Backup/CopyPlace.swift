import Delivery
import Foundation
import GatewayModel

/// Where copies are kept. Everything here blocks, on a network perhaps: never call it on the ingest thread.
protocol CopyPlace: Sendable, CustomStringConvertible {
    /// The names of the files there; throws where the place is away.
    func names() throws -> [String]

    /// Where a copy is made before it was tried; `scratch` is a folder on the box.
    func workFile(for name: String, scratch: String) -> String

    /// Has the trial read the medium and not the machine's memory of it, where the file was made on the medium.
    func steady(_ file: String) throws

    /// Gives a file that was tried its name, once what lies there is what was tried. Takes the file away from where it
    /// was made.
    func settle(_ file: String, as name: String, scratch: String) throws

    /// Removes files; returns how many went.
    func remove(_ names: [String]) -> Int
}

extension Configuration.Backup {
    /// Where copies go: the folder, or the one on another machine.
    func place(programs: Programs, record: BackupRecord? = nil) throws(AppError) -> any CopyPlace {
        try Configuration.Backup.place(
            folder, keyFile: keyFile, knownHosts: knownHosts, programs: programs, ownDisk: record?.ownDisk)
    }

    /// The place that a person wrote.
    static func place(
        _ text: String, keyFile: String?, knownHosts: String?, programs: Programs, ownDisk: UInt64? = nil
    ) throws(AppError) -> any CopyPlace {
        guard SSHTarget.isMeant(by: text) else { return BackupFolder(path: text, avoiding: ownDisk) }
        let keyFile = try keyFile.map { file throws(AppError) in try Credential.place(of: file) }
        guard let target = SSHTarget(text, keyFile: keyFile, knownHosts: knownHosts) else {
            throw AppError("'\(text)' is not understood", remedy: "write for example `\(SSHTarget.example)`")
        }
        return BackupHost(target: target, programs: programs)
    }

    /// True where copies go to another machine.
    var isRemote: Bool { SSHTarget.isMeant(by: folder) }
}
