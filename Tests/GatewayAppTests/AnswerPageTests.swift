import Foundation
import Glibc
import TestSupport
import Testing

/// The answer page of the whole program: a link in a text message, a real listener, one writing process.
@Suite("Answer page", .serialized, .timeLimit(.minutes(5)))
struct AnswerPageTests {
    private let modem: TemporaryFolder
    private let gateway: GatewayUnderTest
    private let port: Int

    init() throws {
        modem = try TemporaryFolder("modem")
        port = try Loopback.freePort()
        for name in ["inbox", "outbox", "sent", "failed", "board"] {
            try FileManager.default.createDirectory(atPath: modem.file(name), withIntermediateDirectories: true)
        }
        try """
        [smsd]
        service = files
        inboxpath = \(modem.path)/inbox/
        outboxpath = \(modem.path)/outbox/
        sentsmspath = \(modem.path)/sent/
        errorsmspath = \(modem.path)/failed/
        """.write(toFile: modem.file("smsrc"), atomically: true, encoding: .utf8)
        gateway = try GatewayUnderTest(
            extra: """
                answer_page: {listen: "127.0.0.1:\(port)", public_url: "http://127.0.0.1:\(port)"}
                destinations:
                  - {name: rosa, kind: sms, audience: stewards, gammu: \(modem.path)/smsrc, parts: 6, to: [{name: Rosa, number: "+34600111222"}]}
                  - {name: all, kind: sms, audience: stewards, gammu: \(modem.path)/smsrc, parts: 6, to: [{name: Rosa, number: "+34600333444"}]}
                  - {name: board, kind: files, audience: stewards, folder: \(modem.path)/board}
                """)
        try gateway.change("stewards: [{name: Rosa}]", to: "stewards: [{name: Rosa, reach: [rosa]}]")
    }

    /// Does what the modem's daemon does; returns the texts that left, by number.
    private func sent() throws -> [String: [String]] {
        for name in try FileManager.default.contentsOfDirectory(atPath: modem.file("outbox")) {
            try? FileManager.default.moveItem(atPath: modem.file("outbox/\(name)"), toPath: modem.file("sent/\(name)"))
        }
        var texts: [String: [String]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: modem.file("sent")) {
            let number = name.split(separator: "_").first { $0.hasPrefix("+") }.map(String.init) ?? ""
            let bytes = FileManager.default.contents(atPath: modem.file("sent/\(name)")) ?? Data()
            texts[number, default: []].append(
                String(data: bytes, encoding: .utf16) ?? "")
        }
        return texts
    }

    private func path(in text: String) -> String? {
        text.firstMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+(\/a\/[A-Za-z0-9_-]{24})/).map { String($0.1) }
    }

    @Test("A link in a person's text message answers the alert; nobody else gets it, and it is kept nowhere")
    func answer() throws {
        try gateway.startListening()
        let file = gateway.folder.file("0001-power.md")
        try AlertLifeTests.resolution.write(toFile: file, atomically: true, encoding: .utf8)
        _ = try gateway.command(["limits", "adopt", file, "--yes"])
        try TestPublisher(gateway.broker).publish(["{\"power\": 150}", "{\"power\": 151}"], to: "zigbee2mqtt/plug")
        var texts: [String: [String]] = [:]
        try #require(
            try waitUntil(20) {
                texts = try sent()
                return texts["+34600111222"]?.contains { $0.contains("/a/") } == true
            }, "\(texts) \(gateway.process?.output ?? "")")
        let own = try #require(texts["+34600111222"]?.compactMap(path).first)
        #expect(try waitUntil { try sent()["+34600333444"] != nil })
        #expect(try sent()["+34600333444"]?.contains { $0.contains("/a/") } == false)
        #expect(PlainHTTP.send("GET", port: port, own)?.status == 200)
        #expect(try !gateway.command(["alerts", "list", "--format", "json"]).contains("\"going\""))
        #expect(PlainHTTP.send("POST", port: port, own, form: "answer=going")?.status == 200)
        #expect(try gateway.command(["alerts", "list", "--format", "json"]).contains("\"going\""))
        let record = try gateway.command(["log", "show", "--format", "json"])
        #expect(record.contains("\"alert.taken\"") && record.contains("\"link\""))
        #expect(PlainHTTP.send("GET", port: port, "/metrics")?.status == 404)

        // Rosa is no steward any more; the next reload ends it.
        try gateway.change("{name: Rosa, reach: [rosa]}", to: "{name: Amina}")
        gateway.process?.signal(SIGHUP)
        #expect(waitUntil(30) { PlainHTTP.send("GET", port: port, own)?.status == 404 })
        let output = gateway.process?.output ?? ""
        #expect(gateway.stop() == .exited(0))
        let token = try #require(own.split(separator: "/").last.map(String.init))
        #expect(!(output + record).contains(token))
        for folder in [gateway.folder.path, modem.file("board")] {
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                let bytes = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
                #expect(bytes.range(of: Data(token.utf8)) == nil, "\(name)")
            }
        }
    }

    /// How the alert about the page stands, and what the stewards' board says.
    private func told() throws -> (state: String?, board: String) {
        let lines = try gateway.command(["alerts", "list", "--all", "--format", "json"]).split(separator: "\n")
        let line = lines.first { $0.contains("answer_page_away") }
        let names = try FileManager.default.contentsOfDirectory(atPath: modem.file("board"))
        let board = names.compactMap { try? String(contentsOfFile: modem.file("board/\($0)"), encoding: .utf8) }
        return (line.map { $0.contains("\"closed\"") ? "closed" : "open" }, board.joined(separator: "\n"))
    }

    @Test("An address that somebody else holds stops nothing and is told of; once it is free the page is served")
    func occupied() throws {
        let other = try Loopback.listen(port: port)
        try gateway.startListening()
        #expect(waitUntil { gateway.process?.output.contains("the answer page cannot listen at") == true })
        #expect(gateway.counter("commons_broker_connected") == 1)
        #expect(try waitUntil(20) { try told().state == "open" && told().board.contains("lead nowhere") })
        let board = try told().board
        #expect(board.contains("cannot listen at 127.0.0.1:\(port) since "), "\(board)")
        #expect(board.contains(": Address already in use. ") && board.contains("(answer_page: listen)"), "\(board)")
        close(other.descriptor)
        #expect(waitUntil(30) { PlainHTTP.send("GET", port: port, "/")?.status == 404 })
        #expect(try waitUntil(20) { try told().state == "closed" && told().board.contains("listens again since ") })
        #expect(gateway.stop() == .exited(0))
    }
}
