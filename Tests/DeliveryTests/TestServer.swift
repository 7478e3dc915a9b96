import Foundation
import TestSupport

@testable import Delivery

/// A server of this module's `Servers`.
typealias TestServer = ScriptServer

extension ScriptServer {
    static func script(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Servers/\(name)").path
    }

    convenience init(_ script: String, _ arguments: (_ folder: String) -> [String]) throws {
        try self.init(path: TestServer.script(script), arguments)
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
