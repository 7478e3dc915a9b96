import Foundation

/// Room kept on the disk for its last hour: a file of zeros that is given up when the disk is full.
struct Ballast: Sendable {
    let folder: String
    let size: Int

    private var path: String { folder + "/ballast" }

    /// True while the room is kept; a file that a power cut left empty keeps none.
    var isThere: Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size == off_t(size)
    }

    /// Gives the room to the database; false where it was given up before.
    func release() -> Bool {
        unlink(path) == 0
    }

    /// Lays the file down where it is missing; false where there is no room for it.
    func restore() -> Bool {
        guard size > 0 else { return false }
        guard !isThere else { return true }
        _ = release()
        let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { Foundation.close(descriptor) }
        // Reserved, not written: the blocks belong to the file at once and the card is spared.
        guard posix_fallocate(descriptor, 0, off_t(size)) == 0 else {
            unlink(path)
            return false
        }
        return true
    }
}
