import DeviceProfiles
import GatewayModel
import Limits
import MQTTIngest
import Metering
import Storage

/// Watches momentary values while nobody knows what time it is, by the time that passes since then.
///
/// Limits that go by the calendar wait. An alert that is raised here says that its time is not known; when the messages
/// are dated, what was told of them already is only recorded.
struct UndatedWatch: Sendable {
    var limits: LimitEngine
    var computed: ComputedRoom
    private let known: Instant
    private let since: Int64
    private let boot: String

    /// Begins at the latest time that is known to have passed.
    init(_ state: PipelineState, known: Instant, _ clock: ClockReading) {
        limits = state.limits.watchingLevelsOnly()
        computed = state.computed
        self.known = known
        since = clock.uptime
        boot = clock.boot
    }

    /// A time that is not right and passes as the right one does; never ahead of it.
    func time(_ clock: ClockReading) -> Instant {
        known.advanced(byMilliseconds: max(0, clock.uptime - since))
    }

    /// True where a held message came while this watch was kept.
    func saw(_ message: HeldMessage) -> Bool {
        message.boot == boot && message.uptime >= since && message.waited == nil
    }
}

extension Pipeline {
    /// Checks the momentary values of a message whose time nobody knows; it is stored when it is dated.
    func watchUndated(_ received: ReceivedMessage, _ clock: ClockReading, known: Instant) -> Urgency {
        guard case .live = received.timing, !received.message.retained else { return .whenDue }
        let alertsBefore = batch.alerts.count
        var watch = state.undated ?? UndatedWatch(state, known: known, clock)
        let time = watch.time(clock)
        for reading in state.decoder.decode(received.message).readings where reading.isTrusted {
            guard [.gauge, .state].contains(reading.kind), state.sensors.isAssigned(device: reading.stream.device),
                let sensor = state.sensors.sensor(device: reading.stream.device, channel: reading.channel, at: time),
                let value = MeterRoom.converted(reading.value, from: reading.unit, to: sensor.unit),
                sensor.plausible?.allows(value, at: time, after: nil) ?? true
            else { continue }
            let level = Measurement(sensor: sensor.id, time: time, figure: .level(value))
            for measurement in [level] + watch.computed.receive(level) {
                tellUndated(watch.limits.receive(measurement, now: time), now: time)
            }
        }
        state.undated = watch
        return batch.alerts.count > alertsBefore ? .now : .whenDue
    }

    /// Lets time pass while nobody knows what time it is: on-delays end.
    func tickUndated(_ clock: ClockReading) {
        guard var watch = state.undated else { return }
        let time = watch.time(clock)
        tellUndated(watch.limits.tick(now: time), now: time)
        state.undated = watch
    }

    /// Raises and ends alerts; what is recorded of limits waits for the true times.
    private func tellUndated(_ transitions: [LimitTransition], now: Instant) {
        for transition in transitions { tell(transition, isTimeKnown: false, now: now) }
    }
}
