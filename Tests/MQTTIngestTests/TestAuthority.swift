import Foundation
import TestSupport

/// A certificate authority of its own with a certificate for this machine and one for a client, made with openssl.
final class TestAuthority: Sendable {
    struct Failed: Error {
        var output: String
    }

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder("authority")
        try Data("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n".utf8)
            .write(to: URL(fileURLWithPath: file("extensions")))
        try openssl([
            "req", "-x509", "-days", "30", "-subj", "/CN=Test CA", "-keyout", file("ca.key"), "-out", file("ca.pem"),
        ])
        for (name, subject) in [("server", "/CN=broker"), ("client", "/CN=gateway")] {
            try openssl(["req", "-subj", subject, "-keyout", file("\(name).key"), "-out", file("\(name).csr")])
            try openssl(
                [
                    "x509", "-req", "-days", "30", "-in", file("\(name).csr"), "-CA", file("ca.pem"), "-CAkey",
                    file("ca.key"), "-CAcreateserial", "-extfile", file("extensions"), "-out", file("\(name).pem"),
                ], isRequest: false)
        }
    }

    func file(_ name: String) -> String { folder.file(name) }

    private func openssl(_ arguments: [String], isRequest: Bool = true) throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        let child = try ChildProcess("/usr/bin/openssl", arguments + (isRequest ? key : []))
        guard child.wait() == .exited(0) else { throw Failed(output: child.output) }
    }
}
