import GatewayModel
import Synchronization
import Testing

@testable import Delivery

/// A destination that does what the test says and keeps what it was given.
final class ScriptedDestination: Destination {
    let name: String
    let audience = Audience.stewards
    let language = "en"
    let keepsStates: Bool
    private struct Contents {
        var sent: [OutboxItem] = []
        var lookedUp: [String] = []
        var answer: DeliveryOutcome = .delivered(remoteID: nil)
        var lookUp: LookUpResult = .unsupported
        var refused: Set<String> = []
        var listens = false
    }
    private let contents = Mutex(Contents())

    init(_ name: String = "d", answer: DeliveryOutcome = .delivered(remoteID: nil), keepsStates: Bool = false) {
        self.name = name
        self.keepsStates = keepsStates
        contents.withLock { $0.answer = answer }
    }

    var sent: [OutboxItem] { contents.withLock { $0.sent } }
    var lookedUp: [String] { contents.withLock { $0.lookedUp } }

    func answers(_ answer: DeliveryOutcome) { contents.withLock { $0.answer = answer } }
    func looksUp(_ result: LookUpResult) { contents.withLock { $0.lookUp = result } }
    func fails(_ keys: String...) { contents.withLock { $0.refused = Set(keys) } }
    func listens(_ listens: Bool) { contents.withLock { $0.listens = listens } }
    var isKnownToListen: Bool { contents.withLock { $0.listens } }
    func forget() { contents.withLock { $0.sent = [] } }

    func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        contents.withLock {
            $0.sent.append(item)
            return $0.refused.contains(item.key) ? .retry(after: nil, reason: "HTTP 500") : $0.answer
        }
    }

    func lookUp(_ item: OutboxItem, now: Instant) -> LookUpResult {
        contents.withLock {
            $0.lookedUp.append(item.key)
            return $0.lookUp
        }
    }
}

/// A lane with everything it needs, driven by hand.
struct Bench {
    var outbox: MemoryOutbox
    var destination: ScriptedDestination
    var lane: DestinationLane
    var events: EventLog

    final class EventLog: Sendable {
        private let events = Mutex<[DestinationEvent]>([])
        var all: [DestinationEvent] { events.withLock { $0 } }
        func add(_ event: DestinationEvent) { events.withLock { $0.append(event) } }
    }

    init(
        _ items: [OutboxItem] = [], entries: [OutboxEntry]? = nil, destination: ScriptedDestination? = nil,
        settings: OutboxWorkerSettings = OutboxWorkerSettings(schedule: RetrySchedule(jitter: 0)),
        recheck: @escaping @Sendable (OutboxItem, Instant) -> Recheck = { _, _ in .send }
    ) throws {
        let events = EventLog()
        outbox = MemoryOutbox(entries ?? items.map { OutboxEntry(item: $0) })
        self.destination = destination ?? ScriptedDestination()
        self.events = events
        lane = DestinationLane(
            destination: self.destination, outbox: outbox, phrases: try Phrases.book("en"), zone: .utc,
            settings: settings, recheck: recheck, onEvent: { events.add($0) })
    }

    /// The same outbox and destination after a restart of the gateway.
    func restarted() throws -> Bench {
        try Bench(entries: outbox.entries, destination: destination)
    }

    /// Turns until `end`, whenever the lane asks for it; returns the times at which something was sent.
    @discardableResult
    func run(from begin: Instant, until end: Instant) -> [Instant] {
        var now = begin
        var times: [Instant] = []
        for _ in 0..<10_000 {
            let before = destination.sent.count
            let next = lane.turn(now: now)
            if destination.sent.count > before { times.append(now) }
            guard let next, next <= end else { return times }
            now = max(next, now)
        }
        Issue.record("the lane does not come to rest")
        return times
    }
}
