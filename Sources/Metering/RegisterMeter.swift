import GatewayModel

/// Derives consumption from the readings of one register, one after another in time order.
///
/// A counter that only rises gives the differences. Whatever else happens becomes a ``MeterEvent``: applied where the
/// meter sheet leaves no doubt, proposed as a question otherwise, and as people decided where they did. Nothing negative
/// is ever booked, and a lifetime total is never booked as consumption. A value type without a clock: the same readings
/// and decisions give the same result.
public struct RegisterMeter: Hashable, Sendable, Codable {
    /// A register reading with its time.
    public struct Point: Hashable, Sendable, Codable {
        /// The raw register value, in the register's unit.
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

        static let nothing = Outcome(use: nil, since: nil, events: [])
    }

    /// A dip or jump from which the counter may still come back.
    struct Doubt: Hashable, Sendable, Codable {
        /// The last reading before it, to which the counter may return.
        var trusted: Point
        /// The first doubtful reading.
        var first: Point
        /// The device that sent the trusted reading; nil for readings of people.
        var device: String?
        /// The event as it was told.
        var event: MeterEvent
        /// What was booked since the trusted reading, to be set off where the counter returns to it.
        var booked: DecimalValue
    }

    /// The measuring point.
    public let sensor: SensorID
    /// The sheet that hangs beside the meter.
    public var sheet: MeterSheet
    /// The register's unit, as its first reading was sent; later ones are converted to it.
    public internal(set) var unit: Unit?
    /// The latest accepted reading; the next difference starts here.
    public internal(set) var baseline: Point?
    /// The device that sent it; nil for readings of people.
    var device: String?
    /// Sources that were seen to read this very meter by turns, such as a device and a file of its history.
    var companions: [String] = []
    /// Open doubts, oldest first: each one's trusted reading is a level to which the counter may return.
    var doubts: [Doubt] = []
    /// A replacement that was entered and that no reading shows yet.
    var awaited: MeterVerdicts.Exchange?
    /// Booked too much on a reading that was taken back since; later consumption is reduced by it first.
    var deficit: DecimalValue = .zero

    /// Levels to which a counter may return at most; a device that sends nonsense must not fill the memory.
    private static let maximumDoubts = 8

    /// Makes a meter that has not been read yet.
    public init(sensor: SensorID, sheet: MeterSheet) {
        self.sensor = sensor
        self.sheet = sheet
    }

    /// True while a later reading may still change what was said about an earlier one.
    public var isInDoubt: Bool { !doubts.isEmpty || deficit > .zero }

    /// When the oldest reading came about which a later one may still say something else; nil where nothing is open.
    public var doubtfulSince: Instant? { doubts.first?.first.time }

    /// Takes the next reading; readings that are not later than the one before change nothing.
    ///
    /// `device` tells one meter from another where a device was replaced; `decisions` are those about this sensor; `zone`
    /// is the one by whose days a counter may start anew.
    public mutating func receive(
        _ value: DecimalValue, at time: Instant, from device: String? = nil, decisions: [MeterDecision] = [],
        zone: Zone = .utc
    ) -> Outcome {
        let next = Point(value: value, time: time)
        guard let last = baseline else {
            baseline = next
            self.device = device
            return .nothing
        }
        guard time > last.time else { return .nothing }
        let before = self.device
        let isOtherDevice =
            device != nil && before != nil && device != before
            && !(companions.contains(device ?? "") && companions.contains(before ?? ""))
        if let device { self.device = device }
        let said = MeterVerdicts(decisions, after: last.time, through: time)
        var outcome: Outcome
        awaited = said.exchange ?? awaited
        if let exchange = awaited, let replaced = replaced(from: last, to: next, by: exchange) {
            outcome = replaced
        } else if isOtherDevice, let same = alternation(from: last, to: next, after: before) {
            outcome = same
        } else if let settled = settle(with: next, last: last, said, decisions) {
            outcome = settled
        } else if isOtherDevice, !goesOn(from: last, to: next) {
            outcome = question(.exchange, from: last, to: next, impliedUse: nil, said)
            if doubts.last?.first == next { doubts[doubts.count - 1].device = before }
        } else {
            outcome =
                next.value >= last.value ? rise(from: last, to: next, said) : fall(from: last, to: next, said, zone)
        }
        expireDoubts(at: next)
        if let use = outcome.use {
            // What is set off counts as booked too: it would be owed again if this reading proved false.
            note(booked: use)
            outcome.use = settingOffDeficit(use)
        }
        return outcome
    }

    private mutating func rise(from last: Point, to next: Point, _ said: MeterVerdicts) -> Outcome {
        guard let use = amount(from: last.value, to: next.value) else {
            return question(.implausibleStep, from: last, to: next, impliedUse: nil, said)
        }
        guard isPlausible(use, from: last.time, to: next.time) else {
            return question(.implausibleStep, from: last, to: next, impliedUse: use, said)
        }
        baseline = next
        return Outcome(use: use, since: last.time, events: [])
    }

    private mutating func fall(from last: Point, to next: Point, _ said: MeterVerdicts, _ zone: Zone) -> Outcome {
        if let step = last.value.subtracting(next.value), step <= sheet.jitter {
            // The higher reading stays the baseline, so that the way back up is not booked twice.
            let event = event(.backwardStep, from: last, to: next, impliedUse: .zero, state: .applied)
            baseline = Point(value: last.value, time: next.time)
            return Outcome(use: .zero, since: last.time, events: [event])
        }
        if let use = useAcrossRollover(from: last, to: next) {
            return certain(.rollover, from: last, to: next, use: use, said)
        }
        if sheet.mayReset(from: last.time, to: next.time, zone: zone), let use = amount(from: .zero, to: next.value),
            isPlausible(use, from: last.time, to: next.time)
        {
            return certain(.reset, from: last, to: next, use: use, said)
        }
        // Without digits or bits on the sheet nobody can tell an exchange from a reset, a rollover or a false reading.
        let implied = next.value == .zero ? nil : amount(from: .zero, to: next.value)
        return question(sheet.range == nil ? .reset : .exchange, from: last, to: next, impliedUse: implied, said)
    }

    /// Books what the sheet makes certain, unless people say otherwise.
    private mutating func certain(
        _ kind: MeterEvent.Kind, from last: Point, to next: Point, use: DecimalValue, _ said: MeterVerdicts
    ) -> Outcome {
        if let outcome = decided(kind, from: last, to: next, impliedUse: use, said) { return outcome }
        let event = event(kind, from: last, to: next, impliedUse: use, state: .applied)
        open(event, trusted: last, first: next)
        return Outcome(use: use, since: last.time, events: [event])
    }

    /// Books nothing, asks, and goes on from the new level so that later consumption is not lost.
    private mutating func question(
        _ kind: MeterEvent.Kind, from last: Point, to next: Point, impliedUse: DecimalValue?, _ said: MeterVerdicts
    ) -> Outcome {
        if let outcome = decided(kind, from: last, to: next, impliedUse: impliedUse, said) { return outcome }
        let event = event(kind, from: last, to: next, impliedUse: impliedUse, state: .proposed)
        open(event, trusted: last, first: next)
        return Outcome(use: nil, since: last.time, events: [event])
    }

    /// The event as a person decided about it; nil where nobody did.
    private mutating func decided(
        _ kind: MeterEvent.Kind, from last: Point, to next: Point, impliedUse: DecimalValue?, _ said: MeterVerdicts
    ) -> Outcome? {
        switch said.verdict(on: kind) {
        case .confirmed(let stated):
            guard let use = stated ?? impliedUse else { return nil }
            let event = event(kind, from: last, to: next, impliedUse: use, state: .confirmed)
            (doubts, companions) = ([], [])
            baseline = next
            return Outcome(use: use, since: last.time, events: [event])
        case .reverted:
            let event = event(kind, from: last, to: next, impliedUse: impliedUse, state: .reverted)
            // The counter may still come back to where it was.
            open(event, trusted: last, first: next)
            return Outcome(use: .zero, since: last.time, events: [event])
        case .exchanged, nil: return nil
        }
    }

    /// Another meter took the place: what the old one counted to its end, and the new one from its beginning.
    ///
    /// Nil while the reading still looks like the old meter's; the replacement then waits for the one that shows it.
    private mutating func replaced(
        from last: Point, to next: Point, by exchange: MeterVerdicts.Exchange
    ) -> Outcome? {
        guard exchange.at == next.time || showsNewMeter(next, after: last, exchange) else { return nil }
        awaited = nil
        let old = value(exchange.oldFinal, in: exchange.unit)
            .flatMap { counted(from: last, to: Point(value: $0, time: next.time)) }
        let new = value(exchange.newFirst, in: exchange.unit)
            .flatMap { counted(from: Point(value: $0, time: last.time), to: next) }
        let use = old.flatMap { old in new.flatMap(old.adding) }
        // The work at the meter takes its time, and so does the device: an hour is granted.
        let since = min(last.time, next.time.advanced(bySeconds: -3600))
        guard let use, isPlausible(use, from: since, to: next.time) else {
            let event = event(.exchange, from: last, to: next, impliedUse: nil, state: .proposed)
            open(event, trusted: last, first: next)
            return Outcome(use: nil, since: last.time, events: [event])
        }
        (doubts, companions) = ([], [])
        baseline = next
        let event = event(.exchange, from: last, to: next, impliedUse: use, state: .confirmed)
        return Outcome(use: use, since: last.time, events: [event])
    }

    private mutating func open(_ event: MeterEvent, trusted: Point, first: Point) {
        doubts.append(Doubt(trusted: trusted, first: first, event: event, booked: .zero))
        if doubts.count > RegisterMeter.maximumDoubts { doubts.removeFirst() }
        baseline = first
    }

    private mutating func note(booked use: DecimalValue) {
        for index in doubts.indices {
            doubts[index].booked = doubts[index].booked.adding(use) ?? doubts[index].booked
        }
    }

    func event(
        _ kind: MeterEvent.Kind, from last: Point, to next: Point, impliedUse: DecimalValue?, state: MeterEvent.State
    ) -> MeterEvent {
        MeterEvent(
            sensor: sensor, kind: kind, at: next.time, before: last.value, after: next.value, impliedUse: impliedUse,
            state: state)
    }
}
