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

    /// The state of each day that has begun.
    func days(of entry: LimitInForce) -> [CalendarDate: LimitDayState] {
        let limit = entry.limit
        let begun = month.days.filter { zone.start(of: $0) < now }
        switch limit.rule {
        case .budget(_, .day, _, _), .budget(_, .week, _, _), .budget(_, .month, _, _):
            return budgetDays(limit, entry.scale, begun)
        default:
            // A rule on days returns when the first day is over on which it was kept.
            let isOnDays = DayRules.isOnDays(limit.rule)
            let past = spans(of: entry.reference).map { span in
                guard isOnDays, let until = span.until else { return span }
                return (span.sensor, span.from, zone.start(of: zone.date(at: until).adding(days: -1)))
            }
            return Dictionary(
                uniqueKeysWithValues: begun.map { date in
                    let from = zone.start(of: date)
                    let until = zone.start(of: date.adding(days: 1))
                    let touching = past.filter { $0.from < until && ($0.from >= from || $0.until ?? now > from) }
                    // What goes on through a day that nobody knows is not known to have gone on.
                    if touching.contains(where: { until > now || isKnown($0, limit, on: date) }) {
                        return (date, .past)
                    }
                    return (date, isMeasured(limit, on: date) ? .within : .unknown)
                })
        }
    }

    /// What was used of a budget in each period that ends or runs in the month.
    func budgetUse(of limit: Limit) -> [CalendarDate: DecimalValue] {
        guard case .budget(_, let period, _, _) = limit.rule else { return [:] }
        let table = table(for: limit)
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
        _ limit: Limit, _ scale: Scale, _ begun: [CalendarDate]
    ) -> [CalendarDate: LimitDayState] {
        BudgetDay.days(of: limit, scale, on: begun, table(for: limit)).mapValues { day in
            switch day.state {
            case .within: .within
            case .near: .near
            case .past: .past
            case .unknown: .unknown
            }
        }
    }

    /// The month's consumption of the limit's sensors.
    private func table(for limit: Limit) -> DayTable {
        let months = limit.sensors.compactMap { figures[$0] }
        var table = DayTable(sensors: months.map(\.sensor))
        for month in months {
            for use in month.uses {
                guard let amount = use.amount else { continue }
                let measured = use.coverage.measured * 1000 / max(1, use.coverage.expected)
                table.set(
                    DayTable.Use(amount: amount, measuredPermille: measured), of: month.sensor.id, on: use.date)
            }
        }
        return table
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

    private func isHeard(_ sensor: SensorID, on date: CalendarDate) -> Bool {
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
