import Foundation

/// Writes a file so that readers and a power cut see the old one or the new one, never a part.
public enum AtomicFile {
    /// A system call that failed.
    public struct Failure: Error, Hashable, CustomStringConvertible {
        /// Its name.
        public var call: String
        /// The value of `errno`.
        public var code: Int32

        /// The call and the system's words for the code.
        public var description: String { "\(call) failed: \(String(cString: strerror(code)))" }
    }

    /// Writes beside the target, syncs, renames and syncs the folder; the file is readable for the group.
    static func write(_ text: String, to path: String) throws(Failure) {
        try write(Data(text.utf8), to: path)
    }

    /// The same with bytes; with `permissions` the file has those, whatever the process would give it.
    public static func write(_ data: Data, to path: String, permissions: mode_t? = nil) throws(Failure) {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw Failure(call: "open", code: errno) }
        defer { close(file) }
        if let permissions, fchmod(file, permissions) != 0 { throw Failure(call: "fchmod", code: errno) }
        let bytes = [UInt8](data)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(call: "write", code: errno) }
            written += count
        }
        guard fsync(file) == 0 else { throw Failure(call: "fsync", code: errno) }
        guard rename(temporary, path) == 0 else { throw Failure(call: "rename", code: errno) }
        let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Failure(call: "open", code: errno) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw Failure(call: "fsync", code: errno) }
    }
}
