import Foundation
import TestSupport

@testable import Delivery

/// A real Exim on ports of its own, with everything it keeps in a folder of its own; `Servers/exim.conf` says whom it
/// takes mail for.
///
/// It runs as whoever runs the tests; started by root it becomes Debian's user for it, since it delivers nothing as root.
final class EximServer: Sendable {
    /// False where another mail server is installed: Debian allows one.
    static let isInstalled = FileManager.default.isExecutableFile(atPath: program)
    private static let program = "/usr/sbin/exim4"

    /// The port for STARTTLS, or for no protection at all.
    let port: Int
    /// The port that speaks TLS from the first byte.
    let tlsPort: Int
    let authority: TestAuthority
    private let folder: TemporaryFolder
    private let exim: ChildProcess

    struct Failed: Error {
        var output: String
    }

    /// A mail as it lies in the mailbox.
    struct Mail: Decodable {
        var identity: String
        var title: String
        var text: String
        var headers: [[String]]
        var longestLine: Int

        func header(_ name: String) -> String? { headers.first { $0.first == name }?.last }

        enum CodingKeys: String, CodingKey {
            case identity, title, text, headers
            case longestLine = "longest_line"
        }
    }

    init() throws {
        folder = try TemporaryFolder("exim")
        authority = try TestAuthority()
        port = try Loopback.freePort()
        tlsPort = try Loopback.freePort()
        let user = geteuid() == 0 ? getpwnam("Debian-exim") : getpwuid(geteuid())
        let id = (user: user?.pointee.pw_uid ?? geteuid(), group: user?.pointee.pw_gid ?? getegid())
        // The program makes both when it starts, as that user.
        for (name, file) in [("server.pem", authority.certificate), ("server.key", authority.key)] {
            try FileManager.default.copyItem(atPath: file, toPath: folder.file(name))
            chown(folder.file(name), id.user, id.group)
        }
        chown(folder.path, id.user, id.group)
        var text = try String(contentsOfFile: TestServer.script("exim.conf"), encoding: .utf8)
        let values = [
            "FOLDER": folder.path, "PORT": "\(port)", "TLS_PORT": "\(tlsPort)", "USER": "\(id.user)",
            "GROUP": "\(id.group)",
        ]
        for (name, value) in values { text = text.replacing("@\(name)@", with: value) }
        // Exim reads a file that somebody else may change as nobody's.
        let configuration = folder.file("exim.conf")
        try Data(text.utf8).write(to: URL(fileURLWithPath: configuration))
        chmod(configuration, 0o644)
        exim = try ChildProcess(EximServer.program, ["-C", configuration, "-bdf"])
        let (port, exim) = (port, exim)
        waitUntil { Loopback.isListening(port) || !exim.isRunning }
        guard exim.isRunning else { throw Failed(output: exim.output) }
    }

    /// The mailbox once everything that was accepted has arrived there, in the order of the notices.
    func mailbox() throws -> [Mail] {
        let queue = folder.file("spool/input")
        func isEmpty() -> Bool { ((try? FileManager.default.contentsOfDirectory(atPath: queue)) ?? []).isEmpty }
        guard waitUntil(30, isEmpty) else { throw Failed(output: log) }
        let box = folder.file("mail/new")
        guard FileManager.default.fileExists(atPath: box) else { return [] }
        let reader = try ChildProcess("/usr/bin/python3", [TestServer.script("mail_record.py"), box])
        guard case .exited(0) = reader.wait(30) else { throw Failed(output: reader.output) }
        return try reader.output.split(separator: "\n")
            .map { try JSONDecoder().decode(Mail.self, from: Data($0.utf8)) }.sorted { $0.identity < $1.identity }
    }

    private var log: String { (try? String(contentsOfFile: folder.file("log-main"), encoding: .utf8)) ?? "" }
}
