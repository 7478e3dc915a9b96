/// Something that happened to a meter besides consumption.
public struct MeterEvent: Hashable, Sendable, Codable {
    /// The kinds of event.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// The counter fell back to zero and goes on from there.
        case reset
        /// The counter passed its highest figure and started again at zero.
        case rollover
        /// Another meter took its place.
        case exchange
        /// One or more readings that the following ones disprove.
        case falseReading = "false_reading"
        /// No readings for longer than the rhythm allows; the total goes on across it.
        case gap
        /// A step back within the jitter that the sheet allows.
        case backwardStep = "backward_step"
        /// A step forward faster than the sheet thinks possible.
        case implausibleStep = "implausible_step"
    }

    /// Whether the event counts.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Certain enough to be applied by rule.
        case applied
        /// A question for a steward; nothing is booked meanwhile.
        case proposed
        /// A steward said yes.
        case confirmed
        /// A steward said no, or took the confirmation back.
        case reverted
    }

    /// The measuring point.
    public var sensor: SensorID
    /// The kind.
    public var kind: Kind
    /// The time of the first reading after the event.
    public var at: Instant
    /// The last register reading before, as sent.
    public var before: DecimalValue
    /// The first register reading after, as sent.
    public var after: DecimalValue
    /// The consumption that the event implies, in the sheet's unit; nil where it cannot be known.
    public var impliedUse: DecimalValue?
    /// Whether it counts.
    public var state: State

    /// Makes a meter event.
    public init(
        sensor: SensorID, kind: Kind, at: Instant, before: DecimalValue, after: DecimalValue,
        impliedUse: DecimalValue?, state: State
    ) {
        self.sensor = sensor
        self.kind = kind
        self.at = at
        self.before = before
        self.after = after
        self.impliedUse = impliedUse
        self.state = state
    }
}

/// What a person decided about an event of a meter; the newest one about an event counts, and none is ever deleted.
public struct MeterDecision: Hashable, Sendable, Codable {
    /// The kinds of decision.
    public enum Verdict: Hashable, Sendable, Codable {
        /// It happened; the consumption in the sheet's unit, nil for the one that the event implies.
        case confirmed(use: DecimalValue?)
        /// It did not happen, or the confirmation is taken back: nothing is booked for it.
        case reverted
        /// The meter was replaced: the last figure of the old one, the first of the new one, both in `unit`.
        case exchanged(oldFinal: DecimalValue, newFirst: DecimalValue, unit: Unit)
    }

    /// The measuring point.
    public var sensor: SensorID
    /// The kind of event it is about.
    public var kind: MeterEvent.Kind
    /// The event's time; of an exchange, when the meter was replaced.
    public var at: Instant
    /// What was decided.
    public var verdict: Verdict
    /// When it was entered.
    public var decidedAt: Instant
    /// Whose decision it is.
    public var person: String

    /// Makes a decision.
    public init(
        sensor: SensorID, kind: MeterEvent.Kind, at: Instant, verdict: Verdict, decidedAt: Instant, person: String
    ) {
        self.sensor = sensor
        self.kind = kind
        self.at = at
        self.verdict = verdict
        self.decidedAt = decidedAt
        self.person = person
    }
}

/// What the later stages know of a reading: a sensor's value, or consumption derived from its register.
public struct Measurement: Hashable, Sendable {
    /// A level at a time, or an amount over a time.
    public enum Figure: Hashable, Sendable {
        /// A momentary value in the sensor's unit.
        case level(DecimalValue)
        /// Consumption in the sensor's unit since the given instant.
        case use(DecimalValue, since: Instant)
    }

    /// The measuring point.
    public var sensor: SensorID
    /// When it was measured (for consumption: the end of the interval).
    public var time: Instant
    /// False where the time is only the latest possible one; such a figure feeds no rate, duration or instant limit.
    public var isTimeKnown: Bool
    /// The figure, in the sensor's unit.
    public var figure: Figure
    /// True for consumption over a time that is too long for a single reading: nobody knows when in it that was used.
    public var isAcrossGap: Bool

    /// Makes a measurement.
    public init(
        sensor: SensorID, time: Instant, isTimeKnown: Bool = true, figure: Figure, isAcrossGap: Bool = false
    ) {
        self.sensor = sensor
        self.time = time
        self.isTimeKnown = isTimeKnown
        self.figure = figure
        self.isAcrossGap = isAcrossGap
    }
}

/// What a register's step after a gap brings into the day in which it ends: some of it may have been used before.
public struct CarriedUse: Hashable, Sendable {
    /// How much of the day's amount it is, in the same unit.
    public var amount: DecimalValue
    /// The local day of the reading before the gap.
    public var since: CalendarDate

    /// Makes what is carried.
    public init(amount: DecimalValue, since: CalendarDate) {
        self.amount = amount
        self.since = since
    }
}
