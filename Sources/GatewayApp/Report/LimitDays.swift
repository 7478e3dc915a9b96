import GatewayModel
import Limits
import Reporting

/// Says for each day of a month how a limit was kept, from what is stored now: the month's figures, and what its readings show.
struct LimitDays {
    let month: CalendarMonth
    let zone: Zone
    let now: Instant
    /// What the readings of limits on measurements show.
    let evaluation: LimitEvaluation
    let figures: [SensorID: SensorMonth]
    /// What limits on days look at: the month's figures, and the days before it.
    private let table: DayTable

    /// Takes what the month is judged by; `before` knows the days before it, as far back as a limit looks.
    init(
        month: CalendarMonth, zone: Zone, now: Instant, evaluation: LimitEvaluation,
        figures: [SensorID: SensorMonth], before: DayTable
    ) {
        (self.month, self.zone, self.now, self.evaluation) = (month, zone, now, evaluation)
        self.figures = figures
        var table = before
        for figure in figures.values {
            for use in figure.uses {
                guard let amount = use.amount else { continue }
                table.set(
                    DayTable.Use(
                        amount: amount, measuredPermille: use.coverage.permille, isLowerBound: use.isLowerBound,
                        carried: use.carried),
                    of: figure.sensor.id, on: use.date)
            }
            for level in figure.gauges {
                table.set(
                    DayTable.Level(
                        lowest: level.minimum, highest: level.maximum, mean: level.mean,
                        measuredPermille: level.coverage.permille), of: figure.sensor.id, on: level.date)
            }
        }
        self.table = table
    }

    /// The state of each day that has begun; what a trial of these days finds by the same code. Each day is judged by the
    /// limit as it counted on it, which an emergency measure may have tightened.
    func days(of entry: LimitInForce, in versions: [CountedLimits.Version]) -> [CalendarDate: LimitDayState] {
        versions.reduce(into: days(of: entry)) { found, version in
            for (date, state) in days(of: version.entry) where version.days.contains(date) { found[date] = state }
        }
    }

    private func days(of entry: LimitInForce) -> [CalendarDate: LimitDayState] {
        let limit = entry.limit
        let begun = month.days.filter { zone.start(of: $0) < now }
        switch limit.rule {
        case .budget(_, let period, _, _): return budgetDays(limit, entry.scale, begun, period)
        case let rule where DayRules.isOnDays(rule):
            return Dictionary(uniqueKeysWithValues: begun.map { ($0, state(of: limit, entry.scale, on: $0)) })
        default:
            return Dictionary(
                uniqueKeysWithValues: begun.map { ($0, evaluation.state(of: entry.reference, on: $0) ?? .within) })
        }
    }

    /// Days on which none of a limit's sensors is expected and none was heard, and through which nothing went on: a weekend of
    /// a school is neither kept nor unknown. Amounts and what is judged by days count on all days.
    func unexpectedDays(of entry: LimitInForce) -> Set<CalendarDate> {
        switch entry.limit.rule {
        case .budget, .silence: return []
        case let rule where DayRules.isOnDays(rule): return []
        default:
            let past = evaluation.pastDays(of: entry.reference)
            return Set(
                month.days.filter { date in
                    !past.contains(date)
                        && entry.limit.sensors.allSatisfy { sensor in
                            figures[sensor]?.sensor.rhythm?.isExpected(on: date) == false
                                && !hasFigures(sensor, on: date)
                        }
                })
        }
    }

    /// What was used of a budget in each period that ends or runs in the month, through a day of it and from the period's
    /// own beginning; `states` say how the budget was kept on the days.
    func budgetUse(
        of entry: LimitInForce, through last: CalendarDate, states: [CalendarDate: LimitDayState]
    ) -> [CalendarDate: BudgetUse] {
        guard case .budget(_, let period, _, _) = entry.limit.rule else { return [:] }
        let begun = month.days.filter { $0 <= last && zone.start(of: $0) < now }
        let days = budget(entry.limit, entry.scale, begun, period)
        return begun.reduce(into: [:]) { found, date in
            guard let day = days[date], let first = period.start(containing: date) else { return }
            found[first] = BudgetUse(
                amount: day.used, isLowerBound: day.isLowerBound,
                until: date < first.adding(days: period.dayCount(from: first) - 1) ? date : nil,
                isPassed: states[date] == .past || found[first]?.isPassed == true)
        }
    }

    private func budgetDays(
        _ limit: Limit, _ scale: Scale, _ begun: [CalendarDate], _ period: BudgetPeriod
    ) -> [CalendarDate: LimitDayState] {
        budget(limit, scale, begun, period).filter { $0.key >= month.firstDay }.mapValues { day in
            switch day.state {
            case .within: .within
            case .near: .near
            case .past: .past
            case .unknown: .unknown
            }
        }
    }

    /// What the days say of a budget; the period that runs on the first day is counted from its own beginning.
    private func budget(
        _ limit: Limit, _ scale: Scale, _ begun: [CalendarDate], _ period: BudgetPeriod
    ) -> [CalendarDate: BudgetDay] {
        let first = period.start(containing: month.firstDay) ?? month.firstDay
        let earlier = (0..<Int(month.firstDay.daysSinceEpoch - first.daysSinceEpoch)).map { first.adding(days: $0) }
        return BudgetDay.days(of: limit, scale, on: earlier + begun, table)
    }

    /// What a day says of a rule on days: past where anything of it is, and known only where all of it is. In the middle of a
    /// period nothing is asked, and what was heard is within.
    private func state(of limit: Limit, _ scale: Scale, on date: CalendarDate) -> LimitDayState {
        let states = Set(DayRules.judge(limit, scale, on: date, table).map(\.state))
        if states.contains(.past) { return .past }
        if states.contains(.unknown) { return .unknown }
        return states.contains(.within) || limit.sensors.allSatisfy { isHeard($0, on: date) } ? .within : .unknown
    }

    /// True on a day on which a sensor was heard, or was not expected to be.
    private func isHeard(_ sensor: SensorID, on date: CalendarDate) -> Bool {
        hasFigures(sensor, on: date) || figures[sensor]?.sensor.rhythm?.isExpected(on: date) == false
    }

    private func hasFigures(_ sensor: SensorID, on date: CalendarDate) -> Bool {
        figures[sensor].map { month in
            month.gauges.contains { $0.date == date } || month.uses.contains { $0.date == date }
        } ?? false
    }
}
