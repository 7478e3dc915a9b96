import Foundation
import Glibc
import Storage

/// A folder on a stick or another disk; it may be away.
struct BackupFolder: CopyPlace {
    let path: String
    /// The box's own disk, where copies were on another one before: an empty mount point is no stick.
    var avoiding: UInt64?

    var description: String { path }

    /// Whether there is such a folder now.
    var isThere: Bool {
        guard let disk = BackupFolder.disk(of: path) else { return false }
        return disk != avoiding
    }

    /// The device that a folder lies on; nil where there is no such folder.
    static func disk(of path: String) -> UInt64? { FileStatus.deviceOfFolder(path) }

    func names() throws -> [String] {
        guard isThere else {
            throw AppError("there is no folder \(path)", remedy: "plug in the stick, or make the folder")
        }
        return try FileManager.default.contentsOfDirectory(atPath: path)
    }

    /// On the stick itself, so that the trial reads what lies there.
    func workFile(for name: String, scratch: String) -> String { path + "/" + name + CopyNames.partial }

    func steady(_ file: String) throws {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw AppError("\(file) cannot be written to the end", remedy: "try another stick")
        }
        // Only what is on the medium can be dropped from memory (posix_fadvise(2)).
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    }

    func settle(_ file: String, as name: String, scratch: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        try FileManager.default.moveItem(atPath: file, toPath: path + "/" + name)
    }

    func remove(_ names: [String]) -> Int {
        names.filter { (try? FileManager.default.removeItem(atPath: path + "/" + $0)) != nil }.count
    }
}
