import Foundation

/// Writes lines to a file (complete or not at all) or to standard output, through a buffer.
final class LineWriter {
    private let handle: FileHandle
    private let temporaryPath: String?
    private let path: String?
    private var buffer = Data()

    /// Opens the destination; nil means standard output.
    init(path: String?) throws(AppError) {
        self.path = path
        guard let path else {
            handle = .standardOutput
            temporaryPath = nil
            return
        }
        let temporary = path + ".partial"
        guard FileManager.default.createFile(atPath: temporary, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: temporary)
        else {
            throw AppError("\(path) cannot be written", remedy: "choose a folder that exists and that you may write")
        }
        self.handle = handle
        temporaryPath = temporary
    }

    /// Adds a line.
    func write(_ line: String) throws {
        buffer.append(contentsOf: line.utf8)
        buffer.append(0x0A)
        if buffer.count >= 65_536 { try flush() }
    }

    /// Writes what is left and puts the file in its place.
    func finish() throws {
        try flush()
        guard let temporaryPath, let path else { return }
        try handle.synchronize()
        try handle.close()
        guard rename(temporaryPath, path) == 0 else {
            throw AppError("\(path) cannot be written", remedy: "look at the folder's permissions")
        }
    }

    private func flush() throws {
        try handle.write(contentsOf: buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
