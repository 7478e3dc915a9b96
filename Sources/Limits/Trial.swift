import GatewayModel

/// What would have happened had a limit been in force: tried on stored measurements and days, without telling anybody.
public struct Trial: Hashable, Sendable {
    /// A time in which the limit was passed.
    public struct Episode: Hashable, Sendable {
        /// The sensor; nil for a sum.
        public var sensor: SensorID?
        /// Since when.
        public var from: Instant
        /// Until when; nil where it went on at the end.
        public var until: Instant?
        /// The figure with which it was found, in the limit's unit.
        public var value: DecimalValue?
    }

    /// The limit.
    public var limit: Limit
    /// For how many and how much it counts.
    public var scale: Scale
    /// The times in which it was passed, in order.
    public var episodes: [Episode] = []
    /// Days on which not enough was measured to say.
    public var unknownDays: Set<CalendarDate> = []
    /// Days on which a minimum was kept by less than a tenth.
    public var nearDays: Set<CalendarDate> = []

    /// The trials of a limit's sensors, each tried alone, as one.
    public init(_ limit: Limit, _ scale: Scale, merging parts: [Trial]) {
        self.init(limit: limit, scale: scale)
        for part in parts {
            episodes += part.episodes
            unknownDays.formUnion(part.unknownDays)
            nearDays.formUnion(part.nearDays)
        }
        sortEpisodes()
    }

    /// Makes a trial in which nothing has happened yet.
    init(limit: Limit, scale: Scale) {
        (self.limit, self.scale) = (limit, scale)
    }

    fileprivate mutating func sortEpisodes() {
        episodes.sort { ($0.from, $0.sensor?.rawValue ?? "") < ($1.from, $1.sensor?.rawValue ?? "") }
    }

    /// The local days on which it was passed at any time.
    public func days(through last: CalendarDate, zone: Zone) -> Set<CalendarDate> {
        var days: Set<CalendarDate> = []
        for episode in episodes {
            var date = zone.date(at: episode.from)
            let end = episode.until.map { zone.date(at: max(episode.from, $0.advanced(byMilliseconds: -1))) } ?? last
            while date <= min(end, last) {
                days.insert(date)
                date = date.adding(days: 1)
            }
        }
        return days
    }

    /// The longest of them in seconds, up to an instant.
    public func longest(until end: Instant) -> Int64 {
        episodes.map { ($0.until ?? end).milliseconds(since: $0.from) / 1000 }.max() ?? 0
    }

    /// True for rules that are tried on days alone; others need the measurements themselves.
    public static func isOnDays(_ rule: Limit.Rule) -> Bool {
        if case .budget = rule { return true }
        return DayRules.isOnDays(rule)
    }

    /// Tries a rule on days.
    public static func onDays(
        _ limit: Limit, _ scale: Scale, from: CalendarDate, through: CalendarDate, _ table: DayTable, zone: Zone
    ) -> Trial {
        var trial = Trial(limit: limit, scale: scale)
        let verdicts = verdicts(limit, scale, from: from, through: through, table)
        var open: [SensorID?: Episode] = [:]
        for (date, days) in verdicts {
            for verdict in days {
                switch verdict.state {
                case .past where open[verdict.sensor] == nil:
                    open[verdict.sensor] = Episode(
                        sensor: verdict.sensor, from: zone.start(of: date), until: nil, value: verdict.value)
                case .within:
                    guard var episode = open.removeValue(forKey: verdict.sensor) else { break }
                    episode.until = zone.start(of: date)
                    trial.episodes.append(episode)
                case .unknown: trial.unknownDays.insert(date)
                case .past, .notAsked: break
                }
                if verdict.state == .within, limit.bound == .atLeast, let value = verdict.value,
                    let bound = verdict.bound, let near = bound.multiplied(byRatio: 11, 10), value < near
                {
                    trial.nearDays.insert(date)
                }
            }
        }
        trial.episodes += open.values
        trial.sortEpisodes()
        return trial
    }

    private static func verdicts(
        _ limit: Limit, _ scale: Scale, from: CalendarDate, through: CalendarDate, _ table: DayTable
    ) -> [(CalendarDate, [DayVerdict])] {
        func dates(_ first: CalendarDate) -> [CalendarDate] {
            (0...max(0, through.daysSinceEpoch - first.daysSinceEpoch)).map { first.adding(days: Int($0)) }
        }
        guard case .budget(_, let period, _, _) = limit.rule else {
            return dates(from).map { ($0, DayRules.judge(limit, scale, on: $0, table)) }
        }
        // The period that runs on the first day is counted from its own beginning.
        let days = BudgetDay.days(of: limit, scale, on: dates(period.start(containing: from) ?? from), table)
        return dates(from).compactMap { date in
            days[date].map { day in
                let states: [BudgetDay.State: DayVerdict.State] = [
                    .within: .within, .near: .within, .past: .past, .unknown: .unknown,
                ]
                let state = states[day.state] ?? .unknown
                return (
                    date,
                    [
                        DayVerdict(
                            state: state, value: day.used, bound: limit.bound == .atMost ? day.bound : nil,
                            coverage: Coverage(measured: 1, expected: 1), sensor: nil)
                    ]
                )
            }
        }
    }
}

extension Limit {
    /// The same limit on some of its sensors.
    public func on(_ chosen: [SensorID]) -> Limit {
        var limit = self
        limit.sensors = chosen
        return limit
    }

    /// True where what one sensor measures says nothing of another: such a limit can be tried on each of them by itself.
    public var judgesSensorsAlone: Bool {
        switch rule {
        // A second sensor that agrees confirms what wakes people.
        case .instant(_, _, let onDelay, _): priority != .now || waivesConfirmation || onDelay > 0
        case .rate, .continuousFlow, .closedHours, .turn, .silence, .flatline: true
        case .sites, .nightFlow, .budget, .measured, .rolling, .delivered, .balance, .share, .comparison, .drift: false
        }
    }
}

/// Tries rules on measurements, given in time order.
public struct StreamTrial: Sendable {
    private var engine: LimitEngine
    private var trials: [LimitReference: Trial] = [:]
    private var open: [LimitReference: [SensorID?: Trial.Episode]] = [:]
    private var clock: Instant
    /// The clock ticks as often as it does while the gateway runs on recorded messages.
    private static let step: Int64 = 300

    /// Tries several limits at once; what was measured before the beginning is not known.
    public init(_ limits: [(Limit, Scale)], sensors: [Sensor], zone: Zone, from: Instant) {
        let entries = limits.enumerated().map { index, pair in
            LimitInForce(
                reference: LimitReference(resolution: index + 1, limit: pair.0.id), limit: pair.0,
                decidedOn: zone.date(at: from), inForceFrom: zone.date(at: from), reviewBy: zone.date(at: from),
                adoptedAt: Instant(milliseconds: .min), scale: pair.1, standing: .inForce)
        }
        engine = LimitEngine(limits: entries, sensors: sensors, zone: zone, lastSeen: [:], startedAt: from)
        for entry in entries { trials[entry.reference] = Trial(limit: entry.limit, scale: entry.scale) }
        clock = from
    }

    /// Takes the next measurement.
    public mutating func receive(_ measurement: Measurement) {
        pass(until: measurement.time)
        note(engine.receive(measurement, now: measurement.time))
    }

    /// Ends the time and returns what was found, in the order in which the limits were given.
    public mutating func finish(at end: Instant) -> [Trial] {
        pass(until: end)
        return trials.keys.sorted().compactMap { reference in
            var trial = trials[reference]
            trial?.episodes += (open[reference] ?? [:]).values
            trial?.sortEpisodes()
            return trial
        }
    }

    private mutating func pass(until end: Instant) {
        while clock.advanced(bySeconds: StreamTrial.step) <= end {
            clock = clock.advanced(bySeconds: StreamTrial.step)
            note(engine.tick(now: clock))
        }
    }

    private mutating func note(_ transitions: [LimitTransition]) {
        for transition in transitions {
            switch transition.change {
            case .raised:
                open[transition.limit, default: [:]][transition.sensor] = Trial.Episode(
                    sensor: transition.sensor, from: transition.onset, until: nil, value: transition.value)
            case .returned:
                guard var episode = open[transition.limit]?.removeValue(forKey: transition.sensor) else { continue }
                episode.until = transition.onset
                trials[transition.limit]?.episodes.append(episode)
            case .warned: continue
            }
        }
    }
}
