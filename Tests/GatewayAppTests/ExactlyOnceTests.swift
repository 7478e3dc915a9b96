import Foundation
import TestSupport
import Testing

/// P1: what the broker hands over at QoS 1 is in the database once, whatever is killed on our side and whenever.
@Suite("Exactly once", .serialized)
struct ExactlyOnceTests {
    /// Kills per failpoint: few in `make test`, more in `make test-long`.
    static let rounds = ProcessInfo.processInfo.environment["COMMONS_KILL_ROUNDS"].flatMap(Int.init) ?? 5

    func payloads(_ range: Range<Int>) -> [String] {
        range.map { "{\"power\": \($0)}" }
    }

    /// Every number from 1 on, each once, in any order.
    func expectAll(_ count: Int, in gateway: GatewayUnderTest) throws {
        let values = try gateway.values().compactMap(Int.init).sorted()
        #expect(values == Array(1...count))
    }

    @Test(
        "SIGKILL at a failpoint loses nothing and stores nothing twice",
        arguments: ["after-receive", "before-commit", "after-commit", "after-write"])
    func killedAtFailpoint(failpoint: String) throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        gateway.stop()
        let publisher = TestPublisher(gateway.broker)
        var published = 1
        func publish(_ count: Int) throws {
            try publisher.publish(payloads(published..<published + count), to: "zigbee2mqtt/plug")
            published += count
        }
        for round in 0..<Self.rounds {
            try publish(25)
            // From the second round on messages are handled one by one; a message that two crashes meet would be put
            // aside, so that each round gets past the one that the round before ended at.
            let passage = round == 0 ? 1 : 3 + round % 3
            try gateway.start(failpoint: "\(failpoint):\(passage)")
            let isDead = try waitUntil(30) {
                guard gateway.process?.isRunning == true else { return true }
                // Some failpoints are passed only with further traffic.
                if !waitUntil(0.5, { gateway.process?.isRunning != true }) { try publish(3) }
                return false
            }
            #expect(isDead)
            gateway.kill()
        }
        try gateway.startListening()
        let isComplete = try waitUntil(30) { try gateway.values().count >= published - 1 }
        #expect(isComplete)
        gateway.stop()
        try expectAll(published - 1, in: gateway)
    }

    @Test("A message that ends the program each time is put aside raw and reported; all others are stored once")
    func poison() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        gateway.stop()
        let publisher = TestPublisher(gateway.broker)
        try publisher.publish(payloads(1..<6), to: "zigbee2mqtt/plug")
        // The first crash accuses nobody, since the whole batch was in hand; the next two meet the first message alone.
        for _ in 1...3 {
            try gateway.start(failpoint: "after-receive:1")
            #expect(waitUntil(30) { gateway.process?.isRunning != true })
            gateway.kill()
        }
        try gateway.startListening()
        let isComplete = try waitUntil(30) { try gateway.values().count >= 4 }
        #expect(isComplete)
        let alerts = try gateway.command(["alerts", "list"])
        #expect(alerts.contains("message_put_aside"))
        gateway.stop()
        #expect(try gateway.values().compactMap(Int.init).sorted() == [2, 3, 4, 5])
        // It was acknowledged: it does not come again.
        try gateway.startListening()
        try publisher.publish(payloads(6..<7), to: "zigbee2mqtt/plug")
        #expect(try waitUntil(30) { try gateway.values().count >= 5 })
        gateway.stop()
        #expect(try gateway.values().compactMap(Int.init).sorted() == [2, 3, 4, 5, 6])
    }

    @Test("SIGKILL at random moments under load loses nothing and stores nothing twice")
    func killedAtRandom() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        var published = 1
        for round in 0..<Self.rounds * 2 {
            try publisher.publish(payloads(published..<published + 200), to: "zigbee2mqtt/plug")
            published += 200
            // Anywhere from the first message to a quiet gateway.
            let some = published - 200 + round * 53 % 200
            _ = waitUntil(1) { (gateway.counter("commons_readings_total") ?? 0) >= some }
            gateway.kill()
            try gateway.start()
        }
        let isComplete = try waitUntil(60) { try gateway.values().count >= published - 1 }
        #expect(isComplete)
        gateway.stop()
        try expectAll(published - 1, in: gateway)
    }

    @Test("A broker that is stopped in an orderly way and started again hands over everything once")
    func brokerRestarted() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        try publisher.publish(payloads(1..<101), to: "zigbee2mqtt/plug")
        try gateway.broker.restart()
        try publisher.publish(payloads(101..<201), to: "zigbee2mqtt/plug")
        let isComplete = try waitUntil(60) { try gateway.values().count >= 200 }
        #expect(isComplete)
        gateway.stop()
        try expectAll(200, in: gateway)
    }

    @Test("A broker that is killed and started again: what it hands over is stored, nothing stored before twice")
    func brokerKilled() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        try publisher.publish(payloads(1..<51), to: "zigbee2mqtt/plug")
        #expect(try waitUntil(30) { try gateway.values().count == 50 })
        // It comes back with the state of its last save, in which the gateway's session is known.
        gateway.broker.save()
        try publisher.publish(payloads(51..<101), to: "zigbee2mqtt/plug")
        #expect(try waitUntil(30) { try gateway.values().count == 100 })
        gateway.broker.kill()
        #expect(waitUntil(30) { gateway.counter("commons_broker_connected") == 0 })
        try gateway.broker.start()
        #expect(waitUntil(90) { gateway.counter("commons_broker_connected") == 1 })
        try publisher.publish(payloads(101..<201), to: "zigbee2mqtt/plug")
        #expect(try waitUntil(60) { try gateway.values().count >= 200 })
        gateway.stop()
        try expectAll(200, in: gateway)
    }

    @Test("A clean stop acknowledges what was committed, and a backlog of the time away follows once")
    func stoppedAndStarted() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        try publisher.publish(payloads(1..<51), to: "zigbee2mqtt/plug")
        #expect(gateway.stop() == .exited(0))
        try publisher.publish(payloads(51..<1001), to: "zigbee2mqtt/plug")
        try gateway.startListening()
        let isComplete = try waitUntil(60) { try gateway.values().count >= 1000 }
        #expect(isComplete)
        gateway.stop()
        try expectAll(1000, in: gateway)
    }

    @Test("The acknowledgement stream cut after any number of bytes loses nothing and stores nothing twice")
    func acknowledgementsCut() throws {
        let broker = try MosquittoBroker()
        let proxy = try CuttingProxy(to: broker.port)
        let gateway = try GatewayUnderTest(port: proxy.port, broker: broker)
        try gateway.startListening()
        let publisher = TestPublisher(broker)
        var published = 1
        for bytes in stride(from: 1, through: 81, by: 9) {
            proxy.cut(.toServer, after: bytes)
            try publisher.publish(payloads(published..<published + 20), to: "zigbee2mqtt/plug")
            published += 20
            let wasCut = waitUntil(20) { proxy.cuts > 0 }
            #expect(wasCut)
            proxy.cut(.toServer, after: nil)
        }
        let isComplete = try waitUntil(60) { try gateway.values().count >= published - 1 }
        #expect(isComplete)
        gateway.stop()
        try expectAll(published - 1, in: gateway)
    }
}
