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

    /// Hours with the time in which they are the last ones that began.
    private struct Turn: Sendable {
        var window: Range<Instant>
        var until: Instant

        init(of hours: DayWindow, at instant: Instant, _ zone: Zone) {
            let date = zone.date(at: instant)
            let today = hours.instants(on: date, in: zone)
            (window, until) =
                instant < today.lowerBound
                ? (hours.instants(on: date.adding(days: -1), in: zone), today.lowerBound)
                : (today, hours.instants(on: date.adding(days: 1), in: zone).lowerBound)
        }

        func contains(_ instant: Instant) -> Bool { window.lowerBound <= instant && instant < until }
    }

    private var places: [Place]
    private var turn: Turn?

    init(sensors: Int) {
        places = Array(repeating: Place(), count: sensors)
    }

    mutating func see(
        use: RecentFigures.Figure, since: Instant, _ frame: RuleFrame, _ rests: inout Instant
    ) -> [RuleChange] {
        guard case .closedHours(let allowed, let hours) = frame.limit.rule, let amount = frame.convert(use) else {
            return []
        }
        let window = turn(hours, at: use.time, frame).window
        var place = places[use.place]
        let before = place.window
        defer {
            if let end = place.window?.upperBound, place.latch.raisedAt != nil || place.window != before {
                rests = min(rests, end)
            }
            places[use.place] = place
        }
        let sensor = frame.judged.sensors[use.place]
        let counted = place.window ?? window
        var changes: [RuleChange] = []
        if window.lowerBound > counted.lowerBound { changes += open(&place, window, sensor, frame) }
        if place.window == nil { place.window = window }
        guard window == place.window else { return changes }
        let span = use.time.milliseconds - since.milliseconds
        let inside = min(use.time, window.upperBound).milliseconds - max(since, window.lowerBound).milliseconds
        // What was used in a gap that began before the hours may all have been used before them.
        guard span > 0, inside > 0, !frame.isAcrossGap || since >= window.lowerBound,
            let part = amount.multiplied(byRatio: inside, span)
        else { return changes }
        place.used = place.used.adding(part) ?? place.used
        place.latch.recent.note(use)
        guard place.used > allowed, place.latch.raisedAt == nil, !place.wasPassed else { return changes }
        place.wasPassed = true
        return changes
            + place.latch.update(
                isPast: true, sensor: sensor, onset: max(since, window.lowerBound), value: place.used,
                bound: allowed, coverage: Coverage(measured: 1, expected: 1), frame)
    }

    mutating func tick(_ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange] {
        guard case .closedHours(_, let hours) = frame.limit.rule else { return [] }
        let turn = turn(hours, at: frame.now, frame)
        var changes: [RuleChange] = []
        for number in places.indices {
            let counted = places[number].window ?? turn.window
            guard frame.now >= counted.upperBound else { continue }
            changes += open(&places[number], turn.window, frame.judged.sensors[number], frame)
        }
        let open = places.filter { $0.latch.raisedAt != nil }.map { $0.window ?? turn.window }
        rests = open.map(\.upperBound).min().map { min($0, turn.until) } ?? turn.until
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

    /// The hours that an instant lies in, or the last ones before it.
    private mutating func turn(_ hours: DayWindow, at instant: Instant, _ frame: RuleFrame) -> Turn {
        if let turn, turn.contains(instant) { return turn }
        let found = Turn(of: hours, at: instant, frame.zone)
        turn = found
        return found
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
    /// The day of the last measurement.
    private var day: LocalDay?

    init(sensors: Int) {
        places = Array(repeating: Place(), count: sensors)
    }

    mutating func see(
        use: RecentFigures.Figure, since: Instant, _ frame: RuleFrame, _ rests: inout Instant
    ) -> [RuleChange] {
        guard case .turn(let minutes, let perHour) = frame.limit.rule, let amount = frame.convert(use) else {
            return []
        }
        let date = date(of: use.time, frame)
        var place = places[use.place]
        defer { places[use.place] = place }
        let sensor = frame.judged.sensors[use.place]
        var changes = date > place.date ?? date ? close(&place, date, sensor, frame) : []
        if place.date == nil {
            place.date = date
            rests = .min
        }
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

    mutating func tick(_ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange] {
        let day = LocalDay(containing: frame.now, zone: frame.zone)
        rests = day.until
        let today = day.date
        var changes: [RuleChange] = []
        for number in places.indices {
            // What was told before a restart belongs to the day on which it is found again.
            if places[number].date == nil, places[number].latch.raisedAt != nil { places[number].date = today }
            guard today > places[number].date ?? today else { continue }
            changes += close(&places[number], today, frame.judged.sensors[number], frame)
        }
        return changes
    }

    private mutating func date(of instant: Instant, _ frame: RuleFrame) -> CalendarDate {
        if let day, day.contains(instant) { return day.date }
        let found = LocalDay(containing: instant, zone: frame.zone)
        day = found
        return found.date
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
