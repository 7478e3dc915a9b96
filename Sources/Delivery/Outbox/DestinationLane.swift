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
        /// Messages that failed while others got through: it is their own trouble, and they wait for their own time.
        var refused: Set<String> = []
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
            let claimed = try claim(includingLater: isProbe, now: now)
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

    /// Takes what is to be tried: of a destination that was away and says itself that it is back, all that may be sent.
    private func claim(includingLater: Bool, now: Instant) throws -> [OutboxEntry] {
        let isBack = destination.isKnownToListen && state.withLock { $0.failingSince != nil || !$0.hasSucceeded }
        return isBack
            ? try outbox.claimAll(destination: destination.name, now: now, limit: settings.batchLimit)
            : try outbox.claim(
                destination: destination.name, now: now, limit: settings.batchLimit, includingLater: includingLater)
    }

    /// Messages whose fate is unknown are looked for before anything is sent again, also those whose time has not come:
    /// once something has got through they follow at once.
    private func lookUpStage(_ entries: [OutboxEntry], now: Instant) throws -> [OutboxEntry] {
        let uncertain = entries.filter { $0.isUncertain && $0.digest == nil }
        var settled: Set<String> = []
        var missing: Set<String> = []
        var isAway = false
        for entry in uncertain.filter({ $0.nextAt <= now }) + uncertain.filter({ $0.nextAt > now }) {
            let isEarly = entry.nextAt > now
            // Where one could not be looked up, the others wait for their time instead of for a time-out each.
            let result = isEarly && isAway ? .unreachable(reason: "") : destination.lookUp(entry.item, now: now)
            switch result {
            case .found(let remoteID):
                try settleFound(Message(item: entry.item, entries: [entry]), remoteID, now: now)
            case .missing:
                missing.insert(entry.item.key)
                continue
            case .unsupported: continue
            case .unreachable(let reason):
                isAway = true
                try isEarly ? release([entry], now: now) : settle(entry, .unknown(reason: reason), now: now)
            }
            settled.insert(entry.item.key)
        }
        return entries.filter { !settled.contains($0.item.key) }.map { entry in
            var entry = entry
            // What is surely not there waits like what was never tried.
            if missing.contains(entry.item.key) { entry.state = .pending }
            return entry
        }
    }

    /// A digest whose fate is unknown is looked for under its own key; true where it must not be sent now.
    func isSettled(_ message: Message, now: Instant) throws -> Bool {
        guard message.isDigest, message.entries.contains(where: { $0.isUncertain && $0.digest != nil }) else {
            return false
        }
        switch destination.lookUp(message.item, now: now) {
        case .found(let remoteID): try settleFound(message, remoteID, now: now)
        case .missing, .unsupported: return false
        case .unreachable(let reason): try settle(message, .unknown(reason: reason), failuresInARow: 1, now: now)
        }
        return true
    }

    private func settleFound(_ message: Message, _ remoteID: String?, now: Instant) throws {
        state.withLock { $0.counts.found += message.entries.count }
        try record(message, .sent, now: now, remoteID: remoteID, reason: "found at the destination")
        noteSuccess()
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
    /// just come is no part of the outage, and papers are read whole or not at all: a list of titles is no agenda.
    private func digestStage(_ entries: [OutboxEntry], first: Set<String>, now: Instant) -> [Message] {
        guard !destination.keepsStates else {
            return entries.sorted { ($0.item.createdAt, $0.item.key) < ($1.item.createdAt, $1.item.key) }
                .map { Message(item: $0.item, entries: [$0]) }
        }
        let single = entries.filter { $0.digest == nil }
        let urgent = single.filter { first.contains($0.item.key) }
        let newest = Dictionary(grouping: urgent) { $0.item.alert ?? "" }
            .values.compactMap { $0.max { ($0.item.createdAt, $0.item.key) < ($1.item.createdAt, $1.item.key) } }
        let whole = Set(newest.map(\.item.key))
        let old = single.filter {
            !whole.contains($0.item.key) && !$0.item.isPaper && settings.digest.hasWaited($0, now: now)
        }
        let isTogether = settings.digest.applies(to: old, now: now)
        let together = Set(isTogether ? old.map(\.item.key) : [])
        var messages = single.filter { !together.contains($0.item.key) }.map { Message(item: $0.item, entries: [$0]) }
        for (_, members) in Dictionary(grouping: entries.filter { $0.digest != nil }, by: { $0.digest ?? "" }) {
            messages += digestMessage(members)
        }
        if isTogether { messages += digestMessage(old) }
        return inOrder(messages, ahead: isTogether ? whole : first)
    }

    /// What protects people comes first, then what is more urgent, then what is older; a digest stands behind what is as
    /// urgent and has only just come.
    private func inOrder(_ messages: [Message], ahead: Set<String>) -> [Message] {
        func place(_ message: Message) -> (Int, Priority, Int, Instant, String) {
            let item = message.item
            return (ahead.contains(item.key) ? 0 : 1, item.priority, message.isDigest ? 1 : 0, item.createdAt, item.key)
        }
        return messages.sorted { place($0) < place($1) }
    }

    private func digestMessage(_ entries: [OutboxEntry]) -> [Message] {
        Digest(entries, rule: settings.digest, phrases: phrases, zone: zone)
            .map { [Message(item: $0.item, entries: $0.entries)] } ?? []
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

extension OutboxEntry {
    /// True where the message may have arrived already.
    var isUncertain: Bool { state == .unknown || state == .sending }
}
