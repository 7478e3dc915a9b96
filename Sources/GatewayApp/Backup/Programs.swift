import Foundation
import Synchronization

/// Runs the system's programs that copying needs: tar, gpg, sftp. Whoever stops the gateway can end them from another
/// thread.
final class Programs: Sendable {
    /// How a program ended and what it said.
    struct Outcome {
        /// 0 where all went well, 127 where it is not installed.
        var status: Int32
        /// Standard output and standard error together.
        var said: String

        /// The last line it said, for a message; empty where it said nothing.
        var lastWord: String {
            said.split(whereSeparator: \.isNewline).last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        }
    }

    private struct State {
        var running: [Process] = []
        var isStopped = false
    }

    private let state = Mutex(State())

    /// True once they were stopped; what fails then says nothing.
    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Ends what runs; nothing can be started any more.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            for process in state.running where process.isRunning { process.terminate() }
        }
    }

    /// Runs a program with a short text as its input (below 60,000 bytes), in a folder where one is named.
    func run(_ command: [String], input: String = "", in folder: String? = nil) throws -> Outcome {
        let (words, answer) = (Pipe(), Pipe())
        // Before anybody could close the other end: a program that ends without reading must not end this one.
        words.fileHandleForWriting.write(Data(input.utf8))
        try words.fileHandleForWriting.close()
        let process = process(command)
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = words
        process.standardOutput = answer
        process.standardError = answer
        try start(process)
        let said = answer.fileHandleForReading.readDataToEndOfFile()
        wait(process)
        return Outcome(status: process.terminationStatus, said: String(decoding: said, as: UTF8.self))
    }

    /// Runs two programs, the output of the first being the input of the second.
    func run(_ first: [String], into second: [String]) throws {
        let link = Pipe()
        let complaints = Pipe()
        let (source, sink) = (process(first), process(second))
        source.standardOutput = link
        source.standardError = complaints
        sink.standardInput = link
        try start(source)
        try start(sink)
        let said = complaints.fileHandleForReading.readDataToEndOfFile()
        wait(source)
        wait(sink)
        for (program, command) in [(source, first), (sink, second)] where program.terminationStatus != 0 {
            guard program.terminationStatus != 127 else {
                throw AppError(
                    "'\(command[0])' is not installed",
                    remedy: "sudo apt install \(command[0] == "gpg" ? "gnupg" : command[0])")
            }
            let outcome = Outcome(status: program.terminationStatus, said: String(decoding: said, as: UTF8.self))
            throw AppError(
                "\(command[0]) ended with \(outcome.status)\(outcome.said.isEmpty ? "" : ": " + outcome.lastWord)",
                remedy: "check the passphrase, the room on the disk, and the file")
        }
    }

    /// SHA-256 of a file of any size, in hexadecimal.
    func sha256(_ path: String) throws -> String {
        let outcome = try run(["sha256sum", "--binary", "--", path])
        // A name with odd characters is written with a backslash in front (sha256sum(1)).
        let hash = outcome.said.drop { $0 == "\\" }.prefix(64)
        guard outcome.status == 0, hash.count == 64, hash.allSatisfy(\.isHexDigit) else {
            throw AppError("\(path) cannot be read: \(outcome.lastWord)", remedy: "run commons doctor")
        }
        return String(hash)
    }

    private func start(_ process: Process) throws {
        try state.withLock { state in
            guard !state.isStopped else { throw AppError("the gateway is stopping", remedy: "") }
            try process.run()
            state.running.append(process)
        }
    }

    private func wait(_ process: Process) {
        process.waitUntilExit()
        state.withLock { $0.running.removeAll { $0 === process } }
    }

    private func process(_ command: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Swift's threads block signals, and whoever is started from one would never hear that it is to end.
        process.arguments = ["--default-signal"] + command
        // What they say is read here, so it has to be in one language.
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }
}
