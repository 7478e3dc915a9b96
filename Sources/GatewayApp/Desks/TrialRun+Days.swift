import GatewayModel
import Limits
import Reporting

/// What the days that stand in the store say before any reading is looked at.
extension TrialRun {
    /// The times whose readings can matter: of bounds on levels the days on which one was passed, with the day before and after.
    func spans(
        _ limits: [Limit], of chosen: [Sensor], from: Instant, until: Instant
    ) throws -> [Range<Instant>] {
        let bounds = limits.compactMap { limit -> (limit: Limit, value: DecimalValue, deadband: DecimalValue)? in
            guard case .instant(let value, let deadband, _, _) = limit.rule else { return nil }
            return (limit, value, deadband)
        }
        guard bounds.count == limits.count, chosen.allSatisfy({ $0.computed == nil }) else { return [from..<until] }
        let first = zone.date(at: from)
        var days: Set<CalendarDate> = []
        var known: Set<CalendarDate> = []
        let gauges = try GaugeDays(store: store)
        for sensor in chosen {
            let figures = try gauges.figures(of: sensor, from: first, through: through)
            known.formUnion(figures.map(\.date))
            for bound in bounds where bound.limit.sensors.contains(sensor.id) {
                days.formUnion(TrialRun.days(on: bound, of: sensor, figures))
            }
        }
        // Days that were not counted yet are read as they are.
        var date = first
        while date <= through {
            if !known.contains(date) { days.formUnion([date, date.adding(days: 1)]) }
            date = date.adding(days: 1)
        }
        return days.sorted().reduce(into: [Range<Instant>]()) { spans, date in
            let day = zone.start(of: date)..<zone.start(of: date.adding(days: 1))
            guard day.lowerBound < until, day.upperBound > from else { return }
            if let last = spans.last, last.upperBound == day.lowerBound {
                spans[spans.count - 1] = last.lowerBound..<day.upperBound
            } else {
                spans.append(day)
            }
        }
    }

    /// The days that show when a level was passed and when it was clear: what was passed goes on, also through a gap, until a
    /// day on which it is clear by the deadband.
    private static func days(
        on bound: (limit: Limit, value: DecimalValue, deadband: DecimalValue), of sensor: Sensor,
        _ figures: [DayGaugeFigure]
    ) -> Set<CalendarDate> {
        let side = bound.limit.bound
        var days: Set<CalendarDate> = []
        var isOpen = false
        for figure in figures {
            guard let minimum = figure.minimum.converted(from: sensor.unit, to: bound.limit.unit),
                let maximum = figure.maximum.converted(from: sensor.unit, to: bound.limit.unit)
            else {
                days.insert(figure.date)
                continue
            }
            let (worst, best) = side == .atMost ? (maximum, minimum) : (minimum, maximum)
            let isPast = LimitEngine.isOutside(worst, bound.value, side)
            if isPast || isOpen { days.formUnion([0, 1].map { figure.date.adding(days: $0) }) }
            if isPast { days.insert(figure.date.adding(days: -1)) }
            // Whether it was clear before it was passed again that day, or after, only its readings say.
            isOpen = isPast || isOpen && !LimitEngine.isClear(best, bound.value, bound.deadband, side)
        }
        return days
    }

    /// Days on which a level came within a tenth of a bound that protects people.
    func nearDays(_ limits: [(Limit, Scale)], of chosen: [Sensor]) throws -> [Set<CalendarDate>] {
        let gauges = try GaugeDays(store: store)
        let figures = try chosen.map { ($0, try gauges.figures(of: $0, from: from, through: through)) }
        return limits.map { limit, _ in
            guard case .instant(let bound, _, _, _) = limit.rule, limit.protects == .people,
                let near = bound.multiplied(byRatio: limit.bound == .atLeast ? 11 : 9, 10)
            else { return [] }
            return Set(
                figures.flatMap { sensor, days in
                    guard limit.sensors.contains(sensor.id) else { return [CalendarDate]() }
                    return days.filter { day in
                        let value = limit.bound == .atLeast ? day.minimum : day.maximum
                        guard let own = value.converted(from: sensor.unit, to: limit.unit) else { return false }
                        return limit.bound == .atLeast ? own < near && own >= bound : own > near && own <= bound
                    }.map(\.date)
                })
        }
    }
}
