import Foundation
import TestSupport

@testable import Delivery

/// A server of its own in a child process, ended when the test is over, and what it has received.
final class TestServer: Sendable {
    let port: Int
    let received: TemporaryFolder
    private let process: ChildProcess

    /// Guarded by its single owner: started in `init`, ended in `deinit`.
    private final class ChildProcess: @unchecked Sendable {
        let process = Process()
        let input = Pipe()
        let output = Pipe()
    }

    struct NotStarted: Error {
        var script: String
    }

    static func script(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Servers/\(name)").path
    }

    init(_ script: String, _ arguments: (_ folder: String) -> [String]) throws {
        received = try TemporaryFolder("delivery")
        process = ChildProcess()
        // Debian's own interpreter, which sees Debian's packages.
        process.process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.process.arguments = [TestServer.script(script)] + arguments(received.path)
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

    /// Mail with the certificate of an authority, or without protection.
    static func mail(_ security: String, authority: TestAuthority? = nil, login: String? = nil) throws -> TestServer {
        try TestServer("smtp_server.py") { folder in
            var arguments = ["--folder", folder, "--security", security]
            if let authority { arguments += ["--certificate", authority.certificate, "--key", authority.key] }
            if let login { arguments += ["--login", login] }
            return arguments
        }
    }

    static func web(authority: TestAuthority? = nil) throws -> TestServer {
        try TestServer("http_server.py") { folder in
            [folder] + (authority.map { [$0.certificate, $0.key] } ?? [])
        }
    }

    /// What has arrived so far, in order.
    func messages<Message: Decodable>(_ type: Message.Type) throws -> [Message] {
        try received.records(type)
    }
}

extension TemporaryFolder {
    /// The JSON files of the folder in the order of their names.
    func records<Message: Decodable>(_ type: Message.Type) throws -> [Message] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".json") }.sorted().map {
            try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: file($0))))
        }
    }
}

/// A certificate authority of its own with one certificate for this machine, made with openssl.
final class TestAuthority: Sendable {
    private let folder: TemporaryFolder
    var authority: String { folder.file("ca.pem") }
    var certificate: String { folder.file("server.pem") }
    var key: String { folder.file("server.key") }

    struct Failed: Error {
        var end: String
    }

    init() throws {
        folder = try TemporaryFolder("authority")
        try Data("subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n".utf8)
            .write(to: URL(fileURLWithPath: folder.file("server.ext")))
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try openssl(
            ["req", "-x509", "-days", "30", "-subj", "/CN=Test CA", "-keyout", folder.file("ca.key")] + curve
                + ["-out", authority])
        try openssl(["req", "-subj", "/CN=localhost", "-keyout", key] + curve + ["-out", folder.file("server.csr")])
        try openssl([
            "x509", "-req", "-days", "30", "-in", folder.file("server.csr"), "-CA", authority, "-CAkey",
            folder.file("ca.key"), "-CAcreateserial", "-extfile", folder.file("server.ext"), "-out", certificate,
        ])
    }

    private func openssl(_ arguments: [String]) throws {
        let end = ProgramRun(program: "/usr/bin/openssl", arguments: arguments, timeoutSeconds: 60).run(input: [])
        guard case .exited(0, _) = end else { throw Failed(end: "\(end)") }
    }
}
