import MQTTIngest
import TestSupport
import Testing

@Suite("Cut connections", .serialized, .timeLimit(.minutes(15)))
struct CutTests {
    @Test("whatever byte of the acknowledgements is the last to arrive, every message is stored exactly once")
    func everyByte() throws {
        let broker = try MosquittoBroker()
        let proxy = try CuttingProxy(to: broker.port)
        let store = DurableStore()
        let setUp = Ingest(quick(proxy), store)
        #expect(setUp.listening())
        #expect(setUp.stop())
        let batch = 40
        var total = 0
        // A reconnect sends CONNECT and the marker before the acknowledgements; the cut walks through all of it.
        let greeting = try greetingLength(proxy, store)
        for cut in stride(from: 1, through: greeting + 4 * batch, by: 1) {
            try TestPublisher(broker).publish(numbered(batch, from: total), to: "t/a")
            total += batch
            let cuts = proxy.cuts
            proxy.cut(.toServer, after: cut)
            let first = Ingest(quick(proxy), store)
            #expect(waitUntil { proxy.cuts > cuts }, "cut at \(cut)")
            first.stop()
            let second = Ingest(quick(proxy), store)
            waitUntil { store.now.messages.count >= total }
            second.stop()
            guard store.now.messages.count == total else { break }
        }
        #expect(store.payloads == numbered(total))
        #expect(total == (greeting + 4 * batch) * batch)
        #expect(store.now.sessions == 1)
    }

    @Test("whatever byte of the messages is the last to arrive, every message is stored exactly once")
    func everyByteOfTheMessages() throws {
        let broker = try MosquittoBroker()
        let proxy = try CuttingProxy(to: broker.port)
        let store = DurableStore()
        let setUp = Ingest(quick(proxy), store)
        #expect(setUp.listening())
        setUp.stop()
        var total = 0
        for cut in 1...80 {
            try TestPublisher(broker).publish(numbered(5, from: total), to: "t/a")
            total += 5
            proxy.cut(.toClient, after: cut)
            let ingest = Ingest(quick(proxy), store)
            #expect(waitUntil { store.now.messages.count >= total })
            ingest.stop()
        }
        proxy.cut(.toClient, after: nil)
        #expect(store.payloads == numbered(total))
    }

    /// Options that leave little time between receipt and commit, since hundreds of connections are made here.
    private func quick(_ proxy: CuttingProxy) -> BrokerOptions {
        var options = BrokerOptions.test(proxy.port)
        options.commitInterval = 5
        return options
    }

    /// What a reconnect without messages sends before it is idle.
    private func greetingLength(_ proxy: CuttingProxy, _ store: DurableStore) throws -> Int {
        let times = store.now.states.filter { $0 == .listening }.count
        let ingest = Ingest(quick(proxy), store)
        #expect(ingest.listening(times + 1))
        waitUntil(0.2) { false }
        defer { ingest.stop() }
        return proxy.passed(.toServer)
    }
}
