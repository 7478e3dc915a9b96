import Alerting
import DeviceProfiles
import GatewayModel
import Limits
import MQTTIngest
import Storage

/// The small steps of the data path, in the order in which they are taken.
extension Pipeline {
    /// Counts a message and what was refused in it.
    func count(_ received: ReceivedMessage, _ decoding: Decoding) {
        state.counters.messagesByQoS[received.qos, default: 0] += 1
        if received.message.retained { state.counters.retainedMessages += 1 }
        state.notes.note(received, decoding)
        if !decoding.isKnownTopic { state.counters.unknownTopics += 1 }
        for rejection in decoding.rejections { state.counters.rejections[rejection.reason, default: 0] += 1 }
    }

    /// Gives a reading without a device time the honest time of a message that waited at the broker (P5).
    func dated(_ reading: Reading, _ received: ReceivedMessage) -> Reading {
        guard reading.time.source == .received else { return reading }
        var reading = reading
        if received.isRedated { reading.time.source = .redated }
        guard case .queued(let earliest, let latest) = received.timing else { return reading }
        reading.time = ReadingTime(latest, source: .queued, uncertainty: latest.milliseconds(since: earliest))
        return reading
    }

    /// Finds the reading's series; nil where its time cannot be true or the store could not be asked.
    func place(_ reading: Reading, of received: ReceivedMessage, _ decoding: Decoding, _ sheet: MeterSheet?)
        -> Placement?
    {
        guard isTimePossible(reading, received, buffersUpTo: decoding.buffersUpTo) else {
            putAside(
                reading, received, reason: "time_off",
                explanation: "\(reading.stream.device) \(reading.channel) says \(reading.time.instant)")
            return nil
        }
        do {
            return try state.series.place(reading, repeatWindow: decoding.repeatWindow, sheet: sheet) {
                (series, time) throws(StoreError) in
                try store.value(series: series, at: time)
            }
        } catch {
            // The commit of this batch will fail for the same reason, and the message comes again.
            readFailure = error
            return nil
        }
    }

    /// When the message came, where that tells more than the reading's own time: a minute or more apart.
    func receiptToKeep(_ reading: Reading, _ received: ReceivedMessage) -> Instant? {
        let late = received.message.receivedAt.milliseconds(since: reading.time.instant)
        return reading.time.source == .device && abs(late) >= 60_000 ? received.message.receivedAt : nil
    }

    /// A device time in the future, or older than its family may buffer, is never believed.
    private func isTimePossible(_ reading: Reading, _ received: ReceivedMessage, buffersUpTo: Int64?) -> Bool {
        guard reading.time.source == .device else { return true }
        let ahead = reading.time.instant.milliseconds(since: received.message.receivedAt)
        if ahead > Pipeline.clockTolerance { return false }
        // A message that waited at the broker is as old as it waited; that is no fault of the device.
        guard case .live = received.timing else { return true }
        return -ahead <= max(Pipeline.clockTolerance, (buffersUpTo ?? 0) * 1000)
    }

    /// Five minutes: clocks of devices drift, and messages take a moment.
    private static let clockTolerance: Int64 = 300_000

    /// Where a minimum for people is missed while something uses or saves the same resource beyond its bounds, people come
    /// first (P7): whoever looks at either alert must know of the other.
    func lookAfterPeople(now: Instant) {
        // Of a home its own alert tells the stewards; beside what others use it would be in everybody's report.
        let open = state.alerts.open.filter { $0.returnedAt == nil && !$0.isPrivate }
        let limits = open.compactMap { alert -> Limit? in
            guard case .limit(let reference) = alert.cause else { return nil }
            return state.limits.limit(reference)
        }
        let missed = Set(limits.filter { $0.protects == .people && $0.bound == .atLeast }.map(\.resource))
        let pressed = Set(limits.filter { $0.protects != .people && $0.bound == .atMost }.map(\.resource))
            .union(state.stages.filter { $0.day.level > 0 }.map(\.stages.resource))
        let atRisk = missed.intersection(pressed)
        for resource in atRisk.sorted(by: { $0.rawValue < $1.rawValue }) {
            box(
                .peopleAtRisk, subject: resource.rawValue, isActive: true, onset: now, ["resource": resource.rawValue],
                now)
        }
        for alert in open
        where alert.cause == .box(.peopleAtRisk) && !atRisk.contains(Resource(rawValue: alert.subject)) {
            box(.peopleAtRisk, subject: alert.subject, isActive: false, onset: now, [:], now)
        }
    }

    /// Lets an alert follow from a change of a limit.
    func tell(_ transition: LimitTransition, isTimeKnown: Bool, now: Instant) {
        guard let limit = state.limits.limit(transition.limit) else { return }
        let isHousehold = transition.sensor.flatMap(state.sensors.sensor)?.visibility == .household
        let homes = state.homes(toldOfBy: transition, limit)
        perform(
            state.alerts.receive(
                transition, limit: limit, isHousehold: isHousehold || homes != nil, homes: homes,
                isTimeKnown: isTimeKnown, now: now), now: now)
    }

    /// Ends the alerts of limits that were replaced or have lapsed: what is no longer in force cannot be passed.
    func endAlertsOfEndedLimits(now: Instant) {
        for alert in state.alerts.open where alert.returnedAt == nil {
            guard case .limit(let reference) = alert.cause, state.limits.limit(reference) == nil else { continue }
            perform(state.alerts.limitEnded(reference, subject: alert.subject, now: now), now: now)
        }
    }

    /// Raises or ends an alert about the box itself.
    func box(
        _ condition: BoxCondition, subject: String, isActive: Bool, onset: Instant, _ details: [String: String],
        atMost: Priority = .now, _ now: Instant
    ) {
        perform(
            state.alerts.condition(
                condition, subject: subject, isActive: isActive, onset: onset, details: details, atMost: atMost,
                now: now), now: now)
    }

    /// The notices about a condition that cannot be stored while it lasts; the alert itself follows afterwards.
    func noticesApart(
        _ condition: BoxCondition, onset: Instant, details: [String: String], now: Instant
    ) -> [OutboxItem] {
        var book = committed.alerts
        return book.condition(condition, subject: "", isActive: true, onset: onset, details: details, now: now)
            .flatMap { action in
                guard case .notify(let draft) = action else { return [OutboxItem]() }
                return notices.items(for: draft, state: committed, now: now)
            }
    }

    /// Records a condition that people were told of apart, and that it is over.
    func recordAfterwards(_ condition: BoxCondition, onset: Instant, details: [String: String], now: Instant) {
        let actions = state.alerts.condition(
            condition, subject: "", isActive: true, onset: onset, details: details, now: now)
        perform(actions.filter { if case .notify = $0 { false } else { true } }, now: now)
        box(condition, subject: "", isActive: false, onset: now, [:], now)
    }

    /// Puts what alerts ask for into the batch: records and notices go with the readings that caused them (P2).
    func perform(_ actions: [AlertAction], now: Instant) {
        for action in actions {
            switch action {
            case .store(let alert):
                batch.alerts.removeAll { $0.id == alert.id }
                batch.alerts.append(alert)
            case .switched(let off, let switching): tell(off, switching, now: now)
            case .notify(let draft):
                send(draft, now: now)
                if !draft.alert.holds { remakeHeldDigests(without: draft.alert, now: now) }
            case .digest(let drafts, let beside): tellTogether(drafts, beside: beside, now: now)
            case .testAnswered(let person): noteTestAnswered(person, now: now)
            case .record(let kind, let facts, let erasable):
                batch.records.append(RecordEntry(at: now, kind: kind, facts: facts, erasable: erasable))
            }
        }
        state.counters.openAlerts = state.alerts.counted.count
    }

    /// Computes the days that are over and were touched.
    func recomputeDays(before today: CalendarDate, zone: Zone) throws {
        let dayUses = try DayUses(store: store, sensors: committed.sensors, zone: zone)
        var series = committed.series
        _ = try store.recomputeDirtyDays(before: today, zone: zone, directory: &series) { sensor, from, until, meter in
            try dayUses.day(of: sensor, from: from, until: until, meterBefore: meter)
        }
        changeState { $0.series = series }
    }

    /// Forgets the notices of the batch: nobody is told about the past or the simulated.
    func dropNotices() {
        batch.outbox = []
    }
}
