import GatewayModel
import TestSupport
import Testing

@testable import MQTTIngest

/// The loop dates what waited at a real broker by the clocks that waited among it.
@Suite("A backlog is dated", .serialized, .timeLimit(.minutes(15)))
struct BacklogTests {
    private func options(_ port: Int) -> BrokerOptions {
        var options = BrokerOptions.test(port)
        options.clockPrefix = "commons"
        // What waited is dated by the clocks behind it, if they come before the commit; a busy machine delivers slowly.
        options.commitInterval = 2000
        return options
    }

    /// Seconds of the tests' clock, as the timer on the broker's box would publish them.
    private var seconds: Int { Int(Ingest.now.milliseconds / 1000) }

    @Test("a timer's messages bound what was published between them; clocks are never handed on")
    func timer() throws {
        let broker = try MosquittoBroker()
        let store = DurableStore()
        let first = Ingest(options(broker.port), store)
        #expect(first.listening())
        first.stop()
        let publisher = TestPublisher(broker)
        let begin = seconds
        try publisher.publish("\(begin - 7200)", to: "commons/clock")
        try publisher.publish("a", to: "t/a")
        try publisher.publish("\(begin - 3600)", to: "commons/clock")
        try publisher.publish("b", to: "t/a")
        try publisher.publish("\(begin)", to: "commons/clock")
        let second = Ingest(options(broker.port), store)
        #expect(second.committed(2) == ["a", "b"])
        let bounds = store.now.messages.map { message -> [Int64] in
            guard case .queued(let earliest, let latest) = message.timing else { return [] }
            return [earliest, latest].map { $0.milliseconds / 1000 - Int64(begin) }
        }
        #expect(bounds.first == [-7202, -3598])
        #expect(bounds.last?.first == -3602)
        // The last clock allows two seconds more, but nothing is published after it was received.
        #expect((0...2).contains(bounds.last?.last ?? -1))
        // Everything is acknowledged, the clocks included: nothing comes again.
        second.stop()
        let third = Ingest(options(broker.port), store)
        #expect(third.listening(3))
        try publisher.publish("c", to: "t/a")
        #expect(third.committed(3) == ["a", "b", "c"])
        #expect(waitUntil(20) { store.now.messages.last?.timing == .live })
    }

    @Test("a broker that shows no clock is listened to all the same")
    func withoutClocks() throws {
        let broker = try MosquittoBroker(extraConfig: "sys_interval 0")
        let store = DurableStore()
        let ingest = Ingest(options(broker.port), store)
        #expect(ingest.listening())
        ingest.stop()
        try TestPublisher(broker).publish("a", to: "t/a")
        let again = Ingest(options(broker.port), store)
        #expect(again.committed(1) == ["a"])
        guard case .queued(let earliest, let latest) = store.now.messages.first?.timing else {
            Issue.record("it waited")
            return
        }
        #expect(earliest < latest)
    }
}
