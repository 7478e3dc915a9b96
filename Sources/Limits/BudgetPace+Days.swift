import GatewayModel

extension BudgetPace {
    /// The pace of the period that holds a day, by the days before it; nil for other rules, minimums and amounts per day.
    public init?(of limit: Limit, _ scale: Scale, on date: CalendarDate, _ table: DayTable) {
        guard case .budget(let amount, let period, let basis, _) = limit.rule,
            let dates = BudgetPace.dates(of: limit, on: date), let first = period.start(containing: date),
            let bound = scale.whole(amount, basis, days: period.dayCount(from: first))
        else { return nil }
        let over = dates.filter { $0 < date }
        let days = over.map { table.sum(of: limit.sensors, on: $0, in: limit.unit, from: dates.first ?? first) }
        func total(_ part: (DaySum) -> DecimalValue) -> DecimalValue? {
            days.reduce(DecimalValue?.some(.zero)) { sum, day in sum.flatMap { $0.adding(part(day)) } }
        }
        // What may have been used before the period is no pace.
        guard let used = total(\.certain), let tenfold = total(\.carried)?.multiplied(byRatio: 10, 1),
            let all = total(\.amount)
        else { return nil }
        self.init(
            used: used, bound: bound, dates: dates, elapsed: Double(over.count), through: date.adding(days: -1),
            isMeasured: tenfold <= all && days.count(where: \.isWhole) * 1000 >= BudgetPace.enough * days.count,
            certainty: BudgetPace.certainty(of: limit.sensors, over: over, table))
    }

    /// How sure the sum over days is; what a register used in a gap stands in its next reading.
    private static func certainty(
        of sensors: [SensorID], over dates: [CalendarDate], _ table: DayTable
    ) -> Certainty {
        var gaps = BudgetDay.Gaps()
        for date in dates { gaps.pass(date, sensors, table, isFirst: date == dates.first) }
        guard !gaps.isWhole else { return .whole }
        let parts = dates.flatMap { date in sensors.map { table.measuredPermille(of: $0, on: date) } }
        guard parts.contains(where: { $0 > 0 }) else { return .nothing }
        let percent = parts.reduce(0, +) / (10 * parts.count)
        return percent < 100 ? .part(percent: percent) : .inQuestion
    }

    /// The pace as a warning found it; nil for other changes.
    public init?(_ warning: LimitTransition, of limit: Limit, zone: Zone) {
        let today = zone.date(at: warning.detectedAt)
        guard warning.change.isWarning, let used = warning.value,
            let dates = BudgetPace.dates(of: limit, on: zone.date(at: warning.onset))
        else { return nil }
        var elapsed = Double(dates.count { $0 < today })
        // What is on course was found by the days that are over; a share is reached in the middle of one.
        if case .warned = warning.change, dates.contains(today) {
            let begin = zone.start(of: today)
            let length = zone.start(of: today.adding(days: 1)).milliseconds(since: begin)
            elapsed += Double(warning.detectedAt.milliseconds(since: begin)) / Double(max(1, length))
        }
        self.init(
            used: used, bound: warning.bound, dates: dates, elapsed: elapsed, through: today,
            isMeasured: warning.coverage.isComplete)
    }

    /// The days of a ceiling's period that count; nil for other rules, and for days, whose end nobody has to foresee.
    private static func dates(of limit: Limit, on date: CalendarDate) -> [CalendarDate]? {
        guard case .budget(_, let period, _, _) = limit.rule, period != .day, limit.bound == .atMost,
            let first = period.start(containing: date)
        else { return nil }
        return (0..<period.dayCount(from: first)).map { first.adding(days: $0) }.filter(limit.counts)
    }
}
