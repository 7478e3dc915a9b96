import Foundation
import TestSupport
import Testing

/// Bad input and awkward moments cost nothing but a counter (P5, P10).
@Suite("A hard life", .serialized)
struct HardLifeTests {
    @Test("Case 14: 10,000 malformed payloads among good ones delay and lose none of the good ones")
    func malformedFlood() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        let bad = ["{\"power\": ", "{\"power\": nan}", "[[[[[[[[", "\u{1}\u{2}", "{\"power\": \"\"}"]
        let payloads = (1...10_000).map { $0 % 100 == 0 ? "{\"power\": \($0)}" : bad[$0 % bad.count] }
        try publisher.publish(payloads, to: "zigbee2mqtt/plug")
        let isComplete = try waitUntil(60) { try gateway.values().count >= 100 }
        #expect(isComplete)
        #expect(gateway.stop() == .exited(0))
        #expect(
            try gateway.values().compactMap(Int.init).sorted() == stride(from: 100, through: 10_000, by: 100).map { $0 }
        )
    }

    @Test("Case 9: forty retained topics of dead sensors give no reading when the broker restarts")
    func retainedCopies() throws {
        let broker = try MosquittoBroker()
        let publisher = TestPublisher(broker)
        let sensors = (1...40).map {
            "  - {id: dead-\($0)/power, resource: energy, quantity: active_power, role: condition, unit: W, "
                + "visibility: community, device: dead-\($0), channel: power}"
        }.joined(separator: "\n")
        for number in 1...40 {
            try publisher.publish("{\"power\": \(number)}", to: "zigbee2mqtt/dead-\(number)", isRetained: true)
        }
        let gateway = try GatewayUnderTest(sensors: sensors, broker: broker)
        try gateway.startListening()
        let areSeen = waitUntil(20) { (gateway.counter("commons_messages_retained_total") ?? 0) >= 40 }
        #expect(areSeen)
        try broker.restart()
        let isBack = waitUntil(60) { gateway.counter("commons_broker_connected") == 1 }
        #expect(isBack)
        gateway.stop()
        #expect(try gateway.values().isEmpty)
    }

    @Test("Case 15: a message that comes again after a kill, and its retained copy, are one reading")
    func redeliveredAndRetained() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        gateway.stop()
        let publisher = TestPublisher(gateway.broker)
        try publisher.publish("{\"power\": 7}", to: "zigbee2mqtt/plug", isRetained: true)
        // Committed and not acknowledged: the broker sends it again.
        try gateway.start(failpoint: "after-commit:1")
        var further = 100
        #expect(
            try waitUntil(30) {
                guard gateway.process?.isRunning == true else { return true }
                if !waitUntil(1, { gateway.process?.isRunning != true }) {
                    try publisher.publish("{\"power\": \(further)}", to: "zigbee2mqtt/plug")
                    further += 1
                }
                return false
            })
        gateway.kill()
        // A wider filter is subscribed anew, so that the broker sends the retained copy.
        try gateway.change("zigbee2mqtt/+", to: "zigbee2mqtt/#")
        try gateway.startListening()
        #expect(waitUntil(20) { (gateway.counter("commons_messages_retained_total") ?? 0) >= 1 })
        #expect(try waitUntil(20) { try gateway.values().contains("7") })
        gateway.stop()
        #expect(try gateway.values().filter { $0 == "7" }.count == 1)
    }

    @Test("Case 13: a unit that changes mid-stream makes a new series and is never mixed")
    func unitChange() throws {
        let sensors = """
              - {id: main/water, resource: water, quantity: volume, role: input, unit: m3, visibility: community, device: "10203040", channel: total_volume}
            """
        let gateway = try GatewayUnderTest(sensors: sensors, topics: "wmbusmeters/+")
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        func telegram(_ field: String, minute: Int) -> String {
            let time = Date().addingTimeInterval(Double(minute - 2) * 60).formatted(.iso8601)
            return "{\"media\":\"water\",\"meter\":\"iperl\",\"name\":\"main\",\"id\":\"10203040\",\(field),"
                + "\"timestamp\":\"\(time)\"}"
        }
        try publisher.publish(telegram("\"total_m3\":12.5", minute: 0), to: "wmbusmeters/10203040")
        try publisher.publish(telegram("\"total_l\":12500", minute: 1), to: "wmbusmeters/10203040")
        let isComplete = waitUntil(20) { (gateway.counter("commons_readings_total") ?? 0) >= 1 }
        #expect(isComplete)
        gateway.stop()
        #expect(try gateway.values(channel: "total_volume").first == "12.5")
    }

    @Test("A device that is assigned to no sensor is counted and never stored")
    func unassigned() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        try TestPublisher(gateway.broker).publish("{\"power\": 3}", to: "zigbee2mqtt/stranger")
        let isCounted = waitUntil(20) { gateway.counter("commons_messages_unassigned_total") == 1 }
        #expect(isCounted)
        gateway.stop()
        #expect(try gateway.values().isEmpty)
    }

    @Test("A second process exports while the gateway runs, and a second gateway is refused with a clear message")
    func oneWriter() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        try TestPublisher(gateway.broker).publish("{\"power\": 3}", to: "zigbee2mqtt/plug")
        let isExported = try waitUntil(20) { try gateway.values() == ["3"] }
        #expect(isExported)
        let second = try gateway.command(["run"], expecting: 1)
        #expect(second.contains("lock"))
        gateway.stop()
    }
}
