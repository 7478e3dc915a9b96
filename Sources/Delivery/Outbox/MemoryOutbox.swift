import GatewayModel
import Synchronization

/// An outbox that lives in memory, for tests and for trying a destination; bounded, what does not fit is counted.
public final class MemoryOutbox: Outbox {
    private struct Place: Hashable {
        let destination: String
        let key: String
    }

    private struct Contents {
        var entries: [Place: OutboxEntry] = [:]
        var records: [DeliveryRecord] = []
        var refused = 0
        var rests: [String: Instant] = [:]
    }

    private let contents: Mutex<Contents>
    private let capacity: Int

    /// Makes an outbox with these entries, as after a restart.
    public init(_ entries: [OutboxEntry] = [], capacity: Int = 10_000) {
        self.capacity = capacity
        var contents = Contents()
        for entry in entries {
            contents.entries[Place(destination: entry.item.destination, key: entry.item.key)] = entry
        }
        self.contents = Mutex(contents)
    }

    /// Adds a message; false where its key is there already or the outbox is full.
    @discardableResult
    public func add(_ item: OutboxItem) -> Bool {
        contents.withLock { contents in
            let place = Place(destination: item.destination, key: item.key)
            guard contents.entries[place] == nil, contents.entries.count < capacity else {
                contents.refused += 1
                return false
            }
            contents.entries[place] = OutboxEntry(item: item)
            return true
        }
    }

    /// Every entry, ordered by destination, creation and key.
    public var entries: [OutboxEntry] {
        contents.withLock { contents in
            contents.entries.values.sorted {
                ($0.item.destination, $0.item.createdAt, $0.item.key)
                    < ($1.item.destination, $1.item.createdAt, $1.item.key)
            }
        }
    }

    /// Everything that was recorded, oldest first.
    public var records: [DeliveryRecord] { contents.withLock { $0.records } }

    /// Messages that were refused as repeats or for want of room.
    public var refused: Int { contents.withLock { $0.refused } }

    /// See ``Outbox/claim(destination:now:limit:includingLater:)``.
    public func claim(destination: String, now: Instant, limit: Int, includingLater: Bool) -> [OutboxEntry] {
        claim(destination, now, limit) { due, free in includingLater && !due.isEmpty ? free : due }
    }

    /// See ``Outbox/claimAll(destination:now:limit:)``.
    public func claimAll(destination: String, now: Instant, limit: Int) -> [OutboxEntry] {
        claim(destination, now, limit) { _, free in free }
    }

    private func claim(
        _ destination: String, _ now: Instant, _ limit: Int,
        choosing choose: (_ due: [OutboxEntry], _ free: [OutboxEntry]) -> [OutboxEntry]
    ) -> [OutboxEntry] {
        contents.withLock { contents in
            let waiting = contents.entries.values.filter { $0.item.destination == destination && $0.state.isWaiting }
            let due = waiting.filter { $0.nextAt <= now }
            let free = waiting.filter { $0.item.notBefore.map { $0 <= now } ?? true }
            let claimed = choose(due, free).sorted {
                ($0.nextAt > now ? 1 : 0, $0.item.priority, $0.item.createdAt, $0.item.key)
                    < ($1.nextAt > now ? 1 : 0, $1.item.priority, $1.item.createdAt, $1.item.key)
            }.prefix(limit)
            for entry in claimed {
                contents.entries[Place(destination: destination, key: entry.item.key)]?.state = .sending
            }
            return Array(claimed)
        }
    }

    /// See ``Outbox/record(_:)``.
    public func record(_ records: [DeliveryRecord]) {
        contents.withLock { contents in
            for record in records {
                let place = Place(destination: record.destination, key: record.key)
                guard var entry = contents.entries[place] else { continue }
                entry.state = record.state
                entry.attempts = record.attempts
                entry.nextAt = record.nextAt ?? entry.nextAt
                entry.digest = record.digest
                contents.entries[place] = entry
            }
            for record in records {
                if let restUntil = record.restUntil { contents.rests[record.destination] = restUntil }
            }
            contents.records += records
        }
    }

    /// See ``Outbox/restUntil(destination:)``.
    public func restUntil(destination: String) -> Instant? {
        contents.withLock { $0.rests[destination] }
    }

    /// See ``Outbox/nextDue(destination:)``.
    public func nextDue(destination: String) -> Instant? {
        waitingEntries(destination).map(\.nextAt).min()
    }

    /// See ``Outbox/oldestPending(destination:)``.
    public func oldestPending(destination: String) -> Instant? {
        waitingEntries(destination).map(\.item.createdAt).min()
    }

    /// See ``Outbox/waiting(destination:)``.
    public func waiting(destination: String) -> Int {
        waitingEntries(destination).count
    }

    /// See ``Outbox/calls(to:destination:)``.
    public func calls(to alert: String, destination: String) -> [String] {
        contents.withLock { contents in
            let taken = contents.records.filter {
                $0.destination == destination && $0.state == .sent && $0.digest == nil
            }
            let names = Dictionary(taken.map { ($0.key, $0.remoteID) }, uniquingKeysWith: { first, _ in first })
            return contents.entries.values.map(\.item)
                .filter { $0.alert == alert && OutboxItem.callingTypes.contains($0.type) }
                .sorted { ($0.createdAt, $0.key) < ($1.createdAt, $1.key) }
                .compactMap { names[$0.key] ?? nil }
        }
    }

    private func waitingEntries(_ destination: String) -> [OutboxEntry] {
        contents.withLock { contents in
            contents.entries.values.filter { $0.item.destination == destination && $0.state.isWaiting }
        }
    }
}
