import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// The Python interpreter that has Home Assistant, for `make test-long`.
private let homeAssistant = ProcessInfo.processInfo.environment["COMMONS_HOMEASSISTANT"] ?? ""

/// What home automation is told of our alerts, and that nothing of it comes back as a measurement.
@Suite("Home automation", .serialized, .timeLimit(.minutes(10)))
struct HomeAssistantTests {
    private let boards: TemporaryFolder

    init() throws { boards = try TemporaryFolder("boards") }

    private func gateway() throws -> GatewayUnderTest {
        try GatewayUnderTest(
            topics: "zigbee2mqtt/+\", \"homeassistant/#",
            extra: """
                destinations:
                  - {name: house, kind: mqtt, audience: members, discovery: homeassistant}
                  - {name: board, kind: files, audience: stewards, folder: \(boards.path)}
                """)
    }

    private func adopt(_ gateway: GatewayUnderTest) throws {
        let file = gateway.folder.file("0001-power.md")
        try AlertLifeTests.resolution.write(toFile: file, atomically: true, encoding: .utf8)
        _ = try gateway.command(["limits", "adopt", file, "--yes"])
    }

    @Test("Descriptions stand under our own node, go with their alert, and are no measurements to us")
    func onTheBroker() throws {
        let gateway = try gateway()
        let heard = try ChildProcess(
            "/usr/bin/mosquitto_sub",
            ["-p", "\(gateway.broker.port)", "-v", "-t", "commons/#", "-t", "homeassistant/#"])
        try gateway.startListening()
        try adopt(gateway)
        func lines(_ text: String) -> [Substring] { heard.output.split(separator: "\n").filter { $0.contains(text) } }
        #expect(waitUntil(20) { !lines("homeassistant/sensor/commons_test/open_alerts/config {").isEmpty })
        #expect(!lines("homeassistant/binary_sensor/commons_test/running/config {").isEmpty)
        let publisher = TestPublisher(gateway.broker)
        try publisher.publish(["{\"power\": 150}", "{\"power\": 151}"], to: "zigbee2mqtt/plug")
        #expect(waitUntil(20) { lines("/config {").contains { $0.contains("Alert 1") } })
        try publisher.publish(["{\"power\": 20}", "{\"power\": 21}"], to: "zigbee2mqtt/plug")
        #expect(waitUntil(20) { lines("alert.returned").count == 1 })
        _ = try gateway.command(["alerts", "resolve", "1", "--for", "Rosa", "--cause", "real"])
        // An empty description takes the alert back.
        #expect(
            waitUntil(20) {
                heard.output.split(separator: "\n").contains {
                    $0.hasSuffix("/config ") || $0.hasSuffix("/config (null)")
                }
            })
        let topics = Set(heard.output.split(separator: "\n").compactMap { $0.split(separator: " ").first })
        for topic in topics {
            let isOwn =
                topic.hasPrefix("commons/test/") || topic.hasPrefix("homeassistant/binary_sensor/commons_test/")
                || topic == "homeassistant/sensor/commons_test/open_alerts/config"
            #expect(isOwn, "\(topic)")
        }
        // Four readings, and nothing that we said ourselves.
        #expect(gateway.counter("commons_readings_total") == 4)
        #expect(try Site.load(configFile: gateway.config).readingStore().announcements().isEmpty)
        #expect(gateway.stop() == .exited(0))
    }

    @Test("What stands on the broker for a destination, or for home automation, goes with it at the next start")
    func takenOut() throws {
        let gateway = try gateway()
        let heard = try ChildProcess(
            "/usr/bin/mosquitto_sub",
            ["-p", "\(gateway.broker.port)", "-F", "%t=%p", "-t", "commons/test/alerts/#", "-t", "homeassistant/#"])
        func lines() -> [String] { heard.output.split(separator: "\n").map(String.init) }
        func isEmpty(_ part: String) -> Bool { lines().last { $0.contains(part) }?.hasSuffix("=") == true }
        try gateway.startListening()
        try adopt(gateway)
        try TestPublisher(gateway.broker).publish(["{\"power\": 150}", "{\"power\": 151}"], to: "zigbee2mqtt/plug")
        #expect(waitUntil(30) { lines().contains { $0.contains("/config={") && $0.contains("Alert 1") } })
        let line = try #require(lines().first { $0.hasPrefix("commons/test/alerts/") })
        let id = try #require(line.dropFirst("commons/test/alerts/".count).split(separator: "=").first)
        #expect(gateway.stop() == .exited(0))
        // Home automation is told nothing any more; the state stays.
        try gateway.change(", discovery: homeassistant", to: "")
        try gateway.startListening()
        let described = ["binary_sensor/commons_test/\(id)/", "commons_test/running/", "commons_test/open_alerts/"]
        #expect(waitUntil(30) { described.allSatisfy(isEmpty) }, "\(heard.output)")
        #expect(!isEmpty("alerts/\(id)"))
        #expect(gateway.stop() == .exited(0))
        try gateway.change(
            "{name: house, kind: mqtt, audience: members}",
            to: "{name: house, kind: files, audience: members, folder: \(boards.path)}")
        try gateway.startListening()
        #expect(waitUntil(30) { isEmpty("alerts/\(id)") }, "\(heard.output)")
        let site = try Site.load(configFile: gateway.config)
        func taken() throws -> [String] {
            try site.readingStore().outboxEntries().filter { $0.item.destination == RetainedStates.name }
                .map { "\($0.item.type) \($0.state.rawValue)" }
        }
        #expect(waitUntil(30) { (try? taken().last) == "alert.withdrawn sent" })
        #expect(gateway.stop() == .exited(0))
        // Once is enough.
        try gateway.startListening()
        #expect(gateway.stop() == .exited(0))
        #expect(try taken() == ["alert.withdrawn sent"])
    }

    @Test("What gateways say themselves is told apart from what devices say")
    func own() {
        let own = OwnTopics(prefix: "commons/test")
        for topic in [
            "commons/test/status", "commons/test/alerts/a1", "homeassistant/sensor/commons_test/open_alerts/config",
            "homeassistant/binary_sensor/commons_vall-sol/a2/config",
        ] { #expect(own.contain(topic), "\(topic)") }
        for topic in [
            "commons/other/status", "commons/testing", "homeassistant/sensor/plug/power/config", "zigbee2mqtt/plug",
            "homeassistant/sensor/commons_test/config",
        ] { #expect(!own.contain(topic), "\(topic)") }
    }

    private struct Change: Decodable, Equatable {
        var entity: String
        var state: String?
        var name: String?
        var title: String?
    }

    @Test(
        "A real Home Assistant shows the box and each alert while it is open, and does not know while the box is away",
        .enabled(if: !homeAssistant.isEmpty))
    func real() throws {
        let gateway = try gateway()
        let folder = try TemporaryFolder("homeassistant")
        let script = GatewayUnderTest.root + "/Tests/DeliveryTests/Servers/homeassistant_server.py"
        let house = try ChildProcess(homeAssistant, [script, folder.path, "\(gateway.broker.port)"])
        try #require(waitUntil(120) { house.output.contains("started") }, "\(house.output)")
        func changes(_ entity: String) -> [Change] {
            house.output.split(separator: "\n").compactMap {
                try? JSONDecoder().decode(Change.self, from: Data($0.utf8))
            }.filter { $0.entity == entity }
        }
        func shows(_ entity: String, _ state: String?) -> Bool {
            waitUntil(60) { changes(entity).last.map { $0.state == state } ?? false }
        }
        try gateway.startListening()
        try adopt(gateway)
        #expect(shows("binary_sensor.commons_test_running", "on"), "\(house.output)")
        #expect(shows("sensor.commons_test_open_alerts", "0"), "\(house.output)")
        let publisher = TestPublisher(gateway.broker)
        try publisher.publish(["{\"power\": 150}", "{\"power\": 151}"], to: "zigbee2mqtt/plug")
        let alert = "binary_sensor.commons_test_alert_1"
        #expect(shows(alert, "on"), "\(house.output)")
        #expect(changes(alert).last?.name == "Test Alert 1")
        #expect(waitUntil(60) { changes(alert).last?.title == "NOW 1: plug/power: Power of the plug" })
        #expect(shows("sensor.commons_test_open_alerts", "1"))
        // A box that is gone: nobody knows.
        gateway.kill()
        #expect(shows("binary_sensor.commons_test_running", "off"))
        #expect(shows(alert, "unavailable"))
        try gateway.startListening()
        #expect(shows(alert, "on"))
        try publisher.publish(["{\"power\": 20}", "{\"power\": 21}"], to: "zigbee2mqtt/plug")
        #expect(shows(alert, "off"))
        _ = try gateway.command(["alerts", "resolve", "1", "--for", "Rosa", "--cause", "real"])
        #expect(shows(alert, nil))
        #expect(shows("sensor.commons_test_open_alerts", "0"))
        #expect(gateway.stop() == .exited(0))
    }

    @Test("A place for descriptions that is none is named")
    func problems() throws {
        let base = try String(contentsOfFile: GatewayUnderTest.root + "/config/gateway.yaml", encoding: .utf8)
        for (word, isFine) in [("homeassistant", true), ("cmnd/plug", false), ("+", false), ("", false)] {
            let text = base.replacing(
                "destinations:\n  - name: notices",
                with:
                    "destinations:\n  - {name: house, kind: mqtt, audience: members, discovery: \"\(word)\"}\n  - name: notices"
            )
            let problems = ConfigurationFile(file: "g.yaml").parse(text).problems.map { "\($0)" }.joined()
            #expect(isFine ? problems == "" : problems.contains("no place for descriptions"), "\(word): \(problems)")
        }
    }
}
