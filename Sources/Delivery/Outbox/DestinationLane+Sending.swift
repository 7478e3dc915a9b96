import GatewayModel
import Synchronization

extension DestinationLane {
    /// Sends message by message, as they stand in order; returns how many were tried.
    ///
    /// Of a destination that was away all that wait are here, also what is not due. The first of them is tried before its
    /// time, so that the order holds; if it gets through, the others follow. If it fails, one more that is due shows
    /// whether the destination is away or only that message is refused. Where it is away, that is the answer to all that
    /// were due: otherwise a destination that is away for long would be called for each of them.
    func sendStage(_ messages: [Message], now: Instant) throws -> Int {
        var turn = Turn(waiting: messages)
        while let message = next(of: &turn, now: now) {
            turn.tried += 1
            if try isSettled(message, now: now) { continue }
            let isGone = state.withLock { $0.isGone }
            let outcome = isGone ? .gone(reason: "the destination is gone") : send(message, now: now)
            if case .delivered = outcome {
                turn.hasDelivered = true
                turn.failures = 0
            } else {
                turn.failures += 1
                turn.failed.insert(message.item.key)
            }
            try settle(message, outcome, failuresInARow: turn.failures, now: now)
            // An old state must not follow a newer one: where the first cannot be published the others wait with it.
            if turn.failures > 0, destination.keepsStates { break }
        }
        if turn.hasDelivered { state.withLock { if $0.restUntil == nil { $0.refused.formUnion(turn.failed) } } }
        try putBack(turn.waiting, now: now)
        return turn.tried
    }

    /// What one turn has sent so far.
    private struct Turn {
        /// In the order in which people should read it.
        var waiting: [Message]
        var tried = 0
        /// Failures since something got through.
        var failures = 0
        var hasDelivered = false
        var failed: Set<String> = []
    }

    /// Takes out the message whose turn it is; nil where the rest has to wait.
    private func next(of turn: inout Turn, now: Instant) -> Message? {
        let (isResting, refused) = state.withLock { ($0.restUntil != nil, $0.refused) }
        guard !isResting else { return nil }
        let able = turn.waiting.indices.filter { index in
            let message = turn.waiting[index]
            if message.isDue(now) { return true }
            if refused.contains(message.item.key) { return false }
            return turn.hasDelivered || (turn.tried == 0 && mayProbe(message))
        }
        // What has failed often stands behind, so that one message cannot hold up the others.
        let index = turn.failures == 0 ? able.first : able.min { turn.waiting[$0].attempts < turn.waiting[$1].attempts }
        return index.map { turn.waiting.remove(at: $0) }
    }

    /// What may stand there already is not sent again before its time, except where that changes nothing.
    private func mayProbe(_ message: Message) -> Bool {
        destination.keepsStates || !message.mayHaveArrived
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
}

extension DestinationLane.Message {
    /// The most attempts that one of its entries has used up.
    fileprivate var attempts: Int { entries.map(\.attempts).max() ?? 0 }

    /// True where the time of one of its entries has come.
    func isDue(_ now: Instant) -> Bool { entries.contains { $0.nextAt <= now } }

    /// True where one of its entries may stand there already.
    var mayHaveArrived: Bool { entries.contains(where: \.isUncertain) }
}
