import Alerting
import DeviceProfiles
import GatewayModel
import Limits
import MQTTIngest
import Metering
import Storage

/// The data path: decode, place, meter, check, alert, commit. Runs on the ingest thread alone.
///
/// Messages are applied to `state`, a copy; `committed` is replaced by it only after the transaction, so a commit that
/// fails leaves everything as if the messages had never come. No stage below knows another.
final class Pipeline {
    let store: Store
    private(set) var notices: NoticeWriter
    private(set) var committed: PipelineState
    var state: PipelineState
    var batch: Batch
    /// A failed look-up of this batch; its commit fails with it.
    var readFailure: StoreError?

    init(store: Store, state: PipelineState, notices: NoticeWriter, now: Instant) {
        self.store = store
        self.notices = notices
        committed = state
        self.state = state
        batch = Batch(committedAt: now)
    }

    /// Takes one message through the whole path; the result says how soon it must be committed.
    func receive(_ received: ReceivedMessage) -> Urgency {
        if let neighbour = state.neighbours.neighbour(onTopic: received.message.topic) {
            hearNeighbour(neighbour, received)
            return .whenDue
        }
        guard !state.own.contain(received.message.topic) else { return .whenDue }
        let decoding = state.decoder.decode(received.message)
        count(received, decoding)
        if decoding.isAnnouncement {
            batch.announcements.append(
                DeviceAnnouncement(
                    topic: received.message.topic, payload: received.message.payload,
                    heardAt: received.message.receivedAt))
        }
        // A retained copy is old by an unknown time: it may announce, but it never measures (P5).
        guard !received.message.retained else { return .whenDue }
        let alertsBefore = batch.alerts.count
        for (index, reading) in decoding.readings.enumerated() {
            guard state.sensors.isAssigned(device: reading.stream.device) else {
                state.unassigned.note(
                    reading.stream.device, received.message, profile: decoding.profile,
                    channels: decoding.readings.map(\.channel))
                state.counters.unassignedMessages += 1
                break
            }
            if index == 0, !isWithinRate(reading, received) {
                decoding.readings.forEach { hear($0, now: received.message.receivedAt) }
                break
            }
            let sheet = decoding.sheets.first { $0.reading == index }?.sheet
            take(believed(dated(reading, received)), of: received, decoding, sheet)
        }
        return batch.alerts.count > alertsBefore ? .now : .whenDue
    }

    /// Stores one reading, and measures with it where it is new.
    private func take(
        _ reading: Reading, of received: ReceivedMessage, _ decoding: Decoding, _ sheet: MeterSheet?
    ) {
        let known = state.series.count
        guard let placement = place(reading, of: received, decoding, sheet) else { return }
        if let sheet, state.series.count > known {
            state.sensors.learn(sheet, device: reading.stream.device, channel: reading.channel)
        }
        switch placement {
        case .double: state.counters.doubles += 1
        case .conflict(let series, let existing):
            putAside(
                reading, received, reason: "conflict", series: series,
                explanation: "\(reading.value) at \(reading.time.instant), where \(existing) is stored")
        case .fresh(let series), .late(let series):
            if case .late = placement, reading.kind == .register || reading.kind == .delta {
                state.hasLateMeters = true
            }
            batch.readings.append(StoredReading(reading, in: series, receivedAt: receiptToKeep(reading, received)))
            noteProfile(decoding.profile, of: reading)
            measure(reading, isWatched: received.isWatched, now: received.message.receivedAt)
        }
    }

    /// Keeps by which profile a channel that measures something is read: a profile's numbers count like a multiplier.
    private func noteProfile(_ profile: String?, of reading: Reading) {
        guard let profile else { return }
        let (device, channel) = (reading.stream.device, reading.channel)
        let use = ProfileUse(device: device, channel: channel, profile: profile)
        guard !state.profiles.contain(use),
            state.sensors.sensor(device: device, channel: channel, at: reading.time.instant) != nil
        else { return }
        state.profiles.add(use)
    }

    /// Turns a stored reading of a sensor into measurements, and those into changes of limits and alerts.
    func measure(_ reading: Reading, isWatched: Bool = false, now: Instant) {
        guard
            let sensor = state.sensors.sensor(
                device: reading.stream.device, channel: reading.channel, at: reading.time.instant)
        else { return }
        // A person's own figure does not make a silent device heard.
        if reading.time.source != .manual { hear(sensor.id, at: reading.time.instant, now: now) }
        guard isUnderstood(reading, of: sensor, now: now), reading.isTrusted,
            !state.asides.contain(sensor.id, at: reading.time.instant)
        else { return }
        let (measurements, events) = state.meters.receive(reading, of: sensor)
        batch.meterEvents += events
        for measurement in measurements {
            for seen in [measurement] + state.computed.receive(measurement) {
                take(state.limits.receive(seen, now: now), of: seen, isWatched: isWatched, now: now)
                seePeaks(seen, now: now)
            }
        }
    }

    /// Lets time pass: on-delays end, silent sensors are noticed, alerts are asked about again.
    func tick(now: Instant) -> Urgency {
        let alertsBefore = batch.alerts.count
        for (sensor, time) in state.silence.takeExpected() {
            batch.dutyMarks[DutyMark(kind: DutyMark.expected, name: sensor.rawValue)] = time
        }
        apply(state.silence.tick(now: now), now: now)
        release(state.limits.tick(now: now), now: now)
        endOfQuiet(now: now)
        perform(state.alerts.tick(now: now), now: now)
        tellOfLosses(now: now)
        handOver(now: now)
        missNeighbours(now: now)
        return batch.alerts.count > alertsBefore || !batch.dutyMarks.isEmpty ? .now : .whenDue
    }

    /// Writes the batch in one transaction and makes the copy the state in force.
    func commit(packets: [PacketRecord], session: Int64, now: Instant) throws(StoreError) {
        if let readFailure { throw readFailure }
        batch.committedAt = now
        batch.session = session
        batch.packets = packets
        batch.news = state.series.takeNews()
        if !batch.isEmpty {
            try store.commit(batch)
            state.counters.readings += batch.readings.count
            state.counters.commits += 1
        }
        committed = state
        batch = Batch(committedAt: now)
    }

    /// Forgets the batch, as if its messages had never come.
    func discard(now: Instant) {
        committed.counters.failedCommits += 1
        state = committed
        batch = Batch(committedAt: now)
        readFailure = nil
    }

    /// Takes over profiles, destinations and languages that were read again; what devices announced stays known.
    func reload(_ site: Site, now: Instant) throws {
        let decoder = try PipelineLoader(site: site, store: store).decoder(andThen: batch.announcements)
        notices = NoticeWriter(site: site)
        let policy = try site.alertPolicy(store, now: now)
        changeState {
            $0.decoder = decoder
            $0.alerts.policy = policy
            $0.neighbours.neighbours = site.configuration.neighbours
        }
        forgetRemoved(site.configuration, now: now)
    }

    /// Changes the state apart from any message, for what a command has already written to the store.
    func changeState(_ change: (inout PipelineState) -> Void) {
        change(&committed)
        change(&state)
    }
}
