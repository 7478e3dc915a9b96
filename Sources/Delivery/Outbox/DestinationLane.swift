import GatewayModel
import Synchronization

/// The way of messages to one destination, in fixed stages: claim, look up, re-check, digest, send, record.
///
/// ``turn(now:)`` blocks while it sends and is called by one thread; the status may be read from any.
final class DestinationLane: Sendable {
    /// What leaves as one message: a single one or a digest of several.
    struct Message {
        var item: OutboxItem
        var entries: [OutboxEntry]
        var isDigest: Bool { item.type == Digest.type }
    }

    struct State {
        var failingSince: Instant?
        var lastProblem: String?
        var hasToldFailing = false
        var hasSucceeded = false
        var isGone = false
        /// The last answer was that our key or place is wrong: told at once, not after half an hour.
        var isDenied = false
        var restUntil: Instant?
        /// Whether the pause that was asked for before a restart is known.
        var hasAskedForRest = false
        var counts = DeliveryCounts()
        /// Outcomes that the outbox could not take yet; nothing else is sent before they are stored.
        var unrecorded: [DeliveryRecord] = []
    }

    let destination: any Destination
    let outbox: any Outbox
    let phrases: Phrasebook
    let zone: Zone
    let settings: OutboxWorkerSettings
    let recheck: @Sendable (OutboxItem, Instant) -> Recheck
    let answerLink: @Sendable (OutboxItem, Instant) -> String?
    let onEvent: @Sendable (DestinationEvent) -> Void
    let state = Mutex(State())

    init(
        destination: any Destination, outbox: any Outbox, phrases: Phrasebook, zone: Zone,
        settings: OutboxWorkerSettings, recheck: @escaping @Sendable (OutboxItem, Instant) -> Recheck,
        answerLink: @escaping @Sendable (OutboxItem, Instant) -> String? = { _, _ in nil },
        onEvent: @escaping @Sendable (DestinationEvent) -> Void
    ) {
        self.destination = destination
        self.outbox = outbox
        self.phrases = phrases
        self.zone = zone
        self.settings = settings
        self.recheck = recheck
        self.answerLink = answerLink
        self.onEvent = onEvent
    }

    var status: DestinationStatus {
        state.withLock {
            DestinationStatus(
                name: destination.name, failingSince: $0.failingSince, lastProblem: $0.lastProblem, isGone: $0.isGone,
                counts: $0.counts)
        }
    }

    /// Works through what is due and returns when to come again; nil where nothing waits.
    @discardableResult
    func turn(now: Instant) -> Instant? {
        defer { tellIfFailing(now: now) }
        do {
            try storeUnrecorded()
            try resumeRest(now: now)
            if let restUntil = state.withLock({ $0.restUntil }), now < restUntil { return restUntil }
            state.withLock { $0.restUntil = nil }
            // A destination that was away, or was never tried since the start, is asked to take everything at once.
            let isProbe = state.withLock { $0.failingSince != nil || !$0.hasSucceeded }
            let claimed = try outbox.claim(
                destination: destination.name, now: now, limit: settings.batchLimit, includingLater: isProbe)
            let (kept, first) = try recheckStage(lookUpStage(claimed, now: now), now: now)
            let isIdle = try sendStage(digestStage(kept, first: first, now: now), now: now) == 0
            return try nextTurn(now: now, earliest: isIdle ? now.advanced(bySeconds: 1) : now)
        } catch {
            state.withLock {
                $0.counts.outboxErrors += 1
                $0.lastProblem = "the outbox cannot be used: \(error)"
            }
            return now.advanced(bySeconds: 5)
        }
    }

    /// Messages whose fate is unknown are looked for before anything is sent again.
    private func lookUpStage(_ entries: [OutboxEntry], now: Instant) throws -> [OutboxEntry] {
        var kept: [OutboxEntry] = []
        for entry in entries {
            let isUncertain = entry.state == .unknown || entry.state == .sending
            guard isUncertain, entry.digest == nil, entry.nextAt <= now else {
                kept.append(entry)
                continue
            }
            switch destination.lookUp(entry.item, now: now) {
            case .found(let remoteID):
                state.withLock { $0.counts.found += 1 }
                let message = Message(item: entry.item, entries: [entry])
                try record(message, .sent, now: now, remoteID: remoteID, reason: "found at the destination")
                noteSuccess()
            case .missing, .unsupported: kept.append(entry)
            case .unreachable(let reason): try settle(entry, .unknown(reason: reason), now: now)
            }
        }
        return kept
    }

    /// What has become pointless while it waited is not sent, with the reason on record; also returns the keys of what
    /// comes before all others.
    private func recheckStage(_ entries: [OutboxEntry], now: Instant) throws -> ([OutboxEntry], first: Set<String>) {
        var kept: [OutboxEntry] = []
        var first: Set<String> = []
        for entry in entries {
            let declined = destination.declines(entry.item).map { Recheck.drop(reason: $0) }
            switch declined ?? (entry.digest == nil ? recheck(entry.item, now) : .send) {
            case .send: kept.append(entry)
            case .sendFirst:
                kept.append(entry)
                first.insert(entry.item.key)
            case .drop(let reason):
                state.withLock { $0.counts.dropped += 1 }
                try record(Message(item: entry.item, entries: [entry]), .dropped, now: now, reason: reason)
            }
        }
        return (kept, first)
    }

    /// Puts together what waited through an outage; a digest whose fate is unknown is built again from its entries.
    ///
    /// What protects people and still holds comes first and on its own, the newest notice of each alert; what has only
    /// just come is no part of the outage.
    private func digestStage(_ entries: [OutboxEntry], first: Set<String>, now: Instant) -> [Message] {
        let single = entries.filter { $0.digest == nil && !$0.item.isPaper }
        let urgent = single.filter { first.contains($0.item.key) }
        let newest = Dictionary(grouping: urgent) { $0.item.alert ?? "" }
            .values.compactMap { $0.max { ($0.item.createdAt, $0.item.key) < ($1.item.createdAt, $1.item.key) } }
        func without(_ some: [OutboxEntry]) -> [OutboxEntry] {
            let keys = Set(some.map(\.item.key))
            return single.filter { !keys.contains($0.item.key) }
        }
        let old = without(newest).filter { settings.digest.hasWaited($0, now: now) }
        let isTogether = settings.digest.applies(to: old, now: now)
        let ahead = isTogether ? newest : urgent
        var messages = alone(ahead)
        let earlier = Dictionary(grouping: entries.filter { $0.digest != nil }) { $0.digest ?? "" }
        for (_, members) in earlier.sorted(by: { $0.key < $1.key }) { messages += digestMessage(members) }
        // Papers are read whole or not at all; a list of titles is no agenda.
        messages += entries.filter { $0.digest == nil && $0.item.isPaper }.map { Message(item: $0.item, entries: [$0]) }
        guard isTogether else { return messages + alone(without(ahead)) }
        return messages + alone(without(ahead + old)) + digestMessage(old)
    }

    /// Messages of their own; what has failed often stands behind, so that one message cannot hold up the others.
    private func alone(_ entries: [OutboxEntry]) -> [Message] {
        entries.map { Message(item: $0.item, entries: [$0]) }.sorted {
            let (left, right) = ($0.entries[0], $1.entries[0])
            return (left.attempts, left.item.priority, left.item.createdAt, left.item.key)
                < (right.attempts, right.item.priority, right.item.createdAt, right.item.key)
        }
    }

    private func digestMessage(_ entries: [OutboxEntry]) -> [Message] {
        Digest(entries, rule: settings.digest, phrases: phrases, zone: zone)
            .map { [Message(item: $0.item, entries: $0.entries)] } ?? []
    }

    /// Sends message by message; returns how many were tried.
    private func sendStage(_ messages: [Message], now: Instant) throws -> Int {
        var tried = 0
        var failures = 0
        var hasDelivered = false
        for message in messages {
            let isDue = hasDelivered || message.entries.contains { $0.nextAt <= now }
            let isResting = state.withLock { $0.restUntil != nil }
            guard isDue, !isResting else {
                try release(message.entries, now: now)
                continue
            }
            tried += 1
            let isGone = state.withLock { $0.isGone }
            let outcome = isGone ? .gone(reason: "the destination is gone") : send(message, now: now)
            if case .delivered = outcome {
                hasDelivered = true
                failures = 0
            } else {
                failures += 1
            }
            try settle(message, outcome, failuresInARow: failures, now: now)
        }
        return tried
    }

    /// Puts in what is known only now, sends, and lets nothing of the reader's own address come back into the record.
    private func send(_ message: Message, now: Instant) -> DeliveryOutcome {
        var item = message.item
        guard !message.isDigest else { return destination.send(item, now: now) }
        if destination.replacesCalls, item.hasEnded, let alert = item.alert {
            // An outbox that cannot be read costs the edit, not the message.
            item.replaced = (try? outbox.calls(to: alert, destination: destination.name)) ?? []
        }
        guard destination.hasOneReader, let link = answerLink(item, now) else {
            return destination.send(item, now: now)
        }
        item.answerLink = link
        return destination.send(item, now: now).keepingSecret(link)
    }

    /// When the lane has something to do again, not before `earliest`.
    private func nextTurn(now: Instant, earliest: Instant) throws -> Instant? {
        let (failingAt, restUntil) = state.withLock { state in
            let told = state.hasToldFailing ? nil : state.failingSince
            return (told?.advanced(bySeconds: settings.failingAfterSeconds), state.restUntil)
        }
        var due = try outbox.nextDue(destination: destination.name)
        if let restUntil, let soonest = due { due = max(soonest, restUntil) }
        return [due, failingAt].compactMap { $0 }.min().map { max($0, earliest) }
    }
}
