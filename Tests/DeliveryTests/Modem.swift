import Foundation
import TestSupport

@testable import Delivery

/// Gammu's own daemon on its dummy telephone, which takes every message and can be written to.
final class Modem: Sendable {
    private let folder: TemporaryFolder
    private let daemon: ChildProcess?
    var configuration: String { folder.file("smsdrc") }

    /// A daemon that runs, or one that is away: its folders are there, and nobody looks into them.
    init(runs: Bool = true) throws {
        folder = try TemporaryFolder("modem")
        for name in ["inbox", "outbox", "sent", "failed", "telephone"] {
            try FileManager.default.createDirectory(
                atPath: folder.file(name), withIntermediateDirectories: true)
        }
        let telephone = "[gammu]\nport = \(folder.file("telephone"))\nconnection = none\nmodel = dummy\n"
        try Data(telephone.utf8).write(to: URL(fileURLWithPath: folder.file("gammurc")))
        let daemonSettings = """
            \(telephone)[smsd]
            service = files
            logfile = \(folder.file("log"))
            debuglevel = 1
            loopsleep = 0
            commtimeout = 1
            receivefrequency = 0
            checksecurity = 0
            checkbattery = 0
            checksignal = 0
            checknetwork = 0
            transmitformat = auto
            inboxpath = \(folder.file("inbox"))/
            outboxpath = \(folder.file("outbox"))/
            sentsmspath = \(folder.file("sent"))/
            errorsmspath = \(folder.file("failed"))/
            """
        try Data(daemonSettings.utf8).write(to: URL(fileURLWithPath: folder.file("smsdrc")))
        daemon = runs ? try ChildProcess("/usr/bin/gammu-smsd", ["-c", folder.file("smsdrc")]) : nil
    }

    /// Puts a message into the telephone, as if it had come over the air.
    func receive(_ text: String, from number: String) throws {
        let program = ProgramRun(
            program: "/usr/bin/gammu",
            arguments: [
                "-c", folder.file("gammurc"), "savesms", "TEXT", "-folder", "1", "-unread", "-sender", number,
            ], timeoutSeconds: 30)
        guard case .exited(0, _) = program.run(input: Array(text.utf8)) else { throw CocoaError(.fileWriteUnknown) }
    }

    /// File names and texts of a folder of the daemon, in order.
    func messages(in name: String) throws -> [(file: String, text: String)] {
        try FileManager.default.contentsOfDirectory(atPath: folder.file(name)).sorted().map { file in
            let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("\(name)/\(file)")))
            return (file, String(data: data, encoding: data.first == 0xFE ? .utf16 : .utf8) ?? "")
        }
    }

    /// The permissions of a folder's files.
    func modes(in name: String) throws -> [Int] {
        try messages(in: name).map { message in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("\(name)/\(message.file)"))
            return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        }
    }

    /// Does what the daemon would: moves everything in the outbox on.
    func move(to name: String) throws {
        for (file, _) in try messages(in: "outbox") {
            try FileManager.default.moveItem(
                atPath: folder.file("outbox/\(file)"), toPath: folder.file("\(name)/\(file)"))
        }
    }

    /// How many messages the telephone has taken, whatever became of their files.
    var transmissions: Int {
        let log = (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? ""
        return log.split(separator: "\n").count { $0.contains("Transmitted") && $0.contains("(total:") }
    }
}
