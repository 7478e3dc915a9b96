import GatewayModel

/// What was used of a budget in the period that runs.
struct BudgetState: Hashable, Sendable {
    /// The period's first day.
    var start: CalendarDate
    /// The amount per sensor, in the limit's unit.
    var use: [SensorID: DecimalValue] = [:]
    /// The highest share in percent that was told.
    var warned = 0
    /// True where passing the budget was told.
    var isRaised = false
    /// True where an alert of this period is open from before a restart.
    var isTold = false
    /// The newest readings, at most three.
    var evidence: [Measurement.Evidence] = []

    /// The sum over the sensors; nil where it exceeds the range.
    var total: DecimalValue? {
        use.sorted { $0.key < $1.key }.reduce(DecimalValue?.some(.zero)) { sum, part in
            sum.flatMap { $0.adding(part.value) }
        }
    }
}

extension LimitEngine {
    mutating func seeUse(
        _ amount: DecimalValue, _ measurement: Measurement, _ entry: LimitInForce, now: Instant, isReplay: Bool
    ) -> [LimitTransition] {
        guard case .budget(_, let period, _, _) = entry.limit.rule else { return [] }
        let start = period.start(containing: date(of: measurement.time))
        let changes = passPeriod(entry, start, now: now)
        // A late measurement of an earlier period is the report's business; nobody is woken for what is over.
        guard budgets[entry.reference]?.start == start else { return isReplay ? [] : changes }
        addUse(amount, of: measurement.sensor, to: entry.reference)
        let newest = (budgets[entry.reference]?.evidence ?? []).suffix(2) + [evidence(amount, measurement)]
        budgets[entry.reference]?.evidence = Array(newest)
        // What replay finds and nobody was told is told by the next measurement or tick.
        return isReplay ? [] : changes + judgeBudget(entry, now: now)
    }

    /// Goes on to the period that has begun; before and after a season there is none.
    mutating func passPeriod(_ entry: LimitInForce, _ start: CalendarDate?, now: Instant) -> [LimitTransition] {
        guard let running = budgets[entry.reference] else {
            if let start { budgets[entry.reference] = BudgetState(start: start) }
            return []
        }
        guard let start else {
            // The season is over.
            let changes = closePeriod(entry, next: running.start, now: now)
            budgets[entry.reference] = nil
            return changes
        }
        return start > running.start ? closePeriod(entry, next: start, now: now) : []
    }

    mutating func addUse(_ amount: DecimalValue, of sensor: SensorID, to reference: LimitReference) {
        guard let entry = limits[reference], let converted = converted(amount, of: sensor, to: entry.limit.unit) else {
            return
        }
        let known = budgets[reference]?.use[sensor] ?? .zero
        budgets[reference]?.use[sensor] = known.adding(converted) ?? known
    }

    /// Warns at each share once and raises past a ceiling, also where parts are missing: the sum is then a lower bound.
    mutating func judgeBudget(_ entry: LimitInForce, now: Instant) -> [LimitTransition] {
        guard case .budget(_, _, _, let warnAt) = entry.limit.rule, entry.limit.bound == .atMost,
            var state = budgets[entry.reference], let total = state.total, let bound = bound(of: entry, state)
        else { return [] }
        var changes: [LimitTransition] = []
        for percent in warnAt where percent > state.warned {
            guard let level = bound.multiplied(byRatio: Int64(percent), 100), total >= level else { break }
            state.warned = percent
            changes.append(transition(.warned(percent: percent), entry, state, bound, now: now))
        }
        if !state.isRaised, total > bound {
            state.isRaised = true
            changes.append(transition(.raised, entry, state, bound, now: now))
        }
        budgets[entry.reference] = state
        return changes
    }

    /// Ends a period: a minimum that was not reached is raised, a ceiling that was passed returns.
    mutating func closePeriod(_ entry: LimitInForce, next start: CalendarDate, now: Instant) -> [LimitTransition] {
        guard let state = budgets[entry.reference], let bound = bound(of: entry, state) else { return [] }
        var fresh = BudgetState(start: start)
        var changes: [LimitTransition] = []
        if entry.limit.bound == .atLeast {
            let isMeasured = state.use.count == entry.limit.sensors.count
            if isMeasured, let total = state.total, total < bound {
                fresh.isRaised = true
                if !state.isRaised { changes.append(transition(.raised, entry, state, bound, now: now)) }
            } else if state.isRaised, isMeasured {
                changes.append(transition(.returned, entry, state, bound, now: now))
            } else {
                // Not enough measured: we do not know, so what was raised stays raised.
                fresh.isRaised = state.isRaised
            }
        } else if state.isRaised || state.warned > 0 || state.isTold {
            changes.append(transition(.returned, entry, state, bound, now: now))
        }
        budgets[entry.reference] = fresh
        return changes
    }

    /// The whole period's amount; one per person means per person and day.
    func bound(of entry: LimitInForce, _ state: BudgetState) -> DecimalValue? {
        guard case .budget(let amount, let period, let basis, _) = entry.limit.rule else { return nil }
        return entry.scale.whole(amount, basis, days: period.dayCount(from: state.start))
    }

    private func transition(
        _ change: LimitTransition.Change, _ entry: LimitInForce, _ state: BudgetState, _ bound: DecimalValue,
        now: Instant
    ) -> LimitTransition {
        LimitTransition(
            limit: entry.reference, sensor: nil, change: change, onset: zone.start(of: state.start), detectedAt: now,
            value: state.total, bound: bound,
            coverage: Coverage(measured: state.use.count, expected: entry.limit.sensors.count), evidence: state.evidence
        )
    }
}
