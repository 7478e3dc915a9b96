import Foundation
import GatewayModel

/// Writes and reads replay files: JSON Lines, one message each.
public enum ReplayFile {
    /// Writes messages to a file, replacing it, and returns how many; holds 256 KiB in memory.
    ///
    /// Throws ``ReplayProblem`` where the file cannot be written.
    @discardableResult
    public static func write(_ messages: some Sequence<SimulatedMessage>, to path: String) throws(ReplayProblem) -> Int
    {
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw cannotBeWritten(path, "") }
        var count = 0
        do {
            defer { try? handle.close() }
            var buffer = Data()
            for message in messages {
                buffer.append(contentsOf: ReplayLine(message).json.utf8)
                buffer.append(0x0A)
                count += 1
                if buffer.count >= 262_144 {
                    try handle.write(contentsOf: buffer)
                    buffer.removeAll(keepingCapacity: true)
                }
            }
            try handle.write(contentsOf: buffer)
        } catch {
            throw cannotBeWritten(path, ": \(error.localizedDescription)")
        }
        return count
    }

    /// Opens a replay file for reading line by line; throws ``ReplayProblem`` where it cannot be opened.
    public static func read(_ path: String) throws(ReplayProblem) -> Reader {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw ReplayProblem(
                Diagnostic(file: path, message: "cannot be opened", remedy: "check its name and that you may read it"))
        }
        return Reader(handle: handle, file: path)
    }

    private static func cannotBeWritten(_ path: String, _ reason: String) -> ReplayProblem {
        ReplayProblem(
            Diagnostic(
                file: path, message: "cannot be written\(reason)",
                remedy: "check that the folder exists, is writable and has space"))
    }

    /// The lines of a file in order, each a message or the problem with it; empty lines are passed over.
    ///
    /// One reader is used from one thread. A line longer than a megabyte is a problem and is passed over.
    public struct Reader: Sequence, IteratorProtocol {
        private static let longestLine = 1_048_576
        private let handle: FileHandle
        private let file: String
        private var chunk: [UInt8] = []
        private var position = 0
        private var line = 0

        init(handle: FileHandle, file: String) {
            self.handle = handle
            self.file = file
        }

        /// The next line; nil at the end of the file.
        public mutating func next() -> Result<ReplayLine, ReplayProblem>? {
            while let (bytes, isTooLong) = nextLine() {
                line += 1
                if isTooLong {
                    return .failure(
                        ReplayProblem(
                            Diagnostic(
                                file: file, line: line, message: "is longer than a megabyte",
                                remedy: "write one message per line")))
                }
                guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
                return ReplayLine.parse(bytes, file: file, line: line)
            }
            return nil
        }

        private mutating func nextLine() -> (bytes: [UInt8], isTooLong: Bool)? {
            var bytes: [UInt8] = []
            var isTooLong = false
            var hasAny = false
            while true {
                if position == chunk.count {
                    guard let data = try? handle.read(upToCount: 65_536), !data.isEmpty else {
                        return hasAny ? (bytes, isTooLong) : nil
                    }
                    chunk = Array(data)
                    position = 0
                }
                hasAny = true
                let end = chunk[position...].firstIndex(of: 0x0A)
                if bytes.count + (end ?? chunk.count) - position > Reader.longestLine { isTooLong = true }
                if !isTooLong { bytes.append(contentsOf: chunk[position..<(end ?? chunk.count)]) }
                position = end.map { $0 + 1 } ?? chunk.count
                if end != nil { return (bytes, isTooLong) }
            }
        }
    }
}
