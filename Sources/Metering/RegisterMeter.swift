import GatewayModel

/// Derives consumption from the readings of one register, one after another in time order.
///
/// A counter that only rises gives the differences. Whatever else happens becomes a ``MeterEvent``: applied where the
/// meter sheet leaves no doubt, proposed as a question otherwise. Nothing negative is ever booked, and a lifetime total
/// is never booked as consumption. A value type without a clock: the same readings give the same result.
public struct RegisterMeter: Hashable, Sendable, Codable {
    /// A register reading with its time.
    public struct Point: Hashable, Sendable, Codable {
        /// The raw register value, as sent.
        public var value: DecimalValue
        /// When it was read.
        public var time: Instant

        /// Makes a point.
        public init(value: DecimalValue, time: Instant) {
            self.value = value
            self.time = time
        }
    }

    /// What one reading led to.
    public struct Outcome: Hashable, Sendable {
        /// Consumption since the reading before, in the sheet's unit; nil where nothing can be said.
        public var use: DecimalValue?
        /// Since when; the time of the reading before.
        public var since: Instant?
        /// What happened besides consumption.
        public var events: [MeterEvent]
    }

    /// A dip or jump whose meaning the following readings decide.
    struct Doubt: Hashable, Sendable, Codable {
        /// The last reading before it, to which the counter may return.
        var trusted: Point
        /// The first doubtful reading.
        var first: Point
        /// The event as it was told.
        var event: MeterEvent
        /// What was booked since the trusted reading, to be set off where the counter returns to it.
        var booked: DecimalValue
    }

    /// The measuring point.
    public let sensor: SensorID
    /// The sheet that hangs beside the meter.
    public var sheet: MeterSheet
    /// The latest accepted reading; the next difference starts here.
    public private(set) var baseline: Point?
    var doubt: Doubt?
    /// Booked too much on a reading that was taken back since; later consumption is reduced by it first.
    var deficit: DecimalValue = .zero

    /// Makes a meter that has not been read yet.
    public init(sensor: SensorID, sheet: MeterSheet) {
        self.sensor = sensor
        self.sheet = sheet
    }

    /// Makes a meter that goes on from a stored reading, with the open question that was stored for it, if any.
    public init(sensor: SensorID, sheet: MeterSheet, lastReading: Point, openEvent: MeterEvent?, trustedAt: Instant?) {
        self.init(sensor: sensor, sheet: sheet)
        baseline = lastReading
        guard let openEvent, openEvent.state == .proposed else { return }
        doubt = Doubt(
            trusted: Point(value: openEvent.before, time: trustedAt ?? openEvent.at),
            first: Point(value: openEvent.after, time: openEvent.at), event: openEvent, booked: .zero)
    }

    /// Takes the next reading; readings that are not later than the one before change nothing.
    public mutating func receive(_ value: DecimalValue, at time: Instant) -> Outcome {
        let next = Point(value: value, time: time)
        guard let last = baseline else {
            baseline = next
            return Outcome(use: nil, since: nil, events: [])
        }
        guard time > last.time else { return Outcome(use: nil, since: nil, events: []) }
        if let doubt, let outcome = settle(doubt, with: next, last: last) { return outcome }
        return next.value >= last.value ? rise(from: last, to: next) : fall(from: last, to: next)
    }

    private mutating func rise(from last: Point, to next: Point) -> Outcome {
        guard let use = amount(from: last.value, to: next.value) else {
            return question(.implausibleStep, from: last, to: next, impliedUse: nil)
        }
        guard isPlausible(use, from: last.time, to: next.time) else {
            return question(.implausibleStep, from: last, to: next, impliedUse: use)
        }
        baseline = next
        if let open = doubt, next.value > open.first.value {
            // A living counter on the new level: the question stays with people, but no return is expected any more.
            doubt = nil
        }
        return Outcome(use: settingOffDeficit(use), since: last.time, events: [])
    }

    private mutating func fall(from last: Point, to next: Point) -> Outcome {
        if let step = last.value.subtracting(next.value), step <= sheet.jitter {
            // The higher reading stays the baseline, so that the way back up is not booked twice.
            let event = event(.backwardStep, from: last, to: next, impliedUse: .zero, state: .applied)
            return Outcome(use: .zero, since: last.time, events: [event])
        }
        if let use = useAcrossRollover(from: last, to: next) {
            let event = event(.rollover, from: last, to: next, impliedUse: use, state: .applied)
            doubt = Doubt(trusted: last, first: next, event: event, booked: use)
            baseline = next
            return Outcome(use: settingOffDeficit(use), since: last.time, events: [event])
        }
        if sheet.resetsToZero, let use = amount(from: .zero, to: next.value),
            isPlausible(use, from: last.time, to: next.time)
        {
            let event = event(.reset, from: last, to: next, impliedUse: use, state: .applied)
            doubt = Doubt(trusted: last, first: next, event: event, booked: use)
            baseline = next
            return Outcome(use: settingOffDeficit(use), since: last.time, events: [event])
        }
        // Without digits on the sheet nobody can tell an exchange from a reset, a rollover or a false reading.
        let implied = next.value == .zero ? nil : amount(from: .zero, to: next.value)
        return question(sheet.digits == nil ? .reset : .exchange, from: last, to: next, impliedUse: implied)
    }

    /// Decides an open doubt where the next reading allows it; nil where it only goes on.
    private mutating func settle(_ doubt: Doubt, with next: Point, last: Point) -> Outcome? {
        let hasMoved = last.value != doubt.first.value
        guard !hasMoved, next.value >= doubt.trusted.value.subtracting(sheet.jitter) ?? doubt.trusted.value,
            doubt.event.kind != .implausibleStep || next.value < doubt.first.value,
            let use = amount(from: min(doubt.trusted.value, next.value), to: next.value),
            isPlausible(use, from: doubt.trusted.time, to: next.time)
        else { return nil }
        // The counter is back where it was: what lay between was false, and the total goes on from the trusted reading.
        self.doubt = nil
        baseline = next.value >= doubt.trusted.value ? next : Point(value: doubt.trusted.value, time: next.time)
        if let owed = deficit.adding(doubt.booked) { deficit = owed }
        var taken = doubt.event
        taken.state = .reverted
        let finding = MeterEvent(
            sensor: sensor, kind: .falseReading, at: doubt.first.time, before: doubt.trusted.value,
            after: doubt.first.value, impliedUse: .zero, state: .applied)
        return Outcome(use: settingOffDeficit(use), since: last.time, events: [taken, finding])
    }

    /// Books nothing, asks, and goes on from the new level so that later consumption is not lost.
    private mutating func question(
        _ kind: MeterEvent.Kind, from last: Point, to next: Point, impliedUse: DecimalValue?
    ) -> Outcome {
        let event = event(kind, from: last, to: next, impliedUse: impliedUse, state: .proposed)
        doubt = Doubt(trusted: last, first: next, event: event, booked: .zero)
        baseline = next
        return Outcome(use: nil, since: last.time, events: [event])
    }

    private func event(
        _ kind: MeterEvent.Kind, from last: Point, to next: Point, impliedUse: DecimalValue?, state: MeterEvent.State
    ) -> MeterEvent {
        MeterEvent(
            sensor: sensor, kind: kind, at: next.time, before: last.value, after: next.value, impliedUse: impliedUse,
            state: state)
    }
}
