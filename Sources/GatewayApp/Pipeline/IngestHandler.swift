import GatewayModel
import Limits
import Logging
import MQTTIngest
import Storage
import Synchronization

/// Joins the acknowledged loop with the office: what the broker hands over goes through the pipeline into the store.
final class IngestHandler: BatchHandler {
    let office: Office
    private let logger: Logger
    private let snapshot: @Sendable (Counters) -> Void
    private let beat: @Sendable (Counters) -> Void
    private let committed: @Sendable () -> Void
    private let tellApart: @Sendable ([OutboxItem]) -> Void
    private var session: Int64
    private let clock: @Sendable () -> ClockReading
    private var isClockAlertRaised = false
    private var brokerAwaySince: Instant?
    private var storeFailing: (since: Instant, reason: String, isTold: Bool)?
    /// A broker that is away for a minute is an alert; a restart of it is not.
    private static let brokerGrace: Int64 = 60_000
    /// A card that is busy for a moment is no alert either; people hear of a failing one within a minute.
    private static let storeGrace: Int64 = 30_000

    /// Makes a handler; `snapshot` gets the counters, `beat` once a second too, and `committed` is told after every commit, on the ingest thread;
    /// `tellApart` sends what cannot be stored first.
    init(
        office: Office, session: Int64, logger: Logger, snapshot: @escaping @Sendable (Counters) -> Void,
        beat: @escaping @Sendable (Counters) -> Void, committed: @escaping @Sendable () -> Void,
        tellApart: @escaping @Sendable ([OutboxItem]) -> Void,
        clock: @escaping @Sendable () -> ClockReading = { SystemClock.read() }
    ) {
        self.clock = clock
        self.office = office
        self.session = session
        self.logger = logger
        self.snapshot = snapshot
        self.beat = beat
        self.committed = committed
        self.tellApart = tellApart
    }

    func receive(_ message: ReceivedMessage) -> Urgency {
        guard office.keeper.isRight, !office.hasHeld else {
            // Also while the last held messages are being dated: order is kept.
            let reading = clock()
            office.hold(message, reading)
            guard !office.keeper.isRight else { return .whenDue }
            return office.pipeline.watchUndated(
                message, reading, known: office.keeper.latest ?? message.message.receivedAt)
        }
        return office.pipeline.receive(message)
    }

    /// Looks at the clock; returns whether the time can be believed now.
    private func lookAtClock(now: Instant) -> Bool {
        let reading = clock()
        if reading.isSynchronized { SystemClock.followMachine() }
        let wasRight = office.keeper.isRight
        let verdict = office.keeper.look(reading)
        let known = office.keeper.latest ?? now
        SystemClock.atLeast(verdict == .wrong ? known : nil)
        guard verdict != .wrong else {
            office.pipeline.tickUndated(reading)
            if wasRight || !isClockAlertRaised {
                logger.warning("the clock cannot be believed; what comes is kept and dated when it is right")
                isClockAlertRaised = true
                office.pipeline.box(.clockWrong, subject: "", isActive: true, onset: known, [:], known)
            }
            return false
        }
        if case .jumped(let milliseconds) = verdict {
            logger.notice("the clock was set by \(milliseconds / 1000) s")
            office.noteJump(milliseconds, now: now)
        }
        isClockAlertRaised = false
        office.pipeline.box(.clockWrong, subject: "", isActive: false, onset: now, [:], now)
        do {
            if !wasRight {
                logger.notice("the clock is right")
                try office.clockIsRight(isListening: office.pipeline.state.counters.isBrokerConnected, now: now)
            }
            if office.hasHeld { _ = try office.dateHeld(reading) }
        } catch {
            noteFailure(error, now: now)
        }
        return true
    }

    func commit(_ packets: [ReplayFilter.Entry], now: Instant) throws {
        // A clock that nobody believes must not date what has passed.
        let now = office.keeper.isRight ? now : office.keeper.latest ?? now
        let begin = ContinuousClock.now
        do {
            try office.pipeline.commit(
                packets: packets.map { PacketRecord(id: $0.id, digest: $0.digest) }, session: session, now: now)
        } catch {
            noteFailure(error, now: now)
            throw error
        }
        let time = begin.duration(to: .now).components
        office.pipeline.state.counters.commitMicroseconds += Int(time.attoseconds / 1_000_000_000_000)
        if let storeFailing {
            self.storeFailing = nil
            office.pipeline.changeState { $0.counters.isStoreFailing = false }
            logger.notice(
                "the store can be written again, after \(now.milliseconds(since: storeFailing.since) / 1000) s")
            if storeFailing.isTold {
                office.pipeline.recordAfterwards(
                    .storeFailing, onset: storeFailing.since, details: ["reason": storeFailing.reason], now: now)
            }
        }
        snapshot(office.pipeline.state.counters)
        committed()
        if office.keeper.isRight { office.housekeepIfDue(now: now) }
    }

    func discard(now: Instant) {
        // What was dated in this batch is still held; the next tick looks.
        if office.pipeline.batch.releasedThrough != nil { office.hasHeld = true }
        office.pipeline.discard(now: now)
        office.pipeline.changeState { $0.counters.isStoreFailing = true }
        snapshot(office.pipeline.state.counters)
        beat(office.pipeline.state.counters)
    }

    func probe(now: Instant) throws {
        do {
            try office.store.probe(now: now)
        } catch {
            noteFailure(error, now: now)
            throw error
        }
    }

    /// While nothing can be stored, people are told through what still works; the alert is stored afterwards.
    private func noteFailure(_ error: any Error, now: Instant) {
        if storeFailing == nil {
            logger.error("commit failed, nothing is acknowledged: \(error)")
            storeFailing = (now, "\(error)", false)
        }
        guard var failing = storeFailing, !failing.isTold,
            now.milliseconds(since: failing.since) >= IngestHandler.storeGrace
        else { return }
        failing.isTold = true
        storeFailing = failing
        tellApart(
            office.pipeline.noticesApart(
                .storeFailing, onset: failing.since, details: ["reason": failing.reason], now: now))
    }

    func sessionStarted(now: Instant) throws {
        session = try office.store.beginSession()
        logger.notice(
            session == 1
                ? "first start: from now on the broker keeps what comes while the gateway is away"
                : "the broker has no memory of us: session \(session) begins")
    }

    func subscribed(_ filters: [String]) throws {
        try office.store.setFilters(filters)
    }

    func repeated() {
        office.pipeline.changeState { $0.counters.repeatedMessages += 1 }
    }

    func putAside(_ message: ReceivedMessage) {
        logger.error("a message on \(message.message.topic) crashed the program twice and is put aside")
        let now = message.message.receivedAt
        office.pipeline.batch.putAside.append(
            PutAside(
                at: now, reason: "poison", topic: message.message.topic, payload: message.message.payload,
                explanation: "the program crashed twice while this message was being handled"))
        office.pipeline.box(
            .messagePutAside, subject: message.message.topic, isActive: true, onset: now,
            ["topic": message.message.topic], now)
    }

    func connectionChanged(_ state: ConnectionState, now: Instant) {
        switch state {
        case .listening:
            logger.notice("listening to the broker")
            // An alert of an earlier run ends here too.
            raiseBrokerAway(isActive: false, onset: now, now: now)
            if let since = brokerAwaySince, now.milliseconds(since: since) >= IngestHandler.brokerGrace {
                office.pipeline.changeState { $0.limits.brokerIsBack(at: now) }
            }
            brokerAwaySince = nil
        case .away(let reason):
            if brokerAwaySince == nil { logger.warning("the broker is away: \(reason)") }
            brokerAwaySince = brokerAwaySince ?? now
        }
        let isListening = state == .listening
        office.pipeline.changeState {
            $0.silence.listen(isListening, now: now)
            $0.counters.isBrokerConnected = isListening
        }
        snapshot(office.pipeline.state.counters)
    }

    func tick(now: Instant) -> Urgency {
        guard lookAtClock(now: now) else {
            beat(office.pipeline.state.counters)
            return .now
        }
        if office.hasHeld { return .now }
        if let since = brokerAwaySince, now.milliseconds(since: since) >= IngestHandler.brokerGrace {
            raiseBrokerAway(isActive: true, onset: since, now: now)
        }
        let urgency = office.tick(now: now)
        snapshot(office.pipeline.state.counters)
        beat(office.pipeline.state.counters)
        return urgency
    }

    /// Takes over files that were read again; where the store refuses, the last good state stays.
    func reload(_ site: Site) {
        do {
            try office.reload(site, now: SystemClock.now())
        } catch {
            logger.error("the files were not taken over: \(error)")
        }
    }

    private func raiseBrokerAway(isActive: Bool, onset: Instant, now: Instant) {
        office.pipeline.box(.brokerAway, subject: "", isActive: isActive, onset: onset, [:], now)
    }
}
