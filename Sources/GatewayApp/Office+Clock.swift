import GatewayModel
import MQTTIngest
import Storage

/// What is done while nobody knows what time it is, and once somebody does.
extension Office {
    /// Held messages that are dated at a time; their commit is one transaction.
    private static let chunk = 2_000

    /// Keeps a message with the machine's own time; it is dated when the clock is right.
    func hold(_ received: ReceivedMessage, _ clock: ClockReading) {
        // A retained copy is old by an unknown time: it never measures, and is sent again with the next session.
        guard !received.message.retained else { return }
        var waited: ClosedRange<Int64>?
        if case .queued(let earliest, let latest) = received.timing {
            let receipt = received.message.receivedAt
            let least = max(0, receipt.milliseconds(since: latest))
            let (longest, isUnknown) = receipt.milliseconds.subtractingReportingOverflow(earliest.milliseconds)
            waited = least...max(least, isUnknown ? .max : longest)
        }
        pipeline.batch.held.append(
            HeldMessage(
                boot: clock.boot, uptime: clock.uptime, topic: received.message.topic,
                payload: received.message.payload, qos: received.qos, waited: waited, knownBefore: keeper.latest))
        hasHeld = true
    }

    /// Dates held messages, oldest first; false once none is left. What is dated now is committed with its removal.
    func dateHeld(_ clock: ClockReading) throws -> Bool {
        // The rest of a batch that is still uncommitted would be dated twice.
        guard pipeline.batch.releasedThrough == nil else { return true }
        let held = try store.heldMessages(limit: Office.chunk)
        for (_, message) in held { date(message, clock) }
        pipeline.batch.releasedThrough = held.last?.number
        guard held.count < Office.chunk else { return true }
        // What came since the last commit is the rest; from the next message on everything is as usual.
        let rest = pipeline.batch.held
        pipeline.batch.held = []
        for message in rest { date(message, clock) }
        pipeline.state.undated = nil
        hasHeld = false
        needsMakeUp = true
        return false
    }

    private func date(_ message: HeldMessage, _ clock: ClockReading) {
        let time = ClockKeeper.HeldTime(boot: message.boot, uptime: message.uptime, knownBefore: message.knownBefore)
        let receipt = keeper.receipt(of: time, now: clock)
        let inbound = InboundMessage(topic: message.topic, payload: message.payload, receivedAt: receipt.latest)
        var received = ReceivedMessage(message: inbound, qos: message.qos)
        received.isRedated = true
        received.isWatched = pipeline.state.undated?.saw(message) ?? false
        if message.waited != nil || receipt.earliest != nil {
            let longest = message.waited?.upperBound ?? 0
            let from = (receipt.earliest ?? receipt.latest).milliseconds
            let (earliest, isUnknown) = from.subtractingReportingOverflow(longest)
            received.timing = .queued(
                earliest: Instant(milliseconds: isUnknown ? .min : earliest),
                latest: receipt.latest.advanced(byMilliseconds: -(message.waited?.lowerBound ?? 0)))
        }
        _ = pipeline.receive(received)
    }

    /// The clock can be believed again: what goes by the date is looked at anew.
    func clockIsRight(isListening: Bool, now: Instant) throws {
        try refreshLimits(now: now)
        pipeline.changeState {
            if !hasHeld { $0.undated = nil }
            $0.silence.listenAnew(isListening, now: now)
            $0.neighbours.startedAt = now
        }
        needsMakeUp = true
    }

    /// Notes that the clock was set while the program ran.
    func noteJump(_ milliseconds: Int64, now: Instant) {
        pipeline.batch.records.append(
            RecordEntry(
                at: now, kind: "clock.jumped", facts: ["seconds": "\(milliseconds / 1000)", "to": now.description]))
    }

    /// Goes by the time that a person says, on a box without network; never earlier than what has already passed.
    func setClock(_ told: Instant, by actor: Actor, now: Instant) throws -> CommandReply {
        if let latest = keeper.latest, told < latest {
            return refused("clock_too_early", ["told": site.local(told), "latest": site.local(latest)])
        }
        let clock = SystemClock.read()
        let start = told.advanced(byMilliseconds: -clock.uptime)
        let notices = pipeline.notices.announcement("steward.clock_set", priority: .assembly, now: told) { book in
            let values = ["person": actor.person, "sensor": book.text("told.clock"), "at": self.site.local(told)]
            return (book.text("told.title", values), book.text("told.clock_set", values))
        }
        try store.setClock(
            boot: clock.boot, start: start,
            record: ActRecord(
                RecordEntry(
                    at: told, kind: "clock.set",
                    facts: ["from": now.description, "to": told.description, "means": actor.means],
                    erasable: ["person": actor.person, "entered_by": actor.account]), notices: notices))
        SystemClock.follow(start, ofBoot: clock.boot)
        keeper.follow(clock.boot)
        return done("clock_set", ["at": site.local(told)])
    }
}
