import GatewayModel

/// What one limit needs to know while it looks at a measurement or at the clock.
struct RuleFrame {
    let judged: JudgedLimit
    let now: Instant
    /// True while stored measurements are taken again after a restart: nothing is said then.
    let isReplay: Bool
    /// True for what was used at some time in a gap.
    var isAcrossGap = false

    var limit: Limit { judged.limit }
    var zone: Zone { judged.zone }

    /// A figure in the limit's unit; nil where the units do not fit.
    func convert(_ figure: RecentFigures.Figure) -> DecimalValue? {
        judged.converted(figure.value, at: figure.place)
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
/// `rests` is the instant before which the clock changes nothing of it, as long as no measurement comes: nobody asks it
/// earlier. What brings that instant forward says so; where limits, rhythms or the clock change, it is asked in any case.
///
/// What it says depends on the figures and their times alone, not on the order in which late ones came: sums of slots and
/// extremes of windows commute. Late figures change what is counted and wake nobody about the past.
protocol RuleWatch: Sendable {
    /// Takes a level of one of the limit's sensors; only those newest of their sensor.
    mutating func see(level: RecentFigures.Figure, _ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange]
    /// Takes a consumption that ended at the measurement's time.
    mutating func see(
        use: RecentFigures.Figure, since: Instant, _ frame: RuleFrame, _ rests: inout Instant
    ) -> [RuleChange]
    /// Lets time pass; it always says for how long nothing will change.
    mutating func tick(_ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange]
    /// Takes what is raised already and was told; `place` is the sensor's, nil for a sum over several.
    mutating func restore(raised: LimitTransition, at place: Int?)
    /// How many seconds of measurements it must be given again after a restart.
    static func lookBack(_ rule: Limit.Rule) -> Int64
}

extension RuleWatch {
    mutating func see(level: RecentFigures.Figure, _ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange] { [] }

    mutating func see(
        use: RecentFigures.Figure, since: Instant, _ frame: RuleFrame, _ rests: inout Instant
    ) -> [RuleChange] { [] }

    mutating func tick(_ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange] {
        rests = .max
        return []
    }

    static func lookBack(_ rule: Limit.Rule) -> Int64 { 36 * 3600 }
}

/// Raised or not, and what was seen last: tells a change once.
struct Latch: Sendable {
    /// The onset that was told; nil where the limit is kept.
    var raisedAt: Instant?
    /// The newest figures.
    var recent = RecentFigures()

    /// The change where a condition begins or ends; alarms count from adoption.
    mutating func update(
        isPast: Bool, sensor: SensorID?, onset: Instant, value: DecimalValue?, bound: DecimalValue,
        coverage: Coverage, _ frame: RuleFrame
    ) -> [RuleChange] {
        guard !frame.isReplay, isPast != (raisedAt != nil) else { return [] }
        let onset = isPast ? max(onset, frame.judged.entry.adoptedAt) : onset
        raisedAt = isPast ? onset : nil
        return [
            RuleChange(
                change: isPast ? .raised : .returned, sensor: sensor, onset: onset, value: value, bound: bound,
                coverage: coverage, evidence: frame.judged.evidence(recent))
        ]
    }
}

/// Makes the watch for a rule; nil for rules that the engine knows itself and for rules on days.
enum RuleWatches {
    static func make(_ rule: Limit.Rule, sensors: Int) -> (any RuleWatch)? {
        switch rule {
        case .rate: RateWatch(sensors: sensors)
        case .sites: SitesWatch(sensors: sensors)
        case .nightFlow(_, _, let nights, _, let usual):
            NightFlowWatch(nights: nights + (usual ?? 0), sensors: sensors)
        case .continuousFlow(_, let every, let intervals):
            ContinuousFlowWatch(every: every, intervals: intervals, sensors: sensors)
        case .closedHours: ClosedHoursWatch(sensors: sensors)
        case .turn: TurnWatch(sensors: sensors)
        case .flatline: FlatlineWatch(sensors: sensors)
        case .instant, .budget, .silence: nil
        case .rolling, .delivered, .balance, .share, .comparison, .drift, .measured, .useDays, .turns: nil
        }
    }

    /// How many seconds of measurements a rule must be given again after a restart.
    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        // Until its delay is over nobody but the readings knows since when a value is outside, or back inside.
        if case .instant(_, _, let onDelay, let offDelay) = rule {
            return max(36 * 3600, max(onDelay, offDelay) + 3600)
        }
        return make(rule, sensors: 0).map { type(of: $0).lookBack(rule) } ?? 36 * 3600
    }
}
