import GatewayModel
import MQTTIngest
import TestSupport
import Testing

@Suite("Commit, then acknowledge", .serialized, .timeLimit(.minutes(15)))
struct CommitTests {
    @Test("every message is stored once and in order; a clean stop acknowledges all of them")
    func cleanStop() throws {
        let broker = try MosquittoBroker()
        let store = DurableStore()
        let first = Ingest(.test(broker.port), store)
        #expect(first.listening())
        try TestPublisher(broker).publish(numbered(3000), to: "t/a")
        #expect(first.committed(3000) == numbered(3000))
        #expect(first.stop())
        let received = store.now.received
        let second = Ingest(.test(broker.port), store)
        #expect(second.listening(2))
        try TestPublisher(broker).publish("last", to: "t/a")
        #expect(second.committed(3001).last == "last")
        #expect(store.now.received == received + 1)
        #expect(store.now.sessions == 1)
    }

    @Test("a stop in the middle of a stream loses nothing and nothing acknowledged comes again")
    func stopUnderLoad() throws {
        let broker = try MosquittoBroker()
        let store = DurableStore()
        let first = Ingest(.test(broker.port), store)
        #expect(first.listening())
        first.stop()
        try TestPublisher(broker).publish(numbered(20_000), to: "t/a")
        var loops = 0
        while store.now.messages.count < 20_000, loops < 40 {
            let before = store.now.messages.count
            let next = Ingest(.test(broker.port), store)
            waitUntil { store.now.messages.count > before + 500 || store.now.messages.count == 20_000 }
            #expect(next.stop())
            loops += 1
        }
        #expect(loops > 2)
        #expect(store.payloads == numbered(20_000))
        #expect(store.now.received == 20_000)
    }

    @Test("no acknowledgement leaves before the commit of its message")
    func commitPrecedesWrite() throws {
        let broker = try MosquittoBroker()
        let proxy = try CuttingProxy(to: broker.port)
        let store = DurableStore()
        let base = Noted(0)
        let early = Noted(0)
        var options = BrokerOptions.test(proxy.port)
        options.receiveMaximum = 40
        let ingest = Ingest(
            options, store,
            beforeCommit: { count in
                guard count > 0 else { return }
                // A success in MQTT 5 takes four bytes.
                let allowed = base.value + 4 * store.now.messages.count
                if waitUntil(0.02, { proxy.passed(.toServer) > allowed }) { early.change { $0 += 1 } }
            })
        #expect(ingest.listening())
        waitUntil(0.2) { false }
        base.change { $0 = proxy.passed(.toServer) }
        try TestPublisher(broker).publish(numbered(400), to: "t/a")
        #expect(ingest.committed(400) == numbered(400))
        #expect(early.value == 0)
        #expect(waitUntil { proxy.passed(.toServer) == base.value + 1600 })
    }

    @Test("a failed commit acknowledges and counts nothing; once the store can be written everything comes again, once")
    func failedCommit() throws {
        let broker = try MosquittoBroker()
        let proxy = try CuttingProxy(to: broker.port)
        let store = DurableStore()
        let ingest = Ingest(.test(proxy.port), store)
        #expect(ingest.listening())
        try TestPublisher(broker).publish(numbered(100), to: "t/a")
        #expect(ingest.committed(100) == numbered(100))
        store.change { $0.isFailing = true }
        try TestPublisher(broker).publish(numbered(500, from: 100), to: "t/a")
        #expect(waitUntil { store.now.discards > 0 })
        let told = Noted<Bool?>(nil)
        ingest.loop.submit({ _ in }, whenCommitted: { result in told.change { $0 = result } })
        // Two more probes fail meanwhile; the loop must neither spin nor reconnect.
        waitUntil(2.2) { proxy.connections > 1 }
        #expect(proxy.connections == 1)
        #expect(store.now.messages.count == 100)
        store.change { $0.isFailing = false }
        #expect(ingest.committed(600) == numbered(600))
        #expect(waitUntil { told.value == true })
        #expect(store.now.discards == 1)
    }

    @Test("half of the window is committed at once, the rest when the interval is over")
    func triggers() throws {
        let broker = try MosquittoBroker()
        let store = DurableStore()
        var options = BrokerOptions.test(broker.port)
        options.receiveMaximum = 100
        options.commitInterval = 1500
        let ingest = Ingest(options, store)
        #expect(ingest.listening())
        let start = steadySeconds()
        try TestPublisher(broker).publish(numbered(70), to: "t/a")
        #expect(waitUntil(1) { store.now.messages.count >= 50 })
        #expect(steadySeconds() - start < 1.2)
        #expect(ingest.committed(70) == numbered(70))
        #expect(steadySeconds() - start > 1.4)
        #expect(store.now.commits == [50, 20])
    }

    @Test("a message that raises an alert is committed at once, with those before it")
    func urgent() throws {
        let broker = try MosquittoBroker()
        let store = DurableStore()
        var options = BrokerOptions.test(broker.port)
        options.commitInterval = 60_000
        let ingest = Ingest(options, store, urgency: { $0.text == "alarm" ? .now : .whenDue })
        #expect(ingest.listening())
        try TestPublisher(broker).publish(["a", "b", "alarm", "c"], to: "t/a")
        #expect(waitUntil(5) { store.now.messages.count >= 3 })
        #expect(Array(store.payloads.prefix(3)) == ["a", "b", "alarm"])
    }

    @Test("submitted work runs on the ingest thread, is told the truth, and is never forgotten")
    func submitted() throws {
        let broker = try MosquittoBroker()
        let store = DurableStore()
        let ingest = Ingest(.test(broker.port), store)
        // A session begun later would be the first to find the store failing, and work would wait for it to recover.
        #expect(ingest.listening())
        let told = Noted<[String]>([])
        ingest.loop.submit(
            { _ in told.change { $0.append("work") } }, whenCommitted: { ok in told.change { $0.append("\(ok)") } })
        #expect(waitUntil { told.value == ["work", "true"] })
        store.change { $0.isFailing = true }
        ingest.loop.submit({ _ in }, whenCommitted: { ok in told.change { $0.append("\(ok)") } })
        #expect(waitUntil { told.value == ["work", "true", "false"] })
        // While the store fails, the end comes; then after the end.
        ingest.loop.submit({ _ in }, whenCommitted: { ok in told.change { $0.append("at end \(ok)") } })
        ingest.stop()
        ingest.loop.submit({ _ in }, whenCommitted: { ok in told.change { $0.append("after \(ok)") } })
        #expect(told.value == ["work", "true", "false", "at end false", "after false"])
    }
}
