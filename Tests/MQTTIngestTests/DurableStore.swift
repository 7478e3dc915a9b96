import Foundation
import GatewayModel
import Glibc
import MQTTIngest
import Synchronization

/// What a test's handler has committed; outlives the loops that write to it, and processes too where it has a file.
final class DurableStore: Sendable {
    struct Content: Sendable {
        var messages: [ReceivedMessage] = []
        var packets: [ReplayFilter.Entry] = []
        var filters: [String] = []
        var sessions = 0
        /// The number of messages of each commit that had any.
        var commits: [Int] = []
        var putAside: [String] = []
        var states: [ConnectionState] = []
        var discards = 0
        var isFailing = false
        var received = 0
    }

    private let content = Mutex(Content())
    private let path: String?

    /// An empty store; with a file, what an earlier process committed to it.
    init(path: String? = nil) {
        self.path = path
        guard let path, let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
        content.withLock { content in
            for line in text.split(separator: "\n") { content.load(line.split(separator: " ").map(String.init)) }
        }
    }

    var now: Content { content.withLock { $0 } }
    var payloads: [String] { now.messages.map(\.text) }

    func change(_ body: (inout Content) -> Void) { content.withLock { body(&$0) } }

    /// Appends with one write, which a killed process has done whole or not at all.
    func append(_ lines: [String]) {
        guard let path else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        let text = Array(lines.map { $0 + "\n" }.joined().utf8)
        _ = write(descriptor, text, text.count)
    }
}

extension DurableStore.Content {
    fileprivate mutating func load(_ words: [String]) {
        switch words.first {
        case "message":
            let inbound = InboundMessage(
                topic: words[1], payload: Array(words[2].utf8), receivedAt: Instant(milliseconds: 0))
            messages.append(ReceivedMessage(message: inbound))
        case "packet":
            packets.append(ReplayFilter.Entry(id: UInt16(words[1]) ?? 0, digest: UInt64(words[2]) ?? 0))
        case "aside": putAside.append(words[1])
        case "session": (sessions, packets, filters) = (sessions + 1, [], [])
        case "filter": filters.append(words[1])
        default: break
        }
    }
}

extension ReceivedMessage {
    var text: String { String(decoding: message.payload, as: UTF8.self) }
}

/// Applies messages in memory and makes them durable at the commit, as the gateway's pipeline does.
final class StoringHandler: BatchHandler {
    struct DiskFull: Error {}

    let store: DurableStore
    private var pending: [ReceivedMessage] = []
    private var pendingAside: [String] = []
    private let urgency: @Sendable (ReceivedMessage) -> Urgency
    private let beforeCommit: @Sendable (Int) -> Void

    init(
        _ store: DurableStore, urgency: @escaping @Sendable (ReceivedMessage) -> Urgency = { _ in .whenDue },
        beforeCommit: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.store = store
        self.urgency = urgency
        self.beforeCommit = beforeCommit
    }

    func receive(_ message: ReceivedMessage) -> Urgency {
        pending.append(message)
        store.change { $0.received += 1 }
        return urgency(message)
    }

    func commit(_ packets: [ReplayFilter.Entry], now: Instant) throws {
        beforeCommit(pending.count)
        try failIfAsked()
        store.append(
            pending.map { "message \($0.message.topic) \($0.text)" } + pendingAside.map { "aside \($0)" }
                + packets.map { "packet \($0.id) \($0.digest)" })
        store.change { content in
            content.messages += pending
            content.packets += packets
            content.putAside += pendingAside
            if !pending.isEmpty { content.commits.append(pending.count) }
        }
        (pending, pendingAside) = ([], [])
    }

    func discard(now: Instant) {
        (pending, pendingAside) = ([], [])
        store.change { $0.discards += 1 }
    }

    func probe(now: Instant) throws { try failIfAsked() }

    func sessionStarted(now: Instant) throws {
        try failIfAsked()
        store.append(["session"])
        store.change { ($0.sessions, $0.packets, $0.filters) = ($0.sessions + 1, [], []) }
    }

    func subscribed(_ filters: [String]) throws {
        try failIfAsked()
        store.append(filters.map { "filter \($0)" })
        store.change { $0.filters = filters }
    }

    func connectionChanged(_ state: ConnectionState, now: Instant) { store.change { $0.states.append(state) } }

    func repeated() {}
    func putAside(_ message: ReceivedMessage) { pendingAside.append(message.text) }

    func tick(now: Instant) -> Urgency { .whenDue }

    private func failIfAsked() throws {
        if store.now.isFailing { throw DiskFull() }
    }
}
