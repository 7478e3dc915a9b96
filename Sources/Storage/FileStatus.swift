import Glibc

/// What fstat(2) and stat(2) say of a file.
///
/// Here, and not where it is asked for: in a module that also sees the web server's libraries the compiler takes the C type
/// `stat` for Dispatch's or Glibc's, after which file it happens to read first, and refuses the other.
public enum FileStatus {
    /// The size of a plain file; nil for whatever else is open there: a pipe, a device, a folder.
    public static func sizeOfPlainFile(descriptor: Int32) -> Int64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// The device that a folder lies on; nil where there is no such folder.
    public static func deviceOfFolder(_ path: String) -> UInt64? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
        return UInt64(status.st_dev)
    }
}
