import GatewayModel

/// What one limit needs to know while it looks at a measurement or at the clock.
struct RuleFrame {
    let entry: LimitInForce
    let zone: Zone
    let now: Instant
    /// True while stored measurements are taken again after a restart: nothing is said then.
    let isReplay: Bool
    let units: SensorUnits

    var limit: Limit { entry.limit }

    /// A figure in the limit's unit; nil where the units do not fit.
    func convert(_ value: DecimalValue, _ sensor: SensorID) -> DecimalValue? {
        units.converted(value, of: sensor, to: entry.limit.unit)
    }

    /// The figure as evidence, in the sensor's own unit.
    func evidence(_ value: DecimalValue, _ measurement: Measurement) -> Measurement.Evidence {
        units.evidence(value, measurement)
    }
}

/// A change that a rule found, before it is a transition of a limit.
struct RuleChange {
    var change: LimitTransition.Change
    var sensor: SensorID?
    var onset: Instant
    var value: DecimalValue?
    var bound: DecimalValue
    var coverage: Coverage
    var evidence: [Measurement.Evidence]
}

/// Watches one limit on the stream of measurements; a value.
///
/// What it says depends on the figures and their times alone, not on the order in which late ones came: sums of slots and
/// extremes of windows commute. Late figures change what is counted and wake nobody about the past.
protocol RuleWatch: Sendable {
    /// Takes a level of one of the limit's sensors; only those newest of their sensor.
    mutating func see(level: DecimalValue, _ measurement: Measurement, _ frame: RuleFrame) -> [RuleChange]
    /// Takes a consumption that ended at the measurement's time.
    mutating func see(use: DecimalValue, since: Instant, _ measurement: Measurement, _ frame: RuleFrame) -> [RuleChange]
    /// Lets time pass.
    mutating func tick(_ frame: RuleFrame) -> [RuleChange]
    /// Takes what is raised already and was told.
    mutating func restore(raised: LimitTransition)
    /// How many seconds of measurements it must be given again after a restart.
    static func lookBack(_ rule: Limit.Rule) -> Int64
}

extension RuleWatch {
    mutating func see(level: DecimalValue, _ measurement: Measurement, _ frame: RuleFrame) -> [RuleChange] { [] }

    mutating func see(use: DecimalValue, since: Instant, _ measurement: Measurement, _ frame: RuleFrame)
        -> [RuleChange]
    { [] }

    mutating func tick(_ frame: RuleFrame) -> [RuleChange] { [] }

    static func lookBack(_ rule: Limit.Rule) -> Int64 { 36 * 3600 }
}

/// Raised or not, and what was seen last: tells a change once.
struct Latch: Sendable {
    /// The onset that was told; nil where the limit is kept.
    var raisedAt: Instant?
    /// The newest figures, at most three.
    var evidence: [Measurement.Evidence] = []

    mutating func note(_ value: DecimalValue, _ measurement: Measurement, _ frame: RuleFrame) {
        evidence = evidence.suffix(2) + [frame.evidence(value, measurement)]
    }

    /// The change where a condition begins or ends; alarms count from adoption.
    mutating func update(
        isPast: Bool, sensor: SensorID?, onset: Instant, value: DecimalValue?, bound: DecimalValue,
        coverage: Coverage, _ frame: RuleFrame
    ) -> [RuleChange] {
        guard !frame.isReplay, isPast != (raisedAt != nil) else { return [] }
        let onset = isPast ? max(onset, frame.entry.adoptedAt) : onset
        raisedAt = isPast ? onset : nil
        return [
            RuleChange(
                change: isPast ? .raised : .returned, sensor: sensor, onset: onset, value: value, bound: bound,
                coverage: coverage, evidence: evidence)
        ]
    }
}

/// Makes the watch for a rule; nil for rules that the engine knows itself and for rules on days.
enum RuleWatches {
    static func make(_ rule: Limit.Rule) -> (any RuleWatch)? {
        switch rule {
        case .rate: RateWatch()
        case .sites: SitesWatch()
        case .nightFlow: NightFlowWatch()
        case .continuousFlow(_, let every, _): ContinuousFlowWatch(every: every)
        case .closedHours: ClosedHoursWatch()
        case .turn: TurnWatch()
        case .flatline: FlatlineWatch()
        case .instant, .budget, .silence, .rolling, .delivered, .balance, .share, .comparison, .drift, .measured: nil
        }
    }

    /// How many seconds of measurements a rule must be given again after a restart.
    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        make(rule).map { type(of: $0).lookBack(rule) } ?? 36 * 3600
    }
}
