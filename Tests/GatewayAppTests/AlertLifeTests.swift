import Foundation
import GatewayModel
import TestSupport
import Testing

/// From a reading to a steward's mailbox and back: the whole program, a real broker, a real mail server.
@Suite("An alert's life", .serialized, .timeLimit(.minutes(15)))
struct AlertLifeTests {
    static let resolution = """
        ---
        number: 1
        community: test
        assembly: 2026-05-03
        decided: by consent
        in_force_from: 2026-05-04
        review_by: 2099-05-02
        limits:
          - id: power-high
            title: {en: Power of the plug}
            bound: at_most
            protects: equipment
            resource: energy
            sensors: [plug/power]
            instant: {value: 100 W, deadband: 10 W}
            priority: now
            response:
              en: Switch the plug off.
        ---
        Not more than a hundred watts.

        """

    /// A mail server that prints what it receives.
    private static func mailServer() throws -> (server: ChildProcess, port: Int) {
        let port = try Loopback.freePort()
        let server = try ChildProcess(
            "/usr/bin/python3",
            [
                "-u", "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Debugging", "stdout", "-l", "127.0.0.1:\(port)",
            ])
        try #require(
            waitUntil(20) {
                Loopback.connect(port: port).map { close($0) } != nil
            })
        return (server, port)
    }

    private func gateway(mail: Int, board: String) throws -> GatewayUnderTest {
        try GatewayUnderTest(
            extra: """
                destinations:
                  - {name: mail, kind: smtp, audience: stewards, host: 127.0.0.1, port: \(mail), security: plain, from: box@example.org, to: [rosa@example.org]}
                  - {name: board, kind: files, audience: members, folder: \(board)}
                """)
    }

    private func adopt(_ gateway: GatewayUnderTest) throws {
        let file = gateway.folder.file("0001-power.md")
        try Self.resolution.write(toFile: file, atomically: true, encoding: .utf8)
        let told = try gateway.command(["limits", "adopt", file, "--yes"])
        #expect(told.contains("Power of the plug: not more than 100 W."))
    }

    private func alerts(_ gateway: GatewayUnderTest, all: Bool = true) throws -> [[String: Any]] {
        try gateway.command(["alerts", "list", "--format", "json"] + (all ? ["--all"] : []))
            .split(separator: "\n").compactMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
    }

    private func states(_ gateway: GatewayUnderTest) throws -> [String] {
        try alerts(gateway).map { "\($0["number"] ?? "") \($0["state"] ?? "")" }
    }

    @Test("A reading past its limit reaches the steward's mailbox once; answers, return and close are on record")
    func fromReadingToMailbox() throws {
        let (mail, port) = try Self.mailServer()
        let board = try TemporaryFolder("board")
        let gateway = try gateway(mail: port, board: board.path)
        try gateway.startListening()
        try adopt(gateway)
        let publisher = TestPublisher(gateway.broker)
        func mails(_ word: String) -> Int {
            mail.output.split(separator: "\n").count { $0.hasPrefix("Subject:") && $0.contains(word) }
        }
        let once = ["NOW 1", "GOING 1", "OVER 1", "NOTE 1", "CLOSED 1"]

        // Priority "now" needs two readings.
        try publisher.publish("{\"power\": 150}", to: "zigbee2mqtt/plug")
        #expect(waitUntil(20) { gateway.counter("commons_readings_total") == 1 })
        #expect(try states(gateway).isEmpty)
        try publisher.publish("{\"power\": 160}", to: "zigbee2mqtt/plug")
        #expect(waitUntil(20) { mails("NOW 1") == 1 })
        #expect(try states(gateway) == ["1 raised"])

        _ = try gateway.command(["alerts", "take", "1", "--for", "Rosa"])
        #expect(try states(gateway) == ["1 going"])
        // It cannot be closed as real while its condition holds.
        let refusal = try gateway.command(["alerts", "resolve", "1", "--for", "Rosa", "--cause", "real"], expecting: 1)
        #expect(refusal.contains("still holds"))

        // A restart raises nothing anew and forgets nothing.
        #expect(gateway.stop() == .exited(0))
        try gateway.startListening()
        try publisher.publish("{\"power\": 170}", to: "zigbee2mqtt/plug")
        #expect(try waitUntil(20) { try gateway.values().count == 3 })
        #expect(try states(gateway) == ["1 going"])

        try publisher.publish("{\"power\": 20}", to: "zigbee2mqtt/plug")
        #expect(try waitUntil(20) { try states(gateway) == ["1 returned"] })
        _ = try gateway.command(["alerts", "note", "1", "the heater was left on", "--for", "Rosa"])
        _ = try gateway.command([
            "alerts", "resolve", "1", "--for", "Rosa", "--cause", "real", "--note", "switched off",
        ])
        #expect(try states(gateway) == ["1 closed"])
        #expect(try alerts(gateway, all: false).isEmpty)
        #expect(waitUntil(20) { mails("CLOSED 1") == 1 })
        #expect(once.map(mails) == [1, 1, 1, 1, 1])

        // Members read that the limit was passed and is kept again; who goes, and what is asked of whom, is not theirs.
        let posted = try FileManager.default.contentsOfDirectory(atPath: board.path)
            .filter { $0.hasSuffix(".txt") && $0 != "latest.txt" }.sorted()
            .map { try String(contentsOfFile: board.file($0), encoding: .utf8) }
        #expect(posted.count == 2)
        #expect(posted.first?.contains("NOW 1") == true && posted.last?.contains("OVER 1") == true)
        #expect(posted.allSatisfy { !$0.contains("Rosa") && !$0.contains("Reply") && !$0.contains("Switch the plug") })

        let explanation = try gateway.command(["alerts", "explain", "1"])
        #expect(explanation.contains("160 W"))
        #expect(explanation.contains("Power of the plug: not more than 100 W."))
        let log = try gateway.command(["log", "verify"])
        #expect(!log.isEmpty)
        gateway.stop()
    }

    @Test("A mail server that is away loses nothing: the notice waits in the outbox across a restart")
    func mailServerAway() throws {
        let port = try Loopback.freePort()
        let board = try TemporaryFolder("board")
        let gateway = try gateway(mail: port, board: board.path)
        try gateway.startListening()
        try adopt(gateway)
        try TestPublisher(gateway.broker).publish(["{\"power\": 150}", "{\"power\": 151}"], to: "zigbee2mqtt/plug")
        #expect(try waitUntil(20) { try states(gateway) == ["1 raised"] })
        gateway.kill()
        let server = try ChildProcess(
            "/usr/bin/python3",
            ["-u", "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Debugging", "stdout", "-l", "127.0.0.1:\(port)"])
        try gateway.startListening()
        #expect(waitUntil(60) { server.output.contains("NOW 1") })
        gateway.stop()
    }

    @Test("Only the adopted bytes count: an edited file changes nothing, and what was in force on a day can be asked")
    func adoptedBytes() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        try adopt(gateway)
        let file = gateway.folder.file("resolutions") + "/0001-power.md"
        try Self.resolution.replacing("100 W", with: "900 W").write(toFile: file, atomically: true, encoding: .utf8)
        let limits = try gateway.command(["limits", "list"])
        #expect(limits.contains("100 W") && !limits.contains("900 W"))
        let before = try gateway.command(["limits", "list", "--on", "2026-05-01"])
        #expect(!before.contains("100 W"))
        gateway.stop()
    }
}
