import GatewayModel
import Limits
import Reporting

/// Says for each day of a month how a limit was kept, from the recorded transitions and the month's figures.
struct LimitDays {
    let month: CalendarMonth
    let zone: Zone
    let now: Instant
    /// All transitions that matter for the month, oldest first, those before it included.
    let transitions: [LimitTransition]
    let figures: [SensorID: SensorMonth]
    /// What limits on days look at: the month's figures, and the days before it.
    private let table: DayTable

    /// Takes what the month is judged by; `before` knows the days before it, as far back as a limit looks.
    init(
        month: CalendarMonth, zone: Zone, now: Instant, transitions: [LimitTransition],
        figures: [SensorID: SensorMonth], before: DayTable
    ) {
        (self.month, self.zone, self.now, self.transitions) = (month, zone, now, transitions)
        self.figures = figures
        var table = before
        for figure in figures.values {
            for use in figure.uses {
                guard let amount = use.amount else { continue }
                table.set(
                    DayTable.Use(
                        amount: amount, measuredPermille: use.coverage.permille, isLowerBound: use.isLowerBound),
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

    /// The state of each day that has begun; what a trial of these days finds by the same code.
    func days(of entry: LimitInForce) -> [CalendarDate: LimitDayState] {
        let limit = entry.limit
        let begun = month.days.filter { zone.start(of: $0) < now }
        switch limit.rule {
        case .budget(_, let period, _, _): return budgetDays(limit, entry.scale, begun, period)
        case let rule where DayRules.isOnDays(rule):
            return Dictionary(uniqueKeysWithValues: begun.map { ($0, state(of: limit, entry.scale, on: $0)) })
        default:
            let past = spans(of: entry.reference)
            return Dictionary(
                uniqueKeysWithValues: begun.map { date in
                    // What goes on through a day that nobody knows is not known to have gone on.
                    let until = zone.start(of: date.adding(days: 1))
                    if touching(date, past).contains(where: { until > now || isKnown($0, limit, on: date) }) {
                        return (date, .past)
                    }
                    return (date, isMeasured(limit, on: date) ? .within : .unknown)
                })
        }
    }

    /// Days on which none of a limit's sensors is expected and none was heard, and through which nothing went on: a weekend of
    /// a school is neither kept nor unknown. Amounts and what is judged by days count on all days.
    func unexpectedDays(of entry: LimitInForce) -> Set<CalendarDate> {
        switch entry.limit.rule {
        case .budget, .silence: return []
        case let rule where DayRules.isOnDays(rule): return []
        default:
            let past = spans(of: entry.reference)
            return Set(
                month.days.filter { date in
                    touching(date, past).isEmpty
                        && entry.limit.sensors.allSatisfy { sensor in
                            figures[sensor]?.sensor.rhythm?.isExpected(on: date) == false
                                && !hasFigures(sensor, on: date)
                        }
                })
        }
    }

    private func touching(_ date: CalendarDate, _ spans: [Span]) -> [Span] {
        let from = zone.start(of: date)
        let until = zone.start(of: date.adding(days: 1))
        return spans.filter { $0.from < until && ($0.from >= from || $0.until ?? now > from) }
    }

    /// What was used of a budget in each period that ends or runs in the month.
    func budgetUse(of limit: Limit) -> [CalendarDate: DecimalValue] {
        guard case .budget(_, let period, _, _) = limit.rule else { return [:] }
        var use: [CalendarDate: DecimalValue] = [:]
        for date in month.days {
            guard let amount = table.amount(of: limit.sensors, on: date, in: limit.unit),
                let first = period.start(containing: date)
            else { continue }
            use[first] = (use[first] ?? .zero).adding(amount)
        }
        return use
    }

    /// A time in which a limit was passed; `until` is nil while it is.
    private typealias Span = (sensor: SensorID?, from: Instant, until: Instant?)

    private func budgetDays(
        _ limit: Limit, _ scale: Scale, _ begun: [CalendarDate], _ period: BudgetPeriod
    ) -> [CalendarDate: LimitDayState] {
        // The period that runs on the first day is counted from its own beginning.
        let first = period.start(containing: month.firstDay) ?? month.firstDay
        let earlier = (0..<Int(month.firstDay.daysSinceEpoch - first.daysSinceEpoch)).map { first.adding(days: $0) }
        let days = BudgetDay.days(of: limit, scale, on: earlier + begun, table)
        return days.filter { $0.key >= month.firstDay }.mapValues { day in
            switch day.state {
            case .within: .within
            case .near: .near
            case .past: .past
            case .unknown: .unknown
            }
        }
    }

    /// What a day says of a rule on days: past where anything of it is, and known only where all of it is. In the middle of a
    /// period nothing is asked, and what was heard is within.
    private func state(of limit: Limit, _ scale: Scale, on date: CalendarDate) -> LimitDayState {
        let states = Set(DayRules.judge(limit, scale, on: date, table).map(\.state))
        if states.contains(.past) { return .past }
        if states.contains(.unknown) { return .unknown }
        return states.contains(.within) || isMeasured(limit, on: date) ? .within : .unknown
    }

    /// Where silence is what is measured, every day is known.
    private func isMeasured(_ limit: Limit, on date: CalendarDate) -> Bool {
        if case .silence = limit.rule { return true }
        return limit.sensors.allSatisfy { isMeasured($0, limit, on: date) }
    }

    /// True where something is known that can have been past: of a sum any part of it.
    private func isKnown(_ span: Span, _ limit: Limit, on date: CalendarDate) -> Bool {
        switch limit.rule {
        case .silence, .measured: return true
        default:
            // A day of which too little was measured shows what began on it, and nothing else.
            if limit.leastMeasured != nil, zone.date(at: span.from) == date { return true }
            return (span.sensor.map { [$0] } ?? limit.sensors).contains { isMeasured($0, limit, on: date) }
        }
    }

    /// True where a day's figures are enough to say something: any, or the part that the limit asks for.
    private func isMeasured(_ sensor: SensorID, _ limit: Limit, on date: CalendarDate) -> Bool {
        guard let least = limit.leastMeasured else { return isHeard(sensor, on: date) }
        return (figures[sensor]?.gauges.first { $0.date == date }?.coverage.permille ?? 0) >= least
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

    private func spans(of reference: LimitReference) -> [Span] {
        var open: [SensorID?: Instant] = [:]
        var spans: [Span] = []
        for transition in transitions where transition.limit == reference {
            switch transition.change {
            case .raised: open[transition.sensor] = transition.onset
            case .returned:
                if let from = open.removeValue(forKey: transition.sensor) {
                    spans.append((transition.sensor, from, transition.onset))
                }
            case .warned, .onCourse: break
            }
        }
        return spans + open.map { ($0.key, $0.value, nil) }
    }
}
