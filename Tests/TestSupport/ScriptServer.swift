import Foundation

/// A Python server of its own in a child process, ended when the test is over, and the folder of what it has received.
public final class ScriptServer: Sendable {
    /// Where it listens on 127.0.0.1.
    public let port: Int
    /// What it was given, as the script keeps it.
    public let received: TemporaryFolder
    private let process: ChildProcess

    /// Guarded by its single owner: started in `init`, ended in `deinit`.
    private final class ChildProcess: @unchecked Sendable {
        let process = Process()
        let input = Pipe()
        let output = Pipe()
    }

    /// The script ended before it said where it listens.
    public struct NotStarted: Error {
        /// The script.
        public let script: String
    }

    /// Starts a script that prints its port and serves until its input ends.
    public init(path script: String, _ arguments: (_ folder: String) -> [String]) throws {
        received = try TemporaryFolder("delivery")
        process = ChildProcess()
        // Debian's own interpreter, which sees Debian's packages.
        process.process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.process.arguments = [script] + arguments(received.path)
        process.process.standardInput = process.input
        process.process.standardOutput = process.output
        try process.process.run()
        var line = Data()
        while !line.contains(0x0A) {
            let chunk = process.output.fileHandleForReading.availableData
            guard !chunk.isEmpty else { throw NotStarted(script: script) }
            line += chunk
        }
        guard let port = Int(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        else {
            throw NotStarted(script: script)
        }
        self.port = port
    }

    deinit {
        // The test runner's threads may block SIGTERM, and children inherit that.
        kill(process.process.processIdentifier, SIGKILL)
        // Until it has ended its port is still open; bounded, since a test must not hang on it.
        waitUntil(2) { !process.process.isRunning }
    }

    /// What has arrived so far, in order.
    public func messages<Message: Decodable>(_ type: Message.Type) throws -> [Message] {
        try received.records(type)
    }
}

extension TemporaryFolder {
    /// The JSON files of the folder in the order of their names.
    public func records<Message: Decodable>(_ type: Message.Type) throws -> [Message] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".json") }.sorted().map {
            try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: file($0))))
        }
    }
}
