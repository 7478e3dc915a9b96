import Foundation
import Glibc
import Storage

/// Reads files that people put into folders, which may be anything: a pipe, a device, a film.
enum SmallFile {
    /// The bytes of a plain file up to that many; nil where it is none, is longer, or cannot be read. Never waits.
    static func bytes(_ path: String, atMost limit: Int) -> [UInt8]? {
        // Without O_NONBLOCK opening a pipe would wait for somebody to write into it (open(2)).
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let size = FileStatus.sizeOfPlainFile(descriptor: descriptor), size <= limit else { return nil }
        return (try? handle.read(upToCount: limit)).map { [UInt8]($0) } ?? []
    }
}
