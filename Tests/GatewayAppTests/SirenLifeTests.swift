import Delivery
import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A siren sounds where the assembly said so, on its own topic, and nowhere else.
@Suite("A siren that the assembly names", .serialized, .timeLimit(.minutes(5)))
struct SirenLifeTests {
    /// Writes down every message that the gateway publishes.
    private static func listener(_ broker: MosquittoBroker) throws -> ChildProcess {
        let child = try ChildProcess(
            "/usr/bin/mosquitto_sub", ["-p", "\(broker.port)", "-v", "-t", "commons/#", "-t", "zigbee2mqtt/#"])
        let probe = TestPublisher(broker)
        try #require(
            waitUntil(20) {
                try? probe.publish("probe", to: "commons/probe")
                return child.output.contains("probe")
            })
        return child
    }

    private func resolution(_ number: Int, _ rest: String) -> String {
        """
        ---
        number: \(number)
        community: test
        assembly: 2026-05-03
        decided: by consent
        in_force_from: 2026-05-04
        review_by: 2099-05-02
        \(rest)
        ---
        Decided.

        """
    }

    @Test("Unnamed it stays silent with the reason on record; named by a decision it sounds on its own topic alone")
    func named() throws {
        let gateway = try GatewayUnderTest(
            extra: """
                destinations:
                  - {name: yard-siren, kind: siren, audience: stewards, topic: sirens/yard, sounds_for: 1 s}
                """)
        let heard = try Self.listener(gateway.broker)
        func siren() -> [Substring] {
            heard.output.split(separator: "\n").filter { $0.contains("/sirens/") || $0.contains("zigbee2mqtt/yard") }
        }
        func states() throws -> [String] {
            try Site.load(configFile: gateway.config).readingStore().outboxEntries().map { "\($0.state)" }
        }
        try gateway.startListening()
        func adopt(_ text: String) throws {
            let file = gateway.folder.file("decision.md")
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            _ = try gateway.command(["limits", "adopt", file, "--yes"])
        }
        try adopt(AlertLifeTests.resolution)
        #expect(try gateway.command(["doctor"], expecting: 1).contains("no decision in force names it"))
        let publisher = TestPublisher(gateway.broker)
        try publisher.publish(["{\"power\": 150}", "{\"power\": 151}"], to: "zigbee2mqtt/plug")
        #expect(try waitUntil(20) { try states().contains("dropped") })
        #expect(siren().isEmpty)

        try publisher.publish(["{\"power\": 20}", "{\"power\": 21}"], to: "zigbee2mqtt/plug")
        try adopt(resolution(2, "limits: []\nsirens: [yard]"))
        #expect(try gateway.command(["limits", "list"]).contains("may sound when something cannot wait: yard"))
        #expect(try !gateway.command(["doctor"]).contains("no decision in force names it"))
        try publisher.publish(["{\"power\": 160}", "{\"power\": 161}"], to: "zigbee2mqtt/plug")
        #expect(waitUntil(20) { siren().count == 2 }, "\(heard.output)")
        #expect(siren().map(String.init) == ["commons/test/sirens/yard ON", "commons/test/sirens/yard OFF"])
        #expect(gateway.stop() == .exited(0))
    }

    @Test("No prefix and no topic leads to another device; decisions with a name that is none are refused")
    func noOtherTopic() throws {
        let base = try String(contentsOfFile: GatewayUnderTest.root + "/config/gateway.yaml", encoding: .utf8)
        func problem(_ prefix: String) -> String {
            let text = base.replacing("broker: embedded", with: "broker: embedded\n  prefix: \"\(prefix)\"")
            return ConfigurationFile(file: "g.yaml").parse(text).problems.map { "\($0)" }.joined()
        }
        #expect(problem("commons/vall-clara") == "" && problem("commons/vall-clara/box-2") == "")
        for wrong in [
            "zigbee2mqtt/pump", "cmnd/plug", "commons", "commons/", "commons/+", "commons/#", "$SYS/x", "",
            "commons//x", "shellies/pump/relay/0/command",
        ] {
            #expect(problem(wrong).contains("is not the gateway's own"), "\(wrong)")
        }
        let gateway = try GatewayUnderTest()
        for (name, isFine) in [("yard", true), ("Yard", false), ("yard/set", false), ("+", false)] {
            let file = gateway.folder.file("resolutions/0003-siren.md")
            try resolution(3, "limits: []\nsirens: [\"\(name)\"]").write(
                toFile: file, atomically: true, encoding: .utf8)
            let told = try gateway.command(["limits", "explain", file], expecting: isFine ? 0 : 1)
            #expect(told.contains(isFine ? "cannot wait: yard" : "cannot be a siren's name"), "\(told)")
        }
    }
}
