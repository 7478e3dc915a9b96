import Foundation
import Synchronization

/// The exclusive hold of one process on a data folder; ends with the process at the latest.
final class FolderLock: Sendable {
    private let descriptor: Mutex<CInt>

    /// Takes the lock; throws `locked` naming the holder where another process has it.
    init(folder: String) throws(StoreError) {
        let path = folder + "/gateway.lock"
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(
                .ioError, "lock", cause: "\(path): \(String(cString: strerror(errno)))",
                remedy: "Check that the data folder can be written by this user.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var buffer = [UInt8](repeating: 0, count: 32)
            let length = pread(descriptor, &buffer, buffer.count, 0)
            let holder = String(decoding: buffer.prefix(max(0, length)), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            Foundation.close(descriptor)
            throw StoreError(
                .locked, "lock", cause: "the data folder \(folder) is held by process \(holder)",
                remedy: "Send the command to the running gateway, or stop it first.")
        }
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        pwrite(descriptor, text, text.count, 0)
        self.descriptor = Mutex(descriptor)
    }

    /// Gives the folder free; a second call does nothing.
    func release() {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            // A child that was just begun may hold a copy of the descriptor until it becomes another program.
            flock(descriptor, LOCK_UN)
            Foundation.close(descriptor)
            descriptor = -1
        }
    }

    deinit {
        release()
    }
}
