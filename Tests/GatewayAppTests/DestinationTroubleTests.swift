import Foundation
import TestSupport
import Testing

/// What the whole program does about a destination whose key is wrong, and about what it must not say.
@Suite("A destination in trouble", .serialized, .timeLimit(.minutes(5)))
struct DestinationTroubleTests {
    /// A web server that refuses everybody and tells its port.
    private static let refusing = """
        import http.server
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *arguments): pass
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(401); self.send_header("Content-Length", "0"); self.end_headers()
            do_GET = do_POST
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    @Test("A wrong key is told through another destination at once, and no secret is in any log or record")
    func wrongKey() throws {
        let server = try ChildProcess("/usr/bin/python3", ["-c", Self.refusing])
        try #require(waitUntil(20) { server.output.contains("\n") })
        let port = server.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let folder = try TemporaryFolder("trouble")
        let secrets = [
            "push-token-4711", "topic-4711", "reply-4711", "manzana4711",
            "whsec_" + String(repeating: "c2Vj", count: 10),
        ]
        for (number, secret) in secrets.enumerated() {
            let path = folder.file("secret\(number)")
            try secret.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        let gateway = try GatewayUnderTest(
            extra: """
                destinations:
                  - {name: board, kind: files, audience: stewards, folder: \(folder.path)/board}
                  - name: push
                    kind: ntfy
                    audience: stewards
                    url: http://127.0.0.1:\(port)
                    topic_file: \(folder.path)/secret1
                    token_file: \(folder.path)/secret0
                    reply_topic_file: \(folder.path)/secret2
                    people: [{name: Rosa, word_file: \(folder.path)/secret3}]
                  - {name: hook, kind: webhook, audience: stewards, url: "http://127.0.0.1:\(port)/x", secret_file: \(folder.path)/secret4}
                  - {name: chat, kind: gotify, audience: stewards, url: "http://127.0.0.1:\(port)", token_file: \(folder.path)/secret0}
                """)
        func board() -> String {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("board"))) ?? []
            return names.filter { $0 != "latest.txt" && $0.hasSuffix(".txt") }.sorted()
                .compactMap { try? String(contentsOfFile: folder.file("board/\($0)"), encoding: .utf8) }
                .joined(separator: "\n")
        }
        try gateway.startListening()
        let file = gateway.folder.file("0001-power.md")
        try AlertLifeTests.resolution.write(toFile: file, atomically: true, encoding: .utf8)
        _ = try gateway.command(["limits", "adopt", file, "--yes"])
        try TestPublisher(gateway.broker).publish(["{\"power\": 150}", "{\"power\": 151}"], to: "zigbee2mqtt/plug")
        // The limit's alert wakes the destinations; within seconds the board tells which of them are in trouble.
        #expect(
            waitUntil(60) {
                let told = board()
                return ["push", "hook", "chat"].allSatisfy { told.contains($0) } && told.contains("401")
            }, "\(board())\n\(gateway.process?.output ?? "")")
        let failing = try gateway.command(["alerts", "list", "--format", "json"]).split(separator: "\n")
            .filter { $0.contains("destination_failing") }
        #expect(failing.count == 3)
        let output = gateway.process?.output ?? ""
        #expect(output.contains("push: answers cannot be read: HTTP 401"))
        #expect(gateway.stop() == .exited(0))
        let told =
            try output + gateway.command(["log", "show", "--format", "json"])
            + gateway.command(["alerts", "list", "--all", "--format", "json"])
            + gateway.command(["alerts", "explain", "1"]) + board()
        for secret in secrets { #expect(!told.contains(secret)) }
    }
}
