import GatewayModel

/// A local day with its first instant and the next day's.
struct LocalDay: Sendable {
    let date: CalendarDate
    let from: Instant
    let until: Instant

    init(containing instant: Instant, zone: Zone) {
        date = zone.date(at: instant)
        from = zone.start(of: date)
        until = zone.start(of: date.adding(days: 1))
    }

    func contains(_ instant: Instant) -> Bool { from <= instant && instant < until }
}

/// A time through which a limit with a season, days or hours counts, or does not.
struct CountSpan: Sendable {
    let applies: Bool
    private let from: Instant
    private let until: Instant

    /// The span around an instant of a local day. Hours that reach into the next day belong to the day on which they begin.
    init(of limit: Limit, around instant: Instant, on day: LocalDay, zone: Zone) {
        let evening = day.date.adding(days: -1)
        let windows = (limit.hours ?? limit.closedHours).map { hours in
            (hours.instants(on: evening, in: zone), hours.instants(on: day.date, in: zone))
        }
        var (from, until) = (day.from, day.until)
        for border in windows.map({ [$0.lowerBound, $0.upperBound, $1.lowerBound, $1.upperBound] }) ?? [] {
            if border <= instant { from = max(from, border) } else { until = min(until, border) }
        }
        (self.from, self.until) = (from, until)
        guard limit.season?.contains(day.date) ?? true else {
            applies = false
            return
        }
        guard let windows else {
            applies = limit.counts(on: day.date)
            return
        }
        let begun = windows.0.contains(instant) ? evening : day.date
        let isWithin = windows.0.contains(instant) || windows.1.contains(instant)
        applies = limit.days?.contains(begun) ?? true && (limit.hours == nil || isWithin)
    }

    func contains(_ instant: Instant) -> Bool { from <= instant && instant < until }
}

extension Limit {
    /// The hours in which nothing is to be used, where that is the rule.
    fileprivate var closedHours: DayWindow? {
        guard case .closedHours(_, let window) = rule else { return nil }
        return window
    }
}
