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

    /// An ntfy server that takes what is published, and lets nobody read before a file is there.
    private static let unreadable = """
        import http.server, os, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *arguments): pass
            def answer(self, status, body=b""):
                self.send_response(status); self.send_header("Content-Length", str(len(body)))
                self.end_headers(); self.wfile.write(body)
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.answer(200, b'{"id":"a"}')
            def do_GET(self): self.answer(200 if os.path.exists(sys.argv[1]) else 403)
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    @Test("Ways of answering that cannot be read are alerts on every other way, until they work again")
    func unheard() throws {
        let folder = try TemporaryFolder("unheard")
        let server = try ChildProcess("/usr/bin/python3", ["-c", Self.unreadable, folder.file("mended")])
        try #require(waitUntil(20) { server.output.contains("\n") })
        let port = server.output.trimmingCharacters(in: .whitespacesAndNewlines)
        func write(_ text: String, to name: String) throws {
            try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file(name))
        }
        try write("manzana4711", to: "word")
        for name in ["inbox", "outbox", "sent", "failed"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        try """
        [smsd]
        service = files
        inboxpath = \(folder.path)/inbox/
        outboxpath = \(folder.path)/outbox/
        sentsmspath = \(folder.path)/sent/
        errorsmspath = \(folder.path)/failed/
        """.write(toFile: folder.file("smsdrc"), atomically: true, encoding: .utf8)
        let gateway = try GatewayUnderTest(
            extra: """
                destinations:
                  - {name: board, kind: files, audience: stewards, folder: \(folder.path)/board}
                  - name: push
                    kind: ntfy
                    audience: stewards
                    url: http://127.0.0.1:\(port)
                    topic: stewards-4711
                    reply_topic: replies-4711
                    people: [{name: Rosa, word_file: \(folder.path)/word}]
                  - {name: text, kind: sms, audience: stewards, gammu: \(folder.path)/smsdrc, to: [{name: Rosa, number: "+34600111222", word_file: \(folder.path)/word-of-rosa}]}
                """)
        func states() throws -> [String: String] {
            let lines = try gateway.command(["alerts", "list", "--all", "--format", "json"]).split(separator: "\n")
            var states: [String: String] = [:]
            for line in lines where line.contains("answers_unheard") {
                let name = line.contains("\"push\"") ? "push" : line.contains("\"text\"") ? "text" : "another"
                states[name] = line.contains("\"closed\"") ? "closed" : "open"
            }
            return states
        }
        func board() -> String {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("board"))) ?? []
            return names.compactMap { try? String(contentsOfFile: folder.file("board/\($0)"), encoding: .utf8) }
                .joined(separator: "\n")
        }
        try gateway.startListening()
        #expect(
            try waitUntil(30) { try states() == ["push": "open", "text": "open"] }, "\(gateway.process?.output ?? "")")
        #expect(
            waitUntil(30) {
                let told = board()
                return told.contains("What people answer by push cannot be read") && told.contains("HTTP 403")
                    && told.contains("What people answer by text cannot be read") && told.contains("word-of-rosa")
            }, "\(board())")
        #expect(gateway.stop() == .exited(0))
        try write("ciruela4711", to: "word-of-rosa")
        try write("", to: "mended")
        try gateway.startListening()
        #expect(try waitUntil(30) { try states() == ["push": "closed", "text": "closed"] })
        #expect(waitUntil(30) { board().contains("Answers sent by push are heard") }, "\(board())")
        let told = board() + (gateway.process?.output ?? "")
        for secret in ["manzana4711", "ciruela4711"] { #expect(!told.contains(secret)) }
        #expect(gateway.stop() == .exited(0))
    }
}
