import Foundation
import TestSupport

@testable import Delivery

/// A real CUPS on a port of its own with the queue `board`, which prints to nowhere and keeps what it was given.
final class PrintServer: Sendable {
    let address: String
    private let folder: TemporaryFolder
    private let cups: ChildProcess

    struct NotReady: Error {
        var output: String
    }

    init() throws {
        folder = try TemporaryFolder("cups")
        let port = try Loopback.freePort()
        address = "127.0.0.1:\(port)"
        for name in ["root", "spool/tmp", "cache", "state"] {
            try FileManager.default.createDirectory(
                atPath: folder.file(name), withIntermediateDirectories: true)
        }
        let template = try String(contentsOfFile: TestServer.script("cups.conf"), encoding: .utf8)
        try Data(template.replacingOccurrences(of: "@PORT@", with: "\(port)").utf8)
            .write(to: URL(fileURLWithPath: folder.file("cupsd.conf")))
        let files = """
            FileDevice Yes
            ServerRoot \(folder.path)/root
            RequestRoot \(folder.path)/spool
            TempDir \(folder.path)/spool/tmp
            CacheDir \(folder.path)/cache
            StateDir \(folder.path)/state
            AccessLog \(folder.path)/access
            ErrorLog \(folder.path)/error
            PageLog \(folder.path)/page
            """
        try Data(files.utf8).write(to: URL(fileURLWithPath: folder.file("cups-files.conf")))
        cups = try ChildProcess(
            "/usr/sbin/cupsd", ["-f", "-c", folder.file("cupsd.conf"), "-s", folder.file("cups-files.conf")])
        waitUntil { Loopback.isListening(port) || !cups.isRunning }
        try run("/usr/sbin/lpadmin", ["-h", address, "-p", "board", "-v", "file:/dev/null", "-E"])
    }

    /// Has the queue turn sheets away.
    func closeQueue() throws {
        try run("/usr/sbin/cupsreject", ["-h", address, "board"])
    }

    /// The sheets so far, in order, as CUPS keeps them.
    var sheets: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.file("spool"))
                .filter { $0.hasPrefix("d") }.sorted()
                .map { try String(contentsOfFile: folder.file("spool/\($0)"), encoding: .utf8) }
        }
    }

    /// What CUPS wrote about a job: its options and its title.
    func job(_ number: Int) throws -> String {
        let name = String(format: "spool/c%05d", number)
        // CUPS writes it a little after it has answered.
        waitUntil { FileManager.default.fileExists(atPath: folder.file(name)) }
        return try String(decoding: Data(contentsOf: URL(fileURLWithPath: folder.file(name))), as: UTF8.self)
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let end = ProgramRun(program: program, arguments: arguments, timeoutSeconds: 30).run(input: [])
        guard case .exited(0, _) = end else { throw NotReady(output: "\(end) \(cups.output)") }
    }
}
