import GatewayModel
import Synchronization

extension DestinationLane {
    /// No pause that a destination asks for is longer (seconds).
    static let longestRest: Int64 = 86_400

    /// Settles what came of one entry's look-up.
    func settle(_ entry: OutboxEntry, _ outcome: DeliveryOutcome, now: Instant) throws {
        try settle(Message(item: entry.item, entries: [entry]), outcome, failuresInARow: 1, now: now)
    }

    /// Draws the consequences of one attempt: state, next time, rest, counts, record.
    func settle(_ message: Message, _ outcome: DeliveryOutcome, failuresInARow: Int, now: Instant) throws {
        switch outcome {
        case .delivered(let remoteID, let warning):
            noteSuccess()
            state.withLock {
                $0.counts.delivered += message.entries.count
                if message.isDigest { $0.counts.digested += message.entries.count }
            }
            if let warning { onEvent(.warning(destination: destination.name, key: message.item.key, text: warning)) }
            try record(message, .sent, now: now, remoteID: remoteID, reason: warning ?? "")
        case .retry(let after, let reason):
            noteFailure(reason, after: after, failuresInARow: failuresInARow, now: now)
            state.withLock { $0.counts.retried += 1 }
            try retry(message, .pending, after: after, reason: reason, now: now)
        case .denied(let reason):
            noteFailure(reason, after: nil, failuresInARow: settings.failuresBeforeRest, now: now)
            state.withLock {
                $0.counts.retried += 1
                $0.isDenied = true
            }
            // A person has to mend something; until then everything waits.
            try retry(message, .pending, after: nil, reason: reason, now: now)
        case .unknown(let reason):
            noteFailure(reason, after: nil, failuresInARow: failuresInARow, now: now)
            state.withLock { $0.counts.unknown += 1 }
            try retry(message, .unknown, after: nil, reason: reason, now: now)
        case .permanent(let reason):
            noteFailure(reason, after: nil, failuresInARow: 0, now: now)
            try lose(message, .failed, reason: reason, now: now)
        case .gone(let reason):
            noteFailure(reason, after: nil, failuresInARow: 0, now: now)
            state.withLock { $0.isGone = true }
            try lose(message, .failed, reason: reason, now: now)
        }
    }

    /// Puts entries back as they were.
    func release(_ entries: [OutboxEntry], now: Instant) throws {
        try store(entries.map { asBefore($0, now: now) })
    }

    private func asBefore(_ entry: OutboxEntry, now: Instant) -> DeliveryRecord {
        DeliveryRecord(
            key: entry.item.key, destination: destination.name,
            state: entry.state == .sending ? .unknown : entry.state, attempts: entry.attempts, at: now,
            nextAt: entry.nextAt, reason: "not tried yet", digest: entry.digest)
    }

    /// Stores the end of a message for all its entries.
    func record(_ message: Message, _ state: OutboxState, now: Instant, remoteID: String? = nil, reason: String) throws
    {
        let attempted = state == .dropped ? 0 : 1
        try store(
            message.entries.map { entry in
                DeliveryRecord(
                    key: entry.item.key, destination: destination.name, state: state,
                    attempts: entry.attempts + attempted, at: now, remoteID: remoteID, reason: reason,
                    digest: message.isDigest ? message.item.key : nil)
            })
    }

    /// Takes over, once, the pause that the other side asked for before a restart.
    ///
    /// None is longer than a day: one that seems to be was stored while the clock was wrong.
    func resumeRest(now: Instant) throws {
        guard state.withLock({ !$0.hasAskedForRest }) else { return }
        let asked = try outbox.restUntil(destination: destination.name)
        state.withLock { state in
            state.hasAskedForRest = true
            guard let asked, asked <= now.advanced(bySeconds: DestinationLane.longestRest) else { return }
            state.restUntil = max(asked, state.restUntil ?? asked)
        }
    }

    /// Stores outcomes that an earlier turn could not store.
    func storeUnrecorded() throws {
        let records = state.withLock { $0.unrecorded }
        guard !records.isEmpty else { return }
        try outbox.record(records)
        state.withLock { $0.unrecorded.removeFirst(records.count) }
    }

    /// Tells once that nothing gets through.
    func tellIfFailing(now: Instant) {
        let event: DestinationEvent? = state.withLock { state in
            guard !state.hasToldFailing, let since = state.failingSince else { return nil }
            guard state.isGone || state.isDenied || now >= since.advanced(bySeconds: settings.failingAfterSeconds)
            else { return nil }
            state.hasToldFailing = true
            return .failing(destination: destination.name, since: since, reason: state.lastProblem ?? "")
        }
        if let event { onEvent(event) }
    }

    /// Ends a failing spell; the first success after a start ends one that an earlier run has told.
    func noteSuccess() {
        let hadTold = state.withLock { state in
            let hadTold = state.hasToldFailing || !state.hasSucceeded
            state.hasSucceeded = true
            state.hasToldFailing = false
            state.failingSince = nil
            state.isDenied = false
            state.lastProblem = nil
            state.restUntil = nil
            return hadTold
        }
        if hadTold { onEvent(.recovered(destination: destination.name)) }
    }

    private func noteFailure(_ reason: String, after: Int64?, failuresInARow: Int, now: Instant) {
        state.withLock { state in
            state.failingSince = state.failingSince ?? now
            state.lastProblem = reason
            state.restUntil = nil
            if let after, after > 0 {
                // The other side's wish concerns every message, not only this one.
                state.restUntil = now.advanced(bySeconds: min(after, DestinationLane.longestRest))
            } else if failuresInARow >= settings.failuresBeforeRest {
                state.restUntil = now.advanced(bySeconds: settings.restSeconds)
            }
            // What failed may have failed for this.
            if state.restUntil != nil { state.refused = [] }
        }
    }

    /// Puts back what was not tried, in few commits: what was due has used up an attempt, the rest stands as it was.
    func putBack(_ messages: [Message], now: Instant) throws {
        let reason = state.withLock { $0.lastProblem } ?? ""
        // A digest that may have arrived and is due stays together.
        let together = messages.filter { $0.isDigest && $0.mayHaveArrived && $0.isDue(now) }
        for digest in together { try retry(digest, .unknown, after: nil, reason: reason, now: now) }
        let keys = Set(together.map(\.item.key))
        let entries = messages.filter { !keys.contains($0.item.key) }.flatMap(\.entries)
        for (isUncertain, group) in Dictionary(grouping: entries, by: \.isUncertain) {
            let message = Message(item: group[0].item, entries: group)
            try retry(message, isUncertain ? .unknown : .pending, after: nil, reason: reason, now: now)
        }
    }

    /// Gives the entries their next time, or gives them up.
    ///
    /// Only what was due has used up an attempt; a digest that may have arrived stays together, so that it can be sent
    /// again as the same message.
    private func retry(_ message: Message, _ next: OutboxState, after: Int64?, reason: String, now: Instant) throws {
        let staysTogether = message.isDigest && next == .unknown
        let due = message.entries.filter { $0.nextAt <= now }
        let most = (due.isEmpty ? message.entries : due).map(\.attempts).max() ?? 0
        var lost: [OutboxEntry] = []
        var records: [DeliveryRecord] = []
        for entry in message.entries {
            guard staysTogether || entry.nextAt <= now else {
                var record = asBefore(entry, now: now)
                if next == .unknown { (record.state, record.reason) = (next, reason) }
                records.append(record)
                continue
            }
            let attempts = (staysTogether ? most : entry.attempts) + 1
            let key = staysTogether ? message.item.key : entry.item.key
            let nextAt = settings.schedule.next(afterAttempts: attempts, key: key, now: now, after: after)
            if nextAt == nil { lost.append(entry) }
            records.append(
                DeliveryRecord(
                    key: entry.item.key, destination: destination.name, state: nextAt == nil ? .dead : next,
                    attempts: attempts, at: now, nextAt: nextAt, reason: reason,
                    digest: staysTogether ? message.item.key : nil))
        }
        // The wish is stored with the attempt that brought it.
        if let after, after > 0, !records.isEmpty { records[0].restUntil = state.withLock { $0.restUntil } }
        try store(records)
        state.withLock { $0.counts.dead += lost.count }
        tellLost(lost, reason: reason)
    }

    private func lose(_ message: Message, _ final: OutboxState, reason: String, now: Instant) throws {
        state.withLock { $0.counts.failed += message.entries.count }
        try record(message, final, now: now, reason: reason)
        tellLost(message.entries, reason: reason)
    }

    private func tellLost(_ entries: [OutboxEntry], reason: String) {
        for entry in entries {
            onEvent(.lost(destination: destination.name, key: entry.item.key, reason: reason))
        }
    }

    /// Stores records, or keeps them for the next turn where the outbox fails.
    private func store(_ records: [DeliveryRecord]) throws {
        guard !records.isEmpty else { return }
        do {
            try outbox.record(records)
        } catch {
            state.withLock { $0.unrecorded += records }
            throw error
        }
    }
}
