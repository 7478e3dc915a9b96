import GatewayModel

/// The rules that have a watch of their own, and the rules on days.
extension LimitEngine {
    /// How many seconds of measurements of a limit's sensors must be replayed after a restart.
    public static func lookBack(_ limit: Limit) -> Int64 { RuleWatches.lookBack(limit.rule) }

    /// True where a limit counts at an instant: in its season and in its hours.
    mutating func applies(_ limit: Limit, at instant: Instant) -> Bool {
        guard limit.season != nil || limit.hours != nil else { return true }
        let date = date(of: instant)
        if let season = limit.season, !season.contains(date) { return false }
        guard let hours = limit.hours else { return true }
        return hours.instants(on: date, in: zone).contains(instant)
            || hours.instants(on: date.adding(days: -1), in: zone).contains(instant)
    }

    mutating func watch(
        _ measurement: Measurement, _ entry: LimitInForce, isNewest: Bool, now: Instant, isReplay: Bool
    ) -> [LimitTransition] {
        guard var watch = watches[entry.reference], measurement.isTimeKnown else { return [] }
        let frame = frame(entry, now: now, isReplay: isReplay)
        let changes: [RuleChange]
        switch measurement.figure {
        case .level(let value):
            guard isNewest || isReplay else { return [] }
            changes = watch.see(level: value, measurement, frame)
        case .use(let amount, let since):
            changes = watch.see(use: amount, since: since, measurement, frame)
        }
        watches[entry.reference] = watch
        return note(changes, entry, now: now)
    }

    /// Takes a measurement that one rule alone needs to know again, since it looks further back than the others.
    public mutating func replay(_ measurement: Measurement, onlyFor reference: LimitReference) {
        guard let entry = limits[reference], applies(entry.limit, at: measurement.time) else { return }
        _ = watch(measurement, entry, isNewest: true, now: measurement.time, isReplay: true)
    }

    mutating func tickWatch(_ entry: LimitInForce, now: Instant) -> [LimitTransition] {
        guard var watch = watches[entry.reference] else { return [] }
        let changes = watch.tick(frame(entry, now: now, isReplay: false))
        watches[entry.reference] = watch
        return note(changes, entry, now: now)
    }

    /// Outside of its season and hours nothing of a limit is passed.
    mutating func release(_ entry: LimitInForce, now: Instant) -> [LimitTransition] {
        let open = raised.removeValue(forKey: entry.reference) ?? [:]
        if watches[entry.reference] != nil { watches[entry.reference] = RuleWatches.make(entry.limit.rule) }
        var changes = open.values.sorted { ($0.sensor?.rawValue ?? "") < ($1.sensor?.rawValue ?? "") }.map { told in
            var over = told
            (over.change, over.onset, over.detectedAt) = (.returned, now, now)
            return over
        }
        if case .budget = entry.limit.rule { changes += passPeriod(entry, nil, now: now) }
        for sensor in entry.limit.sensors {
            let watch = Watch(limit: entry.reference, sensor: sensor)
            guard case .instant(let bound, _, _, _) = entry.limit.rule, let state = instants.removeValue(forKey: watch),
                state.raisedAt != nil
            else { continue }
            changes.append(
                LimitTransition(
                    limit: entry.reference, sensor: sensor, change: .returned, onset: now, detectedAt: now,
                    value: state.value, bound: bound, coverage: Coverage(measured: 1, expected: 1),
                    evidence: state.evidence))
        }
        return changes
    }

    /// Judges the rules on days by a day that is over; earlier days change the report and wake nobody.
    public mutating func judgeDay(_ date: CalendarDate, _ table: DayTable, now: Instant) -> [LimitTransition] {
        var changes: [LimitTransition] = []
        for entry in limits.values.sorted(by: { $0.reference < $1.reference })
        where DayRules.isOnDays(entry.limit.rule) && date >= entry.inForceFrom {
            // Alarms count from adoption: a day that had begun by then is the report's business.
            guard zone.start(of: date) >= entry.adoptedAt else { continue }
            if let season = entry.limit.season, !season.contains(date) {
                changes += release(entry, now: now)
                continue
            }
            for verdict in DayRules.judge(entry.limit, entry.scale, on: date, table) {
                let isRaised = raised[entry.reference]?[verdict.sensor] != nil
                guard let bound = verdict.bound, verdict.state == (isRaised ? .within : .past) else { continue }
                let change = RuleChange(
                    change: isRaised ? .returned : .raised, sensor: verdict.sensor,
                    onset: isRaised
                        ? zone.start(of: date.adding(days: 1)) : max(zone.start(of: date), entry.adoptedAt),
                    value: verdict.value, bound: bound, coverage: verdict.coverage, evidence: [])
                changes += note([change], entry, now: now)
            }
        }
        return changes
    }

    /// The sensors and days that ``judgeDay(_:_:now:)`` needs to know.
    public var neededDays: (sensors: [SensorID], lookBack: Int) {
        let entries = limits.values.filter { DayRules.isOnDays($0.limit.rule) }
        let sensors = entries.flatMap { $0.limit.sensors + DayRules.otherSensors($0.limit.rule) }
        return (Set(sensors).sorted(), entries.map { DayRules.lookBack($0.limit.rule) }.max() ?? 0)
    }

    private func frame(_ entry: LimitInForce, now: Instant, isReplay: Bool) -> RuleFrame {
        RuleFrame(
            entry: entry, zone: zone, now: now, isReplay: isReplay,
            convert: { converted($0, of: $1, to: entry.limit.unit) }, evidence: { evidence($0, $1) })
    }

    private mutating func note(_ changes: [RuleChange], _ entry: LimitInForce, now: Instant) -> [LimitTransition] {
        changes.map { change in
            let transition = LimitTransition(
                limit: entry.reference, sensor: change.sensor, change: change.change, onset: change.onset,
                detectedAt: now, value: change.value, bound: change.bound, coverage: change.coverage,
                evidence: change.evidence)
            raised[entry.reference, default: [:]][change.sensor] = change.change == .raised ? transition : nil
            return transition
        }
    }
}
