import Foundation
import TestSupport
import Testing

/// Answers that come in by SMS: the whole program, a real broker, the folders of gammu's daemon.
@Suite("Answers from afar", .serialized, .timeLimit(.minutes(5)))
struct AnswersFromAfarTests {
    private let modem: TemporaryFolder
    private let gateway: GatewayUnderTest

    init() throws {
        modem = try TemporaryFolder("modem")
        for name in ["inbox", "outbox", "sent", "failed"] {
            try FileManager.default.createDirectory(atPath: modem.file(name), withIntermediateDirectories: true)
        }
        try """
        [smsd]
        service = files
        inboxpath = \(modem.path)/inbox/
        outboxpath = \(modem.path)/outbox/
        sentsmspath = \(modem.path)/sent/
        errorsmspath = \(modem.path)/failed/
        """.write(toFile: modem.file("smsdrc"), atomically: true, encoding: .utf8)
        let word = modem.file("word")
        try "manzana\n".write(toFile: word, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: word)
        gateway = try GatewayUnderTest(
            extra: """
                destinations:
                  - {name: text, kind: sms, audience: stewards, gammu: \(modem.path)/smsdrc, to: [{name: Rosa, number: "+34600111222", word_file: \(word)}]}
                """)
    }

    /// Puts a message where the daemon would, whole or not at all.
    private func receive(_ text: String, from number: String = "+34600111222", serial: Int) throws {
        let name = String(format: "IN20261118_110640_%02d_%@_00.txt", serial, number)
        try text.write(toFile: modem.file("inbox/\(name)"), atomically: true, encoding: .utf8)
    }

    private func state() throws -> (number: Int, state: String, takenBy: String?)? {
        let line = try gateway.command(["alerts", "list", "--format", "json"]).split(separator: "\n").first
        guard let line, let alert = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let number = alert["number"] as? Int, let state = alert["state"] as? String
        else { return nil }
        return (number, state, alert["taken_by"] as? String)
    }

    private func entries(_ kind: String) throws -> [String] {
        try gateway.command(["log", "show", "--format", "json"]).split(separator: "\n").map(String.init)
            .filter { $0.contains("\"\(kind)\"") }
    }

    @Test("An alert is taken and given back by SMS; strangers and wrong words change nothing and stand on record")
    func takeAndDecline() throws {
        try gateway.startListening()
        let file = gateway.folder.file("0001-power.md")
        try AlertLifeTests.resolution.write(toFile: file, atomically: true, encoding: .utf8)
        _ = try gateway.command(["limits", "adopt", file, "--yes"])
        try TestPublisher(gateway.broker).publish(["{\"power\": 150}", "{\"power\": 151}"], to: "zigbee2mqtt/plug")
        try #require(try waitUntil(60) { try state() != nil }, "\(gateway.process?.output ?? "")")
        let number = try #require(try state()).number
        try receive("\(number) YES manzana", from: "+34600999999", serial: 1)
        try receive("\(number) YES pera", serial: 2)
        #expect(try waitUntil { try entries("answer.refused").count == 2 })
        #expect(try state()?.state == "raised")
        try receive("\(number) YES manzana", serial: 3)
        #expect(try waitUntil { try state()?.state == "going" })
        #expect(try state()?.takenBy == "Rosa")
        let taken = try #require(try entries("alert.taken").first)
        #expect(taken.contains("\"sms\"") && taken.contains("Rosa"))
        try receive("\(number) NO manzana", serial: 4)
        #expect(try waitUntil { try state()?.state == "raised" })
        try receive("\(number) SEEN manzana", serial: 6)
        #expect(try waitUntil { try entries("alert.seen").contains { $0.contains("\"sms\"") && $0.contains("Rosa") } })
        #expect(try state()?.state == "raised")
        // A number that no alert has is answered by nothing and stops nothing.
        try receive("4711 YES manzana", serial: 5)
        #expect(
            try waitUntil {
                try FileManager.default.contentsOfDirectory(atPath: modem.file("inbox")).isEmpty
            })
        let refused = try entries("answer.refused")
        #expect(refused.contains { $0.contains("unknown_sender") } && refused.contains { $0.contains("wrong_word") })
        let output = gateway.process?.output ?? ""
        #expect(gateway.stop() == .exited(0))
        let everything = output + (try gateway.command(["log", "show", "--format", "json"]))
        #expect(!everything.contains("manzana") && !everything.contains("pera"))
    }
}
