import GatewayModel

/// Nothing is to be used between two hours of the day; each sensor on its own.
struct ClosedHoursWatch: RuleWatch {
    private struct Place: Sendable {
        /// The hours that are counted; nil before the first figure.
        var window: Range<Instant>?
        var used = DecimalValue.zero
        /// True where these hours were passed already: a reading that ends after them is no second time.
        var wasPassed = false
        var latch = Latch()
    }

    private var places: [Place]

    init(sensors: Int) {
        places = Array(repeating: Place(), count: sensors)
    }

    mutating func see(use: RecentFigures.Figure, since: Instant, _ frame: RuleFrame) -> [RuleChange] {
        guard case .closedHours(let allowed, let hours) = frame.limit.rule, let amount = frame.convert(use) else {
            return []
        }
        let window = ClosedHoursWatch.window(hours, at: use.time, frame.zone)
        var place = places[use.place]
        defer { places[use.place] = place }
        let sensor = frame.judged.sensors[use.place]
        let counted = place.window ?? window
        var changes: [RuleChange] = []
        if window.lowerBound > counted.lowerBound { changes += open(&place, window, sensor, frame) }
        if place.window == nil { place.window = window }
        guard window == place.window else { return changes }
        let span = use.time.milliseconds - since.milliseconds
        let inside = min(use.time, window.upperBound).milliseconds - max(since, window.lowerBound).milliseconds
        guard span > 0, inside > 0, let part = amount.multiplied(byRatio: inside, span) else { return changes }
        place.used = place.used.adding(part) ?? place.used
        place.latch.recent.note(use)
        guard place.used > allowed, place.latch.raisedAt == nil, !place.wasPassed else { return changes }
        place.wasPassed = true
        return changes
            + place.latch.update(
                isPast: true, sensor: sensor, onset: max(since, window.lowerBound), value: place.used,
                bound: allowed, coverage: Coverage(measured: 1, expected: 1), frame)
    }

    mutating func tick(_ frame: RuleFrame) -> [RuleChange] {
        guard case .closedHours(_, let hours) = frame.limit.rule else { return [] }
        let window = ClosedHoursWatch.window(hours, at: frame.now, frame.zone)
        var changes: [RuleChange] = []
        for number in places.indices {
            let counted = places[number].window ?? window
            guard frame.now >= counted.upperBound else { continue }
            changes += open(&places[number], window, frame.judged.sensors[number], frame)
        }
        return changes
    }

    /// The hours are over: what was passed returns, and the next ones begin with nothing used.
    private func open(_ place: inout Place, _ next: Range<Instant>, _ sensor: SensorID, _ frame: RuleFrame)
        -> [RuleChange]
    {
        guard case .closedHours(let allowed, _) = frame.limit.rule else { return [] }
        let counted = place.window ?? next
        let changes =
            place.latch.raisedAt == nil
            ? []
            : place.latch.update(
                isPast: false, sensor: sensor, onset: counted.upperBound, value: place.used, bound: allowed,
                coverage: Coverage(measured: 1, expected: 1), frame)
        if next.lowerBound > counted.lowerBound {
            place.window = next
            place.used = .zero
            place.wasPassed = false
        }
        return changes
    }

    /// The window that an instant lies in, or the last one before it.
    private static func window(_ hours: DayWindow, at instant: Instant, _ zone: Zone) -> Range<Instant> {
        let date = zone.date(at: instant)
        let today = hours.instants(on: date, in: zone)
        return instant >= today.lowerBound ? today : hours.instants(on: date.adding(days: -1), in: zone)
    }

    mutating func restore(raised: LimitTransition, at place: Int?) {
        guard let place else { return }
        places[place].latch.raisedAt = raised.onset
        places[place].wasPassed = true
    }
}

/// Minutes of water a day for each plot: whoever is longer at it takes another's turn.
struct TurnWatch: RuleWatch {
    private struct Place: Sendable {
        /// The day that is counted; nil before the first figure.
        var date: CalendarDate?
        var milliseconds: Int64 = 0
        var latch = Latch()
    }

    private var places: [Place]

    init(sensors: Int) {
        places = Array(repeating: Place(), count: sensors)
    }

    mutating func see(use: RecentFigures.Figure, since: Instant, _ frame: RuleFrame) -> [RuleChange] {
        guard case .turn(let minutes, let perHour) = frame.limit.rule, let amount = frame.convert(use) else {
            return []
        }
        let date = frame.zone.date(at: use.time)
        var place = places[use.place]
        defer { places[use.place] = place }
        let sensor = frame.judged.sensors[use.place]
        var changes = date > place.date ?? date ? close(&place, date, sensor, frame) : []
        if place.date == nil { place.date = date }
        let span = use.time.milliseconds - since.milliseconds
        // A longer interval does not tell for how long water ran.
        guard date == place.date, span > 0, span <= 900_000,
            let rate = amount.multiplied(byRatio: 3_600_000, span), rate >= perHour
        else { return changes }
        place.milliseconds += span
        place.latch.recent.note(use)
        guard place.milliseconds > Int64(minutes) * 60_000, place.latch.raisedAt == nil else { return changes }
        changes += place.latch.update(
            isPast: true, sensor: sensor, onset: use.time,
            value: DecimalValue(place.milliseconds / 60_000), bound: DecimalValue(Int64(minutes)),
            coverage: Coverage(measured: 1, expected: 1), frame)
        return changes
    }

    mutating func tick(_ frame: RuleFrame) -> [RuleChange] {
        let today = frame.zone.date(at: frame.now)
        var changes: [RuleChange] = []
        for number in places.indices {
            // What was told before a restart belongs to the day on which it is found again.
            if places[number].date == nil, places[number].latch.raisedAt != nil { places[number].date = today }
            guard today > places[number].date ?? today else { continue }
            changes += close(&places[number], today, frame.judged.sensors[number], frame)
        }
        return changes
    }

    private func close(_ place: inout Place, _ next: CalendarDate, _ sensor: SensorID, _ frame: RuleFrame)
        -> [RuleChange]
    {
        guard case .turn(let minutes, _) = frame.limit.rule else { return [] }
        let changes =
            place.latch.raisedAt == nil
            ? []
            : place.latch.update(
                isPast: false, sensor: sensor, onset: frame.zone.start(of: (place.date ?? next).adding(days: 1)),
                value: DecimalValue(place.milliseconds / 60_000), bound: DecimalValue(Int64(minutes)),
                coverage: Coverage(measured: 1, expected: 1), frame)
        place.date = next
        place.milliseconds = 0
        return changes
    }

    mutating func restore(raised: LimitTransition, at place: Int?) {
        guard let place else { return }
        places[place].latch.raisedAt = raised.onset
    }
}
