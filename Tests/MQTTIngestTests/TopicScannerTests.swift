import GatewayModel
import TestSupport
import Testing

@testable import MQTTIngest

@Suite("Looking for unknown devices")
struct TopicScannerTests {
    private func options(_ port: Int) -> BrokerOptions {
        BrokerOptions(host: "127.0.0.1", port: port, clientID: "gw", filters: [])
    }

    @Test("it hears every topic, with retained ones, but not what the gateway publishes itself; and ends when told")
    func everything() throws {
        let broker = try MosquittoBroker()
        let publisher = TestPublisher(broker)
        let topics = [
            "commons/status", "zigbee2mqtt/tank", "homeassistant/sensor/commons_tank/level/config",
            "homeassistant/sensor/0x00158d/config", "tele/plug/SENSOR", "commonsense/a",
        ]
        for topic in topics { try publisher.publish("1", to: topic, isRetained: true) }
        var heard: [InboundMessage] = []
        try TopicScanner.scan(
            options: options(broker.port), filter: "#", seconds: 20, prefix: "commons",
            clock: { Instant(seconds: 5) }
        ) { message in
            heard.append(message)
            if heard.count == 4 { try publisher.publish("2", to: "live", qos: 0) }
            return message.topic != "live"
        }
        #expect(
            Set(heard)
                == Set(
                    ["zigbee2mqtt/tank", "homeassistant/sensor/0x00158d/config", "tele/plug/SENSOR", "commonsense/a"]
                        .map {
                            InboundMessage(topic: $0, payload: [0x31], retained: true, receivedAt: Instant(seconds: 5))
                        } + [
                            InboundMessage(
                                topic: "live", payload: [0x32], retained: false, receivedAt: Instant(seconds: 5))
                        ]))
    }

    @Test("it ends by itself after its time")
    func limited() throws {
        let broker = try MosquittoBroker()
        let before = steadySeconds()
        try TopicScanner.scan(
            options: options(broker.port), filter: "a/#", seconds: 0.6, prefix: "commons",
            clock: { Instant(seconds: 5) }
        ) { _ in true }
        #expect((0.5...10).contains(steadySeconds() - before))
    }

    @Test("a broker that is away, a refusal and a bad filter are errors with a remedy")
    func errors() throws {
        func code(_ port: Int, _ filter: String = "#") -> ScanError.Code? {
            do {
                try TopicScanner.scan(
                    options: options(port), filter: filter, seconds: 5, prefix: "commons",
                    clock: { Instant(seconds: 5) }
                ) { _ in true }
                return nil
            } catch let error as ScanError {
                return error.remedy.isEmpty ? nil : error.code
            } catch {
                return nil
            }
        }
        let closed = try MosquittoBroker(isAnonymousAllowed: false)
        #expect(code(closed.port) == .refused)
        closed.stop()
        #expect(code(closed.port) == .unreachable)
        let open = try MosquittoBroker()
        #expect(code(open.port, "a/#/b") == .badFilter)
    }

    @Test("own topics: the prefix as a whole level, and discovery entries of ours at any place before the end")
    func own() {
        for topic in [
            "commons", "commons/a", "homeassistant/sensor/commons/x/config", "homeassistant/sensor/commons-1/config",
            "homeassistant/binary_sensor/gw/commons_alert/config",
        ] { #expect(TopicScanner.isOwn(topic: topic, prefix: "commons"), "\(topic)") }
        for topic in [
            "commonsx", "a/commons", "homeassistant/sensor/x/config", "homeassistant/commons", "homeassistant/status",
            "other/sensor/commons/x/config",
        ] { #expect(!TopicScanner.isOwn(topic: topic, prefix: "commons"), "\(topic)") }
    }
}
