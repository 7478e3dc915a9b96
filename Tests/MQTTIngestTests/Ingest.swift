import Foundation
import GatewayModel
import Glibc
import MQTTIngest
import Synchronization
import TestSupport

/// A loop on a thread of its own that goes on where its store ends; stopped with the last reference.
final class Ingest: Sendable {
    let store: DurableStore
    let loop: AcknowledgedLoop
    private let isOver = Noted(false)

    init(
        _ options: BrokerOptions, _ store: DurableStore, notes: String = "", endedUncleanly: Bool = false,
        urgency: @escaping @Sendable (ReceivedMessage) -> Urgency = { _ in .whenDue },
        beforeCommit: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.store = store
        let known = store.now
        loop = AcknowledgedLoop(
            options: options, handler: StoringHandler(store, urgency: urgency, beforeCommit: beforeCommit),
            committed: known.packets, poison: PoisonGuard(path: notes, endedUncleanly: endedUncleanly),
            knownFilters: known.filters, clock: { Ingest.now })
        startThread { [loop, isOver] in
            loop.run()
            isOver.change { $0 = true }
        }
    }

    /// The loop's clock: steady, and hours after its beginning also on a machine that was just started.
    static var now: Instant { Instant(milliseconds: 1_790_000_000_000 + Int64(steadySeconds() * 1000)) }

    deinit { loop.stop() }

    /// Waits until the broker is listened to for that many times since the store was made.
    func listening(_ times: Int = 1) -> Bool {
        waitUntil { store.now.states.filter { $0 == .listening }.count >= times }
    }

    /// Waits for that many committed messages and then a little for one too many; their payloads.
    func committed(_ count: Int) -> [String] {
        waitUntil { store.now.messages.count >= count }
        waitUntil(0.1) { store.now.messages.count > count }
        return store.payloads
    }

    /// Stops the loop and waits for its end.
    @discardableResult
    func stop() -> Bool {
        loop.stop()
        return waitUntil { isOver.value }
    }
}

extension BrokerOptions {
    /// Options for a test: everything below `t`, commits often enough that no test waits.
    static func test(_ port: Int, filters: [String] = ["t/#"]) -> BrokerOptions {
        var options = BrokerOptions(host: "127.0.0.1", port: port, clientID: "gateway-under-test", filters: filters)
        options.commitInterval = 50
        return options
    }
}

/// `count` payloads that differ, numbered from `first` on.
func numbered(_ count: Int, from first: Int = 0) -> [String] {
    (first..<first + count).map { "m\($0)" }
}

/// A value that several threads look at.
final class Noted<Value: Sendable>: Sendable {
    private let content: Mutex<Value>

    init(_ value: Value) { content = Mutex(value) }

    var value: Value { content.withLock { $0 } }

    func change(_ body: (inout Value) -> Void) { content.withLock { body(&$0) } }
}
