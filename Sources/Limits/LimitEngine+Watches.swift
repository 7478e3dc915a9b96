import GatewayModel

/// The rules that have a watch of their own, and the rules on days.
extension LimitEngine {
    /// How many seconds of measurements of a limit's sensors must be replayed after a restart.
    public static func lookBack(_ limit: Limit) -> Int64 { RuleWatches.lookBack(limit.rule) }

    /// True where a limit counts at an instant: in its season, on its days and in its hours.
    mutating func applies(_ limit: JudgedLimit, at instant: Instant) -> Bool {
        guard !limit.countsAlways else { return true }
        if let span = counting[limit.number], span.contains(instant) { return span.applies }
        if !day.contains(instant) { day = LocalDay(containing: instant, zone: zone) }
        let span = CountSpan(of: limit.limit, around: instant, on: day, zone: zone)
        counting[limit.number] = span
        return span.applies
    }

    /// Lets the next tick look at everything, whatever was said of it.
    mutating func judgeAnew() {
        released = judged.map { _ in false }
        rests = judged.map { _ in .min }
    }

    mutating func watch(
        _ measurement: Measurement, at place: Int, _ limit: JudgedLimit, isNewest: Bool, now: Instant, isReplay: Bool
    ) -> [LimitTransition] {
        guard measurement.isTimeKnown else { return [] }
        let frame = RuleFrame(
            judged: limit, now: now, isReplay: isReplay, isAcrossGap: measurement.isAcrossGap)
        // Changed where they stand: a copy would copy what every sensor of the limit was seen to do.
        let changes: [RuleChange]?
        switch measurement.figure {
        case .level(let value):
            guard isNewest || isReplay else { return [] }
            let figure = RecentFigures.Figure(place: place, time: measurement.time, value: value)
            changes = watches[limit.number]?.see(level: figure, frame, &rests[limit.number])
        case .use(let amount, let since):
            let figure = RecentFigures.Figure(place: place, time: measurement.time, value: amount)
            changes = watches[limit.number]?.see(use: figure, since: since, frame, &rests[limit.number])
        }
        return changes.map { note($0, limit, now: now) } ?? []
    }

    /// Takes a measurement that one rule alone needs to know again, since it looks further back than the others.
    public mutating func replay(_ measurement: Measurement, onlyFor reference: LimitReference) {
        guard let limit = found(reference), let place = limit.places[measurement.sensor],
            applies(limit, at: measurement.time)
        else { return }
        guard limit.judge == .instant else {
            _ = watch(measurement, at: place, limit, isNewest: true, now: measurement.time, isReplay: true)
            return
        }
        guard measurement.isTimeKnown, case .level(let value) = measurement.figure else { return }
        _ = seeLevel(value, at: place, measurement.time, limit, now: measurement.time, isReplay: true)
    }

    mutating func tickWatch(_ limit: JudgedLimit, now: Instant) -> [LimitTransition] {
        let frame = RuleFrame(judged: limit, now: now, isReplay: false)
        let changes = watches[limit.number]?.tick(frame, &rests[limit.number])
        return changes.map { note($0, limit, now: now) } ?? []
    }

    /// Outside of its season and hours nothing of a limit is passed.
    mutating func release(_ limit: JudgedLimit, at end: Instant? = nil, now: Instant) -> [LimitTransition] {
        let open = raised.removeValue(forKey: limit.reference) ?? [:]
        if watches[limit.number] != nil {
            watches[limit.number] = RuleWatches.make(limit.limit.rule, sensors: limit.sensors.count)
            rests[limit.number] = .min
        }
        var changes = open.values.sorted { ($0.sensor?.rawValue ?? "") < ($1.sensor?.rawValue ?? "") }.map { told in
            var over = told
            (over.change, over.onset, over.detectedAt) = (.returned, end ?? now, now)
            return over
        }
        if case .budget = limit.limit.rule { changes += passPeriod(limit, nil, now: now) }
        delayed[limit.number] = []
        guard case .instant(let bound, _, _, _) = limit.limit.rule else { return changes }
        for (place, sensor) in limit.sensors.enumerated() {
            let state = instants[limit.number][place]
            instants[limit.number][place] = InstantState()
            guard state.raisedAt != nil else { continue }
            changes.append(
                LimitTransition(
                    limit: limit.reference, sensor: sensor, change: .returned, onset: now, detectedAt: now,
                    value: state.value, bound: bound, coverage: Coverage(measured: 1, expected: 1),
                    evidence: limit.evidence(state.recent)))
        }
        return changes
    }

    /// What was passed of limits that are not in a list any more: with them it is over.
    public func endings(allBut list: [LimitInForce], now: Instant) -> [LimitTransition] {
        var engine = self
        let staying = Set(list.filter { $0.standing != .lapsed }.map(\.reference))
        return judged.filter { !staying.contains($0.reference) }.flatMap { limit in
            engine.release(limit, now: now)
                + limit.sensors.indices.flatMap { engine.endSilence(at: $0, now, limit, now: now, isReplay: false) }
        }
    }

    /// Judges the rules on days by a day that is over; earlier days change the report and wake nobody.
    public mutating func judgeDay(_ date: CalendarDate, _ table: DayTable, now: Instant) -> [LimitTransition] {
        var changes: [LimitTransition] = []
        for limit in judged where needsDays(limit) && date >= limit.entry.inForceFrom {
            let entry = limit.entry
            guard isOnDays(limit) else {
                changes += warnOnCourse(limit, by: date, table, now: now)
                continue
            }
            guard entry.limit.counts(on: date) else {
                changes += release(limit, at: zone.start(of: date.adding(days: 1)), now: now)
                continue
            }
            changes += judgeMinimum(limit, by: date, table, now: now)
            guard DayRules.isOnDays(entry.limit.rule) else { continue }
            // Alarms count from adoption: a day that had begun by then is the report's business.
            guard zone.start(of: date) >= entry.adoptedAt else { continue }
            for verdict in DayRules.judge(entry.limit, entry.scale, on: date, table) {
                let isRaised = raised[entry.reference]?[verdict.sensor] != nil
                guard let bound = verdict.bound, verdict.state == (isRaised ? .within : .past) else { continue }
                let change = RuleChange(
                    change: isRaised ? .returned : .raised, sensor: verdict.sensor,
                    onset: isRaised
                        ? zone.start(of: date.adding(days: 1)) : max(zone.start(of: date), entry.adoptedAt),
                    value: verdict.value, bound: bound, coverage: verdict.coverage, evidence: [])
                changes += note([change], limit, now: now)
            }
        }
        return changes
    }

    /// The sensors and days that ``judgeDay(_:_:now:)`` needs to know.
    public var neededDays: (sensors: [SensorID], lookBack: Int) {
        let entries = judged.filter(needsDays).map(\.entry)
        let sensors = entries.flatMap { $0.limit.sensors + DayRules.otherSensors($0.limit.rule) }
        return (Set(sensors).sorted(), entries.map { DayRules.lookBack($0.limit.rule) }.max() ?? 0)
    }

    /// True where a day that is over says something that measurements alone do not.
    private func needsDays(_ limit: JudgedLimit) -> Bool { isOnDays(limit) || limit.limit.warnsOnCourse != nil }

    /// True where days that are over say all that there is to say.
    func isOnDays(_ limit: JudgedLimit) -> Bool {
        DayRules.isOnDays(limit.limit.rule) || limit.limit.isMinimumPerTime
    }

    /// A minimum per time is raised when its period is over and it was missed, and stays so until a period in which it was
    /// reached is over; one of which something is missing changes nothing.
    private mutating func judgeMinimum(
        _ limit: JudgedLimit, by date: CalendarDate, _ table: DayTable, now: Instant
    ) -> [LimitTransition] {
        // A period that was over when the limit was adopted is the report's business.
        guard zone.start(of: date.adding(days: 1)) > limit.entry.adoptedAt,
            let (verdict, start) = BudgetDay.minimum(limit.limit, limit.entry.scale, on: date, table)
        else { return [] }
        let isRaised = raised[limit.reference]?[nil] != nil
        guard let bound = verdict.bound, verdict.state == (isRaised ? .within : .past) else { return [] }
        let change = RuleChange(
            change: isRaised ? .returned : .raised, sensor: nil,
            onset: isRaised ? zone.start(of: date.adding(days: 1)) : zone.start(of: start), value: verdict.value,
            bound: bound, coverage: verdict.coverage, evidence: [])
        return note([change], limit, now: now)
    }

    private mutating func note(_ changes: [RuleChange], _ limit: JudgedLimit, now: Instant) -> [LimitTransition] {
        guard !changes.isEmpty else { return [] }
        return changes.map { change in
            let transition = LimitTransition(
                limit: limit.reference, sensor: change.sensor, change: change.change, onset: change.onset,
                detectedAt: now, value: change.value, bound: change.bound, coverage: change.coverage,
                evidence: change.evidence)
            raised[limit.reference, default: [:]][change.sensor] = change.change == .raised ? transition : nil
            return transition
        }
    }
}

extension LimitTransition {
    /// What lasts of changes that are found together, in order: what was passed and kept again in between is the report's
    /// business and wakes nobody. An end stays, since what it ends may have been told before.
    public static func lasting(_ found: [LimitTransition]) -> [LimitTransition] {
        struct Place: Hashable {
            var limit: LimitReference
            var sensor: SensorID?
        }
        let places = Dictionary(grouping: found.indices) { Place(limit: found[$0].limit, sensor: found[$0].sensor) }
        return places.values.flatMap { indices in
            indices.suffix(from: indices.lastIndex { found[$0].change == .returned } ?? 0)
        }.sorted().map { found[$0] }
    }
}
