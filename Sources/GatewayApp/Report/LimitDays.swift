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
            let past = spans(of: entry.reference)
            return Dictionary(
                uniqueKeysWithValues: begun.map { date in
                    let from = zone.start(of: date)
                    let until = zone.start(of: date.adding(days: 1))
                    if past.contains(where: { $0.from < until && ($0.until ?? now) >= from }) { return (date, .past) }
                    return (date, isMeasured(limit, on: date) ? .within : .unknown)
                })
        }
    }

    /// What was used of a budget in each period that ends or runs in the month.
    func budgetUse(of limit: Limit) -> [CalendarDate: DecimalValue] {
        guard case .budget(_, let period, _, _) = limit.rule else { return [:] }
        var use: [CalendarDate: DecimalValue] = [:]
        for date in month.days {
            guard let amount = dayAmount(limit, date), let first = period.start(containing: date) else { continue }
            use[first] = (use[first] ?? .zero).adding(amount)
        }
        return use
    }

    private func budgetDays(
        _ limit: Limit, _ scale: Scale, _ begun: [CalendarDate]
    ) -> [CalendarDate: LimitDayState] {
        guard case .budget(let amount, let period, let basis, let warnAt) = limit.rule else { return [:] }
        var states: [CalendarDate: LimitDayState] = [:]
        var running: (period: CalendarDate, use: DecimalValue)?
        for date in begun {
            guard let first = period.start(containing: date) else { continue }
            if running?.period != first { running = (first, .zero) }
            guard let use = dayAmount(limit, date), let total = running?.use.adding(use),
                let bound = scale.whole(amount, basis, days: period.dayCount(from: first))
            else {
                states[date] = .unknown
                continue
            }
            running = (first, total)
            let warning = warnAt.filter { $0 < 100 }.min().flatMap { bound.multiplied(byRatio: Int64($0), 100) }
            let isPast = limit.bound == .atMost ? total > bound : false
            states[date] =
                isPast ? .past : warning.map { total >= $0 } == true && limit.bound == .atMost ? .near : .within
        }
        return states
    }

    private func dayAmount(_ limit: Limit, _ date: CalendarDate) -> DecimalValue? {
        var total: DecimalValue?
        for id in limit.sensors {
            guard let month = figures[id],
                let amount = month.uses.first(where: { $0.date == date })?.amount,
                let converted = month.sensor.unit == limit.unit
                    ? amount : amount.converted(from: month.sensor.unit, to: limit.unit)
            else { continue }
            total = (total ?? .zero).adding(converted)
        }
        return total
    }

    private func isMeasured(_ limit: Limit, on date: CalendarDate) -> Bool {
        limit.sensors.allSatisfy { id in
            figures[id].map { month in
                month.gauges.contains { $0.date == date } || month.uses.contains { $0.date == date }
            } ?? false
        }
    }

    private func spans(of reference: LimitReference) -> [(from: Instant, until: Instant?)] {
        var open: [SensorID?: Instant] = [:]
        var spans: [(Instant, Instant?)] = []
        for transition in transitions where transition.limit == reference {
            switch transition.change {
            case .raised: open[transition.sensor] = transition.onset
            case .returned:
                if let from = open.removeValue(forKey: transition.sensor) { spans.append((from, transition.onset)) }
            case .warned: break
            }
        }
        return spans + open.values.sorted().map { ($0, nil) }
    }
}
