import GatewayModel

/// What was used of a budget in the period that runs.
struct BudgetState: Hashable, Sendable {
    /// The period's first day.
    var start: CalendarDate
    /// The amount by the sensors' places, in the limit's unit; nil where nothing was measured.
    var use: [DecimalValue?]
    /// What of it may have been used before the period, in the limit's unit.
    var carried: DecimalValue = .zero
    /// The highest share in percent that was told.
    var warned = 0
    /// True where passing the budget was told.
    var isRaised = false
    /// True where it was told that the amount is on course to be used up.
    var isOnCourseTold = false
    /// True where an alert of this period is open from before a restart.
    var isTold = false
    /// The period's amount under which something of it was told; nil where nothing was.
    var toldBound: DecimalValue?
    /// The newest readings.
    var recent = RecentFigures()

    init(start: CalendarDate, sensors: Int) {
        self.start = start
        use = Array(repeating: nil, count: sensors)
    }

    /// True where people know something of this period.
    var isKnown: Bool { isRaised || warned > 0 || isOnCourseTold || isTold }

    /// Begins anew with what is told; what was used stays.
    mutating func forgetTold() {
        (warned, isRaised, isOnCourseTold, isTold, toldBound) = (0, false, false, false, nil)
    }

    /// How many sensors measured something.
    var measured: Int { use.count { $0 != nil } }

    /// The sum over the sensors, as far as it was used in the period for sure; nil where it exceeds the range.
    var certain: DecimalValue? {
        use.reduce(DecimalValue?.some(.zero)) { sum, part in
            part.map { part in sum.flatMap { $0.adding(part) } } ?? sum
        }?.subtracting(carried)
    }
}

extension LimitEngine {
    /// Counts what was used. What a step after a gap may bring from before the period passes nothing by itself.
    mutating func seeUse(
        _ measurement: Measurement, at place: Int, _ limit: JudgedLimit, now: Instant, isReplay: Bool
    ) -> [LimitTransition] {
        guard case .budget(_, let period, _, _) = limit.limit.rule,
            case .use(let amount, let since) = measurement.figure
        else { return [] }
        let time = measurement.time
        let start = period.start(containing: date(of: time))
        let changes = passPeriod(limit, start, now: now)
        // A late measurement of an earlier period is the report's business; nobody is woken for what is over.
        guard budgets[limit.number]?.start == start else { return isReplay ? [] : changes }
        let isCarried = measurement.isAcrossGap && mayHoldMore(limit, since: zone.date(at: since))
        addUse(amount, carried: isCarried ? amount : nil, at: place, to: limit)
        budgets[limit.number]?.recent.note(RecentFigures.Figure(place: place, time: time, value: amount))
        // What replay finds and nobody was told is told by the next measurement or tick.
        return isReplay ? [] : changes + judgeBudget(limit, now: now)
    }

    /// True where a step that began on a day may hold what does not belong to the running period.
    func mayHoldMore(_ limit: JudgedLimit, since date: CalendarDate) -> Bool {
        guard case .budget(_, let period, _, _) = limit.limit.rule, let start = budgets[limit.number]?.start else {
            return false
        }
        return date < limit.limit.firstCounted(from: start, days: period.dayCount(from: start))
    }

    /// Goes on to the period that has begun; before and after a season there is none.
    mutating func passPeriod(_ limit: JudgedLimit, _ start: CalendarDate?, now: Instant) -> [LimitTransition] {
        guard let running = budgets[limit.number]?.start else {
            if let start { budgets[limit.number] = BudgetState(start: start, sensors: limit.sensors.count) }
            return []
        }
        guard let start else {
            // The season is over.
            let changes = closePeriod(limit, next: running, now: now)
            budgets[limit.number] = nil
            return changes
        }
        return start > running ? closePeriod(limit, next: start, now: now) : []
    }

    mutating func addUse(_ amount: DecimalValue, carried: DecimalValue?, at place: Int, to limit: JudgedLimit) {
        guard let state = budgets[limit.number], let converted = limit.converted(amount, at: place) else { return }
        if let carried = carried.flatMap({ limit.converted($0, at: place) }) {
            budgets[limit.number]?.carried = state.carried.adding(carried) ?? state.carried
        }
        let known = state.use[place] ?? .zero
        budgets[limit.number]?.use[place] = known.adding(converted) ?? known
    }

    /// Warns at each share once and raises past a ceiling, also where parts are missing: the sum is then a lower bound.
    mutating func judgeBudget(_ limit: JudgedLimit, now: Instant) -> [LimitTransition] {
        guard case .budget(_, _, _, let warnAt) = limit.limit.rule, limit.limit.bound == .atMost,
            var state = budgets[limit.number], let total = state.certain, let bound = bound(of: limit, state)
        else { return [] }
        var changes: [LimitTransition] = []
        // What was told under a tighter amount, such as an emergency's, is over with it; under this one it is told anew.
        if let told = state.toldBound, told < bound, !(state.isRaised && total > bound) {
            if state.isKnown { changes.append(transition(.returned, limit, state, bound, onset: now, now: now)) }
            state.forgetTold()
        }
        for percent in warnAt where percent > state.warned {
            guard let level = bound.multiplied(byRatio: Int64(percent), 100), total >= level else { break }
            state.warned = percent
            changes.append(transition(.warned(percent: percent), limit, state, bound, now: now))
        }
        if !state.isRaised, total > bound {
            state.isRaised = true
            changes.append(transition(.raised, limit, state, bound, now: now))
        }
        if state.isKnown { state.toldBound = bound }
        budgets[limit.number] = state
        return changes
    }

    /// Warns once a period where a day that is over shows that the pace leads to the share the assembly named.
    mutating func warnOnCourse(
        _ limit: JudgedLimit, by date: CalendarDate, _ table: DayTable, now: Instant
    ) -> [LimitTransition] {
        guard case .budget(_, let period, _, _) = limit.limit.rule, let percent = limit.limit.warnsOnCourse,
            let state = budgets[limit.number], !state.isRaised, !state.isOnCourseTold,
            period.start(containing: date) == state.start, let bound = bound(of: limit, state),
            let pace = BudgetPace(of: limit.limit, limit.entry.scale, on: date.adding(days: 1), table),
            let course = pace.course, course >= percent
        else { return [] }
        budgets[limit.number]?.isOnCourseTold = true
        budgets[limit.number]?.toldBound = bound
        // The days that are over decide, whatever the day that runs has brought.
        var found = transition(.onCourse(percent: course), limit, state, bound, now: now)
        found.value = pace.used
        return [found]
    }

    /// Ends a period: a ceiling that was passed returns. A minimum is judged by its days, once the last of them is over.
    mutating func closePeriod(_ limit: JudgedLimit, next start: CalendarDate, now: Instant) -> [LimitTransition] {
        guard let state = budgets[limit.number], let bound = bound(of: limit, state) else { return [] }
        budgets[limit.number] = BudgetState(start: start, sensors: limit.sensors.count)
        guard limit.limit.bound == .atMost, state.isKnown else { return [] }
        return [
            transition(.returned, limit, state, bound, onset: end(of: limit, from: state.start, now: now), now: now)
        ]
    }

    /// Ends what was told before a restart of a period that was over by then.
    mutating func returnOverdue(now: Instant) -> [LimitTransition] {
        guard !overdue.isEmpty else { return [] }
        defer { overdue = [] }
        return overdue.compactMap { told in
            guard let limit = found(told.limit) else { return nil }
            var over = told
            (over.change, over.detectedAt) = (.returned, now)
            over.onset = end(of: limit, from: zone.date(at: told.onset), now: now)
            return over
        }
    }

    private func end(of limit: JudgedLimit, from start: CalendarDate, now: Instant) -> Instant {
        guard case .budget(_, let period, _, _) = limit.limit.rule else { return now }
        return min(now, zone.start(of: start.adding(days: period.dayCount(from: start))))
    }

    /// The whole period's amount; one per person means per person and day.
    func bound(of limit: JudgedLimit, _ state: BudgetState) -> DecimalValue? {
        guard case .budget(let amount, let period, let basis, _) = limit.limit.rule else { return nil }
        return limit.entry.scale.whole(amount, basis, days: period.dayCount(from: state.start))
    }

    private func transition(
        _ change: LimitTransition.Change, _ limit: JudgedLimit, _ state: BudgetState, _ bound: DecimalValue,
        onset: Instant? = nil, now: Instant
    ) -> LimitTransition {
        LimitTransition(
            limit: limit.reference, sensor: nil, change: change, onset: onset ?? zone.start(of: state.start),
            detectedAt: now,
            value: state.certain, bound: bound,
            coverage: Coverage(measured: state.measured, expected: limit.sensors.count),
            evidence: limit.evidence(state.recent))
    }
}
