import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import MQTTIngest

/// The broker of config/mosquitto.conf and config/mosquitto.acl: only the port and the places of its files are replaced.
struct SiteBroker {
    let broker: MosquittoBroker
    /// The accounts that the ACL names; each has its own name, backwards, as password.
    let accounts: [String]

    static let configFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../config").standardizedFileURL

    static func text(_ name: String) throws -> String {
        try String(contentsOf: configFolder.appendingPathComponent(name), encoding: .utf8)
    }

    struct NoPassword: Error {}

    init() throws {
        let rules = try SiteBroker.text("mosquitto.acl")
        let accounts = rules.split(separator: "\n").filter { $0.hasPrefix("user ") }.map { String($0.dropFirst(5)) }
        self.accounts = accounts
        broker = try MosquittoBroker { port, folder in
            try rules.write(toFile: folder + "/commons.acl", atomically: true, encoding: .utf8)
            for (index, account) in accounts.enumerated() {
                let words = (index == 0 ? ["-c"] : []) + ["-b", folder + "/commons.passwd", account]
                let child = try ChildProcess("/usr/bin/mosquitto_passwd", words + [SiteBroker.password(account)])
                guard child.wait(20) == .exited(0) else { throw NoPassword() }
            }
            return try SiteBroker.text("mosquitto.conf")
                .replacingOccurrences(of: "listener 1883 127.0.0.1", with: "listener \(port) 127.0.0.1")
                .replacingOccurrences(of: "/etc/mosquitto/", with: folder + "/")
                .replacingOccurrences(of: "/var/lib/mosquitto/", with: folder + "/")
                // Started as root, mosquitto becomes a user who cannot read the test's folder.
                .appending(geteuid() == 0 ? "user root\n" : "")
        }
    }

    static func password(_ account: String) -> String { String(account.reversed()) }

    func client(_ account: String) throws -> TestClient {
        try TestClient(port: broker.port, user: account, password: SiteBroker.password(account))
    }

    func options(_ account: String, clientID: String) -> BrokerOptions {
        var options = BrokerOptions(host: "127.0.0.1", port: broker.port, clientID: clientID, filters: [])
        options.user = account
        options.password = SiteBroker.password(account)
        return options
    }
}

@Suite("The site's broker, with exactly the files in config", .serialized)
struct SiteBrokerTests {
    private let notAuthorized: Int32 = 0x87

    @Test("nobody enters without an account or with a wrong password")
    func accounts() throws {
        let site = try SiteBroker()
        #expect(try TestClient(port: site.broker.port).connectCode == notAuthorized)
        #expect(try TestClient(port: site.broker.port, user: "gateway", password: "").connectCode == notAuthorized)
        #expect(try TestClient(port: site.broker.port, user: "gateway", password: "guess").connectCode == notAuthorized)
        #expect(try TestClient(port: site.broker.port, user: "nobody", password: "x").connectCode == notAuthorized)
        #expect(site.accounts.count >= 5)
        for account in site.accounts { #expect(try site.client(account).connectCode == 0, "\(account)") }
    }

    @Test("the gateway's account writes below its own prefix and nowhere else")
    func gatewayWrites() throws {
        let site = try SiteBroker()
        let gateway = try site.client("gateway")
        for topic in ["commons/status", "commons/alerts/tank/low"] {
            #expect([0, 16].contains(gateway.publish(topic)), "\(topic)")
        }
        let forbidden = [
            "zigbee2mqtt/valve/set", "cmnd/pump-house/POWER", "shelly-cold-store/rpc", "homeassistant/sensor/a/config",
            "garden/bed-1/temperature", "commonsx/a", "a", "$SYS/broker/uptime",
        ]
        for topic in forbidden { #expect(gateway.publish(topic) == notAuthorized, "\(topic)") }
    }

    @Test("a device writes its own topics only")
    func deviceWrites() throws {
        let site = try SiteBroker()
        let bed = try site.client("garden-bed-1")
        #expect([0, 16].contains(bed.publish("garden/bed-1/temperature")))
        for topic in ["garden/bed-2/temperature", "commons/status", "commons/clock", "zigbee2mqtt/valve/set"] {
            #expect(bed.publish(topic) == notAuthorized, "\(topic)")
        }
        let clock = try site.client("clock")
        #expect([0, 16].contains(clock.publish("commons/clock")))
        #expect(clock.publish("commons/status") == notAuthorized)
    }

    @Test("a subscription to everything brings an account what it may read and nothing else")
    func wildcardReads() throws {
        let site = try SiteBroker()
        let pump = try site.client("pump-house")
        let gateway = try site.client("gateway")
        for client in [pump, gateway] {
            #expect(client.subscribe("#"))
            #expect(client.subscribe("$SYS/#"))
        }
        let bridge = try site.client("zigbee2mqtt")
        #expect([0, 16].contains(bridge.publish("zigbee2mqtt/tank", "1", retain: true)))
        #expect([0, 16].contains(bridge.publish("zigbee2mqtt/valve/set", "2", retain: true)))
        #expect(
            [0, 16].contains(try site.client("garden-bed-1").publish("garden/bed-1/temperature", "3", retain: true)))
        #expect([0, 16].contains(gateway.publish("commons/members", "secret", retain: true)))
        let tasmota = try site.client("pump-house")
        #expect([0, 16].contains(tasmota.publish("tele/pump-house/SENSOR", "4")))
        // The gateway hears the last message, so everything before it has been handed out or withheld by then.
        #expect(gateway.wait { gateway.text(of: "tele/pump-house/SENSOR") != nil })
        #expect(gateway.wait { gateway.text(of: BacklogClock.uptimeTopic) != nil })
        let heard = Set(gateway.received.map(\.topic))
        #expect(
            heard == [
                "zigbee2mqtt/tank", "garden/bed-1/temperature", "tele/pump-house/SENSOR", BacklogClock.uptimeTopic,
            ])
        let later = try site.client("pump-house")
        #expect(later.subscribe("#"))
        #expect(!later.wait(1) { !later.received.isEmpty })
        #expect(!pump.wait(0.2) { !pump.received.isEmpty })
    }

    @Test("advice finds nothing wrong with the file, and the gateway's account is enough for the status connection")
    func advice() throws {
        let text = try SiteBroker.text("mosquitto.conf")
        #expect(BrokerAdvice.examine(configuration: text, fileName: "mosquitto.conf").map(\.description) == [])
        let site = try SiteBroker()
        let status = StatusPublisher(options: site.options("gateway", clientID: "gw"), prefix: "commons") {
            Instant(milliseconds: 0)
        }
        status.start()
        defer { status.stop() }
        #expect(waitUntil { status.isConnected })
        #expect(status.publish(topic: "a", payload: [1], retain: false, timeoutSeconds: 10) == .confirmed)
    }

    @Test("the gateway's account may read every topic of the example configuration")
    func sameTopics() throws {
        let lines = try SiteBroker.text("gateway.yaml").split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: "  topics:"))
        let topics = lines[(start + 1)...].prefix { $0.hasPrefix("    - ") }.map { $0.dropFirst(6) }
        let rules = try SiteBroker.text("mosquitto.acl").split(separator: "\n")
        let first = try #require(rules.firstIndex(of: "user gateway"))
        let readable = rules[(first + 1)...].prefix { !$0.hasPrefix("user ") }
            .filter { $0.hasPrefix("topic read ") }.map { $0.dropFirst(11) }
        #expect(!topics.isEmpty)
        #expect(Set(topics).isSubset(of: readable))
    }

    /// What an account's session at the broker hands over: `count` payloads, or what comes within two seconds.
    private func collect(_ site: SiteBroker, count: Int? = nil) throws -> [String] {
        let ending = count.map { ["-C", "\($0)"] } ?? ["-W", "2"]
        let child = try ChildProcess("/usr/bin/mosquitto_sub", sessionWords(site) + ending)
        #expect(child.wait(30) != nil)
        return child.output.split(separator: "\n").map(String.init).filter { $0 != "Timed out" }
    }

    private func openSession(_ site: SiteBroker) throws {
        let child = try ChildProcess("/usr/bin/mosquitto_sub", sessionWords(site) + ["-E"])
        #expect(child.wait(20) == .exited(0))
    }

    private func sessionWords(_ site: SiteBroker) -> [String] {
        [
            "-p", "\(site.broker.port)", "-V", "5", "-c", "-x", "100000", "-i", "gw", "-u", "gateway", "-P",
            SiteBroker.password("gateway"), "-q", "1", "-t", "zigbee2mqtt/+",
        ]
    }

    private func publisher(_ site: SiteBroker) -> TestPublisher {
        TestPublisher(site.broker, options: ["-u", "zigbee2mqtt", "-P", SiteBroker.password("zigbee2mqtt")])
    }

    @Test("what waits outlives the broker's stop, at QoS 0 as well")
    func queue() throws {
        let site = try SiteBroker()
        try openSession(site)
        try publisher(site).publish(["1", "2"], to: "zigbee2mqtt/tank", qos: 0)
        try publisher(site).publish(["3"], to: "zigbee2mqtt/tank", qos: 1)
        try site.broker.restart()
        #expect(try collect(site, count: 3) == ["1", "2", "3"])
    }

    @Test("a killed broker hands over what it had written to the disk, and has forgotten what came after")
    func killed() throws {
        let site = try SiteBroker()
        try openSession(site)
        let saved = (1...500).map { "\($0)" }
        try publisher(site).publish(saved, to: "zigbee2mqtt/tank")
        site.broker.save()
        try publisher(site).publish((501...1200).map { "\($0)" }, to: "zigbee2mqtt/tank")
        site.broker.kill()
        try site.broker.start()
        #expect(try collect(site) == saved)
    }

    @Test("more than the default of a thousand messages wait")
    func longQueue() throws {
        let site = try SiteBroker()
        try openSession(site)
        let payloads = (1...5000).map { "\($0)" }
        try publisher(site).publish(payloads, to: "zigbee2mqtt/tank")
        #expect(try collect(site, count: 5000) == payloads)
    }
}
