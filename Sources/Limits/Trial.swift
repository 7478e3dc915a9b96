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
        /// Days of it on which it was not judged: nothing is known of them, or a period was still running.
        public var gaps: Set<CalendarDate> = []
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

    mutating func sortEpisodes() {
        episodes.sort { ($0.from, $0.sensor?.rawValue ?? "") < ($1.from, $1.sensor?.rawValue ?? "") }
    }

    /// The local days on which it was found passed at any time; what goes on through days that nobody knows counts without
    /// them.
    public func days(through last: CalendarDate, zone: Zone) -> Set<CalendarDate> {
        var days: Set<CalendarDate> = []
        for episode in episodes {
            for date in episode.days(through: last, zone: zone) where !episode.gaps.contains(date) { days.insert(date) }
        }
        return days
    }

    /// How many times it was passed; of an amount per time, in how many of its periods, each of which ends what was passed.
    public func times(through last: CalendarDate, zone: Zone) -> Int {
        guard case .budget(_, let period, _, _) = limit.rule else { return episodes.count }
        return Set(days(through: last, zone: zone).compactMap { period.start(containing: $0) }).count
    }

    /// The longest of them in seconds, up to an instant, without the days that nobody knows.
    public func longest(until end: Instant, zone: Zone) -> Int64 {
        episodes.map { episode in
            let until = episode.until ?? end
            let lost = episode.gaps.reduce(Int64(0)) { lost, date in
                let from = max(episode.from, zone.start(of: date))
                return lost + max(0, min(until, zone.start(of: date.adding(days: 1))).milliseconds(since: from))
            }
            return max(0, until.milliseconds(since: episode.from) - lost) / 1000
        }.max() ?? 0
    }

    /// The same on some days alone: those on which the level of a stage counted.
    public func counted(on days: Set<CalendarDate>, through last: CalendarDate, zone: Zone) -> Trial {
        var trial = self
        trial.unknownDays.formIntersection(days)
        trial.nearDays.formIntersection(days)
        trial.episodes = episodes.flatMap { episode in
            var parts: [Episode] = []
            for date in episode.days(through: last, zone: zone) where days.contains(date) {
                let start = zone.start(of: date)
                var part = episode
                if let before = parts.last, before.until == start {
                    part.from = parts.removeLast().from
                } else {
                    part.from = max(episode.from, start)
                }
                part.until = zone.start(of: date.adding(days: 1))
                if let until = episode.until {
                    part.until = min(part.until ?? until, until)
                } else if date == last {
                    part.until = nil
                }
                parts.append(part)
            }
            return parts
        }
        trial.sortEpisodes()
        return trial
    }

    /// True for rules that are tried on days alone; others need the measurements themselves.
    public static func isOnDays(_ rule: Limit.Rule) -> Bool {
        if case .budget = rule { return true }
        return DayRules.isOnDays(rule)
    }

    /// Tries a rule on days; on days that are not among `counting` it does not count.
    public static func onDays(
        _ limit: Limit, _ scale: Scale, from: CalendarDate, through: CalendarDate, _ table: DayTable, zone: Zone,
        counting: Set<CalendarDate>? = nil
    ) -> Trial {
        var trial = Trial(limit: limit, scale: scale)
        var open: [SensorID?: Episode] = [:]
        for (date, verdicts) in verdicts(limit, scale, from: from, through: through, table, counting) {
            guard let verdicts else {
                // Nothing counts on this day, so what was passed is over.
                for key in open.keys { trial.close(key, of: &open, at: zone.start(of: date)) }
                continue
            }
            for verdict in verdicts { trial.take(verdict, on: date, &open, zone: zone) }
        }
        trial.episodes += open.values
        trial.sortEpisodes()
        return trial
    }

    private mutating func close(_ key: SensorID?, of open: inout [SensorID?: Episode], at end: Instant) {
        guard var episode = open.removeValue(forKey: key) else { return }
        episode.until = end
        episodes.append(episode)
    }

    private mutating func take(
        _ verdict: DayVerdict, on date: CalendarDate, _ open: inout [SensorID?: Episode], zone: Zone
    ) {
        switch verdict.state {
        case .past where open[verdict.sensor] == nil:
            open[verdict.sensor] = Episode(
                sensor: verdict.sensor, from: zone.start(of: date), until: nil, value: verdict.value)
        case .past: break
        case .within: close(verdict.sensor, of: &open, at: zone.start(of: date))
        case .unknown:
            unknownDays.insert(date)
            open[verdict.sensor]?.gaps.insert(date)
        case .notAsked: open[verdict.sensor]?.gaps.insert(date)
        }
        if verdict.state == .within, limit.bound == .atLeast, let value = verdict.value, let bound = verdict.bound,
            let near = bound.multiplied(byRatio: 11, 10), value < near
        {
            nearDays.insert(date)
        }
    }

    /// The verdicts of each day; nil where it does not count on a day.
    private static func verdicts(
        _ limit: Limit, _ scale: Scale, from: CalendarDate, through: CalendarDate, _ table: DayTable,
        _ counting: Set<CalendarDate>?
    ) -> [(CalendarDate, [DayVerdict]?)] {
        func dates(_ first: CalendarDate) -> [CalendarDate] {
            (0...max(0, through.daysSinceEpoch - first.daysSinceEpoch)).map { first.adding(days: Int($0)) }
        }
        guard case .budget(_, let period, _, _) = limit.rule else {
            return dates(from).map { date in
                let counts = limit.counts(on: date) && counting?.contains(date) ?? true
                return (date, counts ? DayRules.judge(limit, scale, on: date, table) : nil)
            }
        }
        // The period that runs on the first day is counted from its own beginning.
        let days = BudgetDay.days(of: limit, scale, on: dates(period.start(containing: from) ?? from), table)
            .filter { counting?.contains($0.key) ?? true }
        return dates(from).map { date in
            (
                date,
                days[date].map { day in
                    [
                        DayVerdict(
                            state: state(of: day), value: day.used, bound: limit.bound == .atMost ? day.bound : nil,
                            coverage: Coverage(measured: 1, expected: 1), sensor: nil)
                    ]
                }
            )
        }
    }

    private static func state(of day: BudgetDay) -> DayVerdict.State {
        switch day.state {
        case .within, .near: .within
        case .past: .past
        case .unknown: .unknown
        }
    }
}

extension Trial.Episode {
    /// The local days that it touches, up to a day.
    public func days(through last: CalendarDate, zone: Zone) -> [CalendarDate] {
        let first = zone.date(at: from)
        let end = min(last, until.map { zone.date(at: max(from, $0.advanced(byMilliseconds: -1))) } ?? last)
        guard first <= end else { return [] }
        return (0...(end.daysSinceEpoch - first.daysSinceEpoch)).map { first.adding(days: Int($0)) }
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
        guard sensors.count > 1 else { return true }
        return switch rule {
        // A second sensor that agrees confirms what wakes people.
        case .instant(_, _, let onDelay, _): priority != .now || waivesConfirmation || onDelay > 0
        case .rate, .continuousFlow, .closedHours, .turn, .silence, .flatline, .useDays: true
        case .sites, .nightFlow, .budget, .measured, .rolling, .delivered, .balance, .share, .comparison, .drift: false
        // Who comes next depends on all of them.
        case .turns: false
        }
    }
}
