import Foundation
import GatewayModel
import MQTTIngest
import TestSupport
import Testing

@Suite("The session at the broker", .serialized, .timeLimit(.minutes(15)))
struct SessionTests {
    @Test("QoS 0 is stored at most once and counted as such; while we are away the broker keeps it at QoS 1")
    func qualityZero() throws {
        let broker = try MosquittoBroker(extraConfig: "")
        let plain = try MosquittoBroker { port, folder in
            "listener \(port) 127.0.0.1\nallow_anonymous true\n\(getuid() == 0 ? "user root" : "")"
        }
        let live = DurableStore()
        let first = Ingest(.test(plain.port), live)
        #expect(first.listening())
        try TestPublisher(plain).publish(numbered(50), to: "t/a", qos: 0)
        #expect(first.committed(50) == numbered(50))
        #expect(live.now.messages.allSatisfy { $0.qos == 0 && $0.packetID == 0 })
        #expect(live.now.packets.isEmpty)

        let store = DurableStore()
        let away = Ingest(.test(broker.port), store)
        #expect(away.listening())
        away.stop()
        try TestPublisher(broker).publish(numbered(50), to: "t/a", qos: 0)
        let back = Ingest(.test(broker.port), store)
        #expect(back.committed(50) == numbered(50))
        #expect(store.now.messages.allSatisfy { $0.qos == 1 })
    }

    @Test("overlapping filters deliver once")
    func overlapping() throws {
        let broker = try MosquittoBroker()
        let store = DurableStore()
        let ingest = Ingest(.test(broker.port, filters: ["t/#", "t/a", "t/+"]), store)
        #expect(ingest.listening())
        try TestPublisher(broker).publish(numbered(20), to: "t/a")
        #expect(ingest.committed(20) == numbered(20))
        #expect(store.now.filters == ["t/#"])
    }

    @Test("a filter that was removed delivers no longer, an added one delivers")
    func changedFilters() throws {
        let broker = try MosquittoBroker()
        let store = DurableStore()
        let first = Ingest(.test(broker.port, filters: ["t/old", "t/kept"]), store)
        #expect(first.listening())
        first.stop()
        let second = Ingest(.test(broker.port, filters: ["t/kept", "t/new"]), store)
        #expect(second.listening(2))
        let publisher = TestPublisher(broker)
        try publisher.publish("old", to: "t/old")
        try publisher.publish("kept", to: "t/kept")
        try publisher.publish("new", to: "t/new")
        #expect(second.committed(2) == ["kept", "new"])
        #expect(store.now.filters == ["t/kept", "t/new"])
        #expect(store.now.sessions == 1)
    }

    @Test("a subscription that was lost on its way is made after the next connect")
    func lostSubscription() throws {
        let broker = try MosquittoBroker()
        let proxy = try CuttingProxy(to: broker.port)
        let store = DurableStore()
        // The broker makes a session and then never hears of the subscription.
        try proxy.cut(.toServer, after: connectLength())
        let ingest = Ingest(.test(proxy.port), store)
        #expect(waitUntil { proxy.cuts == 1 })
        #expect(ingest.listening())
        try TestPublisher(broker).publish(numbered(3), to: "t/a")
        #expect(ingest.committed(3) == numbered(3))
    }

    @Test("a broker that ends in an orderly way and comes back hands everything over, once")
    func orderlyRestart() throws {
        let broker = try MosquittoBroker()
        let store = DurableStore()
        let ingest = Ingest(.test(broker.port), store)
        #expect(ingest.listening())
        try TestPublisher(broker).publish(numbered(1000), to: "t/a")
        try broker.restart()
        try TestPublisher(broker).publish(numbered(1000, from: 1000), to: "t/a")
        #expect(ingest.committed(2000) == numbered(2000))
        #expect(store.now.sessions == 1)
    }

    @Test("a broker that is not there yet is waited for")
    func brokerAway() throws {
        let broker = try MosquittoBroker()
        broker.stop()
        let store = DurableStore()
        let ingest = Ingest(.test(broker.port), store)
        #expect(waitUntil { store.now.states.count >= 2 })
        #expect(store.now.states.allSatisfy { $0 == .away(reason: "Connection refused") })
        try broker.start()
        #expect(ingest.listening())
        try TestPublisher(broker).publish("here", to: "t/a")
        #expect(ingest.committed(1) == ["here"])
    }

    @Test("an address that does not answer does not hold up the ingest thread")
    func noAnswer() {
        let store = DurableStore()
        // A network that is reserved for documentation (RFC 5737).
        var options = BrokerOptions.test(1883)
        options.host = "192.0.2.1"
        let ingest = Ingest(options, store)
        let isDone = Noted(false)
        ingest.loop.submit({ _ in }, whenCommitted: { ok in isDone.change { $0 = ok } })
        #expect(waitUntil(5) { isDone.value })
        let start = steadySeconds()
        #expect(ingest.stop())
        #expect(steadySeconds() - start < 5)
    }

    @Test("after a broker is killed, everything that it hands over is stored, also under identifiers given before")
    func killedBroker() throws {
        let broker = try MosquittoBroker()
        let store = DurableStore()
        let ingest = Ingest(.test(broker.port), store)
        #expect(ingest.listening())
        try TestPublisher(broker).publish(numbered(10), to: "t/a")
        #expect(ingest.committed(10) == numbered(10))
        broker.save()
        // The same content every time, as a sensor at rest sends it; identifiers 11 to 60 are given twice.
        try TestPublisher(broker).publish(Array(repeating: "same", count: 50), to: "t/a")
        #expect(ingest.committed(60).count == 60)
        broker.kill()
        try broker.start()
        #expect(ingest.listening(2))
        try TestPublisher(broker).publish(Array(repeating: "same", count: 50), to: "t/a")
        #expect(ingest.committed(110).count == 110)
        #expect(store.now.packets.suffix(50).map(\.id) == (11...60).map { UInt16($0) })
    }

    @Test("retained messages are marked, also at QoS 1, and the queue of an absence is told from what is live")
    func retainedAndQueued() throws {
        let broker = try MosquittoBroker()
        let publisher = TestPublisher(broker)
        try publisher.publish("kept", to: "t/retained", isRetained: true)
        let store = DurableStore()
        let first = Ingest(.test(broker.port), store)
        #expect(first.committed(1) == ["kept"])
        #expect(store.now.messages.map(\.message.retained) == [true])
        first.stop()
        try publisher.publish(numbered(2000), to: "t/a")
        let second = Ingest(.test(broker.port), store)
        #expect(second.committed(2001).count == 2001)
        // The marker's answer: one round trip after the last acknowledgement.
        waitUntil(0.3) { false }
        try publisher.publish("live", to: "t/a")
        #expect(second.committed(2002).last == "live")
        let queued = store.now.messages.map { $0.timing != .live }
        #expect(queued == [false] + Array(repeating: true, count: 2000) + [false])
    }

    @Test("a broker that answers MQTT 5 with the refusal of 3.1.1 is spoken to in 3.1.1")
    func fallback() throws {
        let listener = try FakeBroker()
        let store = DurableStore()
        let ingest = Ingest(.test(listener.port), store)
        #expect(ingest.listening())
        #expect(listener.versions == [5, 4])
        ingest.stop()
        var strict = BrokerOptions.test(listener.port)
        strict.protocolVersion = .five
        let refused = DurableStore()
        let never = Ingest(strict, refused)
        #expect(waitUntil { !refused.now.states.isEmpty })
        #expect(refused.now.states.first == .away(reason: "the broker refuses us (reason code 132)"))
        never.stop()
    }

    @Test("3.1.1 delivers everything once, with a window that is learnt")
    func olderVersion() throws {
        let broker = try MosquittoBroker(extraConfig: "max_inflight_messages 200")
        let store = DurableStore()
        var options = BrokerOptions.test(broker.port)
        options.protocolVersion = .threeOneOne
        let first = Ingest(options, store)
        #expect(first.listening())
        first.stop()
        try TestPublisher(broker).publish(numbered(3000), to: "t/a")
        let second = Ingest(options, store)
        #expect(second.committed(3000) == numbered(3000))
        #expect((store.now.commits.max() ?? 0) >= 90)
    }

    /// The length of our CONNECT packet, seen on a connection that gets no answer.
    private func connectLength() throws -> Int {
        let other = try MosquittoBroker()
        let proxy = try CuttingProxy(to: other.port)
        proxy.pause(.toClient)
        let ingest = Ingest(.test(proxy.port), DurableStore())
        waitUntil { proxy.passed(.toServer) > 0 }
        ingest.loop.stop()
        return proxy.passed(.toServer)
    }
}
