import GatewayModel

/// Water that never stops: an amount in every one of the last intervals (the leak rule of continuous flow).
struct ContinuousFlowWatch: RuleWatch {
    private var ledger: SlotLedger
    private var latches: [SensorID: Latch] = [:]
    private var judged: Int64 = .min

    init(every: Int64) {
        ledger = SlotLedger(seconds: every)
    }

    mutating func see(use: DecimalValue, since: Instant, _ measurement: Measurement, _ frame: RuleFrame)
        -> [RuleChange]
    {
        guard let amount = frame.convert(use, measurement.sensor) else { return [] }
        ledger.add(amount, of: measurement.sensor, from: since, until: measurement.time)
        latches[measurement.sensor, default: Latch()].note(use, measurement, frame)
        judged = .min
        return []
    }

    mutating func tick(_ frame: RuleFrame) -> [RuleChange] {
        guard case .continuousFlow(let least, _, let count) = frame.limit.rule else { return [] }
        let running = ledger.number(at: frame.now)
        // Nothing new is known within the same interval.
        guard running != judged, !frame.isReplay else { return [] }
        judged = running
        var changes: [RuleChange] = []
        for sensor in frame.limit.sensors {
            let amounts = (1...Int64(count)).map { ledger.amount(of: sensor, in: running - $0) }
            let known = amounts.compactMap { $0 }
            var latch = latches[sensor] ?? Latch()
            let never = known.count == count && known.allSatisfy { $0 >= least }
            let stopped = amounts[0].map { $0 < least } ?? false
            if latch.raisedAt == nil ? never : stopped {
                // The lowest interval tells how much runs away.
                changes += latch.update(
                    isPast: never, sensor: sensor,
                    onset: ledger.start(of: never ? running - Int64(count) : running - 1),
                    value: never ? known.min() : amounts[0], bound: least,
                    coverage: Coverage(measured: known.count, expected: count), frame)
            }
            latches[sensor] = latch
        }
        ledger.forget(before: running - Int64(count) - 1)
        return changes
    }

    mutating func restore(raised: LimitTransition) {
        guard let sensor = raised.sensor else { return }
        latches[sensor, default: Latch()].raisedAt = raised.onset
    }

    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        guard case .continuousFlow(_, let every, let intervals) = rule else { return 0 }
        return max(36 * 3600, every * Int64(intervals + 2))
    }
}

/// The least, or the mean, of what the sensors use together in the hours of the night, in several nights in a row.
struct NightFlowWatch: RuleWatch {
    private var ledger = SlotLedger(seconds: 3600)
    private var latch = Latch()
    private var judged: CalendarDate?

    mutating func see(use: DecimalValue, since: Instant, _ measurement: Measurement, _ frame: RuleFrame)
        -> [RuleChange]
    {
        guard let amount = frame.convert(use, measurement.sensor) else { return [] }
        ledger.add(amount, of: measurement.sensor, from: since, until: measurement.time)
        latch.note(use, measurement, frame)
        judged = nil
        return []
    }

    mutating func tick(_ frame: RuleFrame) -> [RuleChange] {
        guard case .nightFlow(let bound, let window, let nights, let statistic) = frame.limit.rule, !frame.isReplay
        else { return [] }
        // The last night that is over; a quarter of an hour later, when its last messages are in.
        var date = frame.zone.date(at: frame.now)
        while window.instants(on: date, in: frame.zone).upperBound.advanced(bySeconds: 900) > frame.now {
            date = date.adding(days: -1)
        }
        guard date != judged else { return [] }
        judged = date
        let dates = (0..<nights).map { date.adding(days: -$0) }
        let figures = dates.map { night($0, window, statistic, frame) }
        let known = figures.compactMap { $0 }
        let oldest = window.instants(on: dates[nights - 1], in: frame.zone).lowerBound
        defer { ledger.forget(before: ledger.number(at: oldest.advanced(bySeconds: -2 * 86_400))) }
        let isPast = known.count == nights && known.allSatisfy { LimitEngine.isOutside($0, bound, frame.limit.bound) }
        let isKept = figures[0].map { !LimitEngine.isOutside($0, bound, frame.limit.bound) } ?? false
        guard latch.raisedAt == nil ? isPast : isKept else { return [] }
        return latch.update(
            isPast: isPast, sensor: nil, onset: isPast ? oldest : window.instants(on: date, in: frame.zone).lowerBound,
            value: isPast ? known.min() : figures[0], bound: bound,
            coverage: Coverage(measured: known.count, expected: nights), frame)
    }

    /// The figure of one night in the limit's unit an hour; nil where an hour of a sensor is missing.
    private func night(
        _ date: CalendarDate, _ window: DayWindow, _ statistic: Limit.NightStatistic, _ frame: RuleFrame
    ) -> DecimalValue? {
        let span = window.instants(on: date, in: frame.zone)
        var hours: [DecimalValue] = []
        var slot = ledger.number(at: span.lowerBound.advanced(byMilliseconds: ledger.length - 1))
        while ledger.start(of: slot + 1) <= span.upperBound {
            guard let amount = ledger.amount(of: frame.limit.sensors, in: slot) else { return nil }
            hours.append(amount)
            slot += 1
        }
        guard !hours.isEmpty else { return nil }
        guard statistic == .mean else { return hours.min() }
        return hours.dropFirst().reduce(hours.first) { sum, hour in sum.flatMap { $0.adding(hour) } }?
            .multiplied(byRatio: 1, Int64(hours.count))
    }

    mutating func restore(raised: LimitTransition) { latch.raisedAt = raised.onset }

    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        guard case .nightFlow(_, _, let nights, _) = rule else { return 0 }
        return Int64(nights + 1) * 86_400
    }
}

/// Nothing is to be used between two hours of the day; each sensor on its own.
struct ClosedHoursWatch: RuleWatch {
    private struct Place: Sendable {
        var window: Range<Instant>
        var used = DecimalValue.zero
        var latch = Latch()
    }

    private var places: [SensorID: Place] = [:]
    private var told: [SensorID: Instant] = [:]

    mutating func see(use: DecimalValue, since: Instant, _ measurement: Measurement, _ frame: RuleFrame)
        -> [RuleChange]
    {
        guard case .closedHours(let allowed, let hours) = frame.limit.rule,
            let amount = frame.convert(use, measurement.sensor)
        else { return [] }
        let window = ClosedHoursWatch.window(hours, at: measurement.time, frame.zone)
        var place = places[measurement.sensor] ?? Place(window: window)
        if let onset = told.removeValue(forKey: measurement.sensor) { place.latch.raisedAt = onset }
        defer { places[measurement.sensor] = place }
        var changes: [RuleChange] = []
        if window.lowerBound > place.window.lowerBound { changes += open(&place, window, measurement.sensor, frame) }
        guard window == place.window else { return changes }
        let span = measurement.time.milliseconds - since.milliseconds
        let inside = min(measurement.time, window.upperBound).milliseconds - max(since, window.lowerBound).milliseconds
        guard span > 0, inside > 0, let part = amount.multiplied(byRatio: inside, span) else { return changes }
        place.used = place.used.adding(part) ?? place.used
        place.latch.note(use, measurement, frame)
        guard place.used > allowed, place.latch.raisedAt == nil else { return changes }
        return changes
            + place.latch.update(
                isPast: true, sensor: measurement.sensor, onset: max(since, window.lowerBound), value: place.used,
                bound: allowed, coverage: Coverage(measured: 1, expected: 1), frame)
    }

    mutating func tick(_ frame: RuleFrame) -> [RuleChange] {
        guard case .closedHours(_, let hours) = frame.limit.rule else { return [] }
        let window = ClosedHoursWatch.window(hours, at: frame.now, frame.zone)
        var changes: [RuleChange] = []
        for sensor in Set(places.keys).union(told.keys).sorted() {
            var place = places[sensor] ?? Place(window: window)
            if let onset = told.removeValue(forKey: sensor) { place.latch.raisedAt = onset }
            if frame.now >= place.window.upperBound { changes += open(&place, window, sensor, frame) }
            places[sensor] = place
        }
        return changes
    }

    /// The hours are over: what was passed returns, and the next ones begin with nothing used.
    private func open(_ place: inout Place, _ next: Range<Instant>, _ sensor: SensorID, _ frame: RuleFrame)
        -> [RuleChange]
    {
        guard case .closedHours(let allowed, _) = frame.limit.rule else { return [] }
        let changes =
            place.latch.raisedAt == nil
            ? []
            : place.latch.update(
                isPast: false, sensor: sensor, onset: place.window.upperBound, value: place.used, bound: allowed,
                coverage: Coverage(measured: 1, expected: 1), frame)
        if next.lowerBound > place.window.lowerBound {
            place.window = next
            place.used = .zero
        }
        return changes
    }

    /// The window that an instant lies in, or the last one before it.
    private static func window(_ hours: DayWindow, at instant: Instant, _ zone: Zone) -> Range<Instant> {
        let date = zone.date(at: instant)
        let today = hours.instants(on: date, in: zone)
        return instant >= today.lowerBound ? today : hours.instants(on: date.adding(days: -1), in: zone)
    }

    mutating func restore(raised: LimitTransition) {
        guard let sensor = raised.sensor else { return }
        told[sensor] = raised.onset
    }
}

/// Minutes of water a day for each plot: whoever is longer at it takes another's turn.
struct TurnWatch: RuleWatch {
    private struct Place: Sendable {
        var date: CalendarDate
        var milliseconds: Int64 = 0
        var latch = Latch()
    }

    private var places: [SensorID: Place] = [:]
    private var told: [SensorID: Instant] = [:]

    mutating func see(use: DecimalValue, since: Instant, _ measurement: Measurement, _ frame: RuleFrame)
        -> [RuleChange]
    {
        guard case .turn(let minutes, let perHour) = frame.limit.rule,
            let amount = frame.convert(use, measurement.sensor)
        else { return [] }
        let date = frame.zone.date(at: measurement.time)
        var place = places[measurement.sensor] ?? Place(date: date)
        if let onset = told.removeValue(forKey: measurement.sensor) { place.latch.raisedAt = onset }
        defer { places[measurement.sensor] = place }
        var changes = date > place.date ? close(&place, date, measurement.sensor, frame) : []
        let span = measurement.time.milliseconds - since.milliseconds
        // A longer interval does not tell for how long water ran.
        guard date == place.date, span > 0, span <= 900_000,
            let rate = amount.multiplied(byRatio: 3_600_000, span), rate >= perHour
        else { return changes }
        place.milliseconds += span
        place.latch.note(use, measurement, frame)
        guard place.milliseconds > Int64(minutes) * 60_000, place.latch.raisedAt == nil else { return changes }
        changes += place.latch.update(
            isPast: true, sensor: measurement.sensor, onset: measurement.time,
            value: DecimalValue(place.milliseconds / 60_000), bound: DecimalValue(Int64(minutes)),
            coverage: Coverage(measured: 1, expected: 1), frame)
        return changes
    }

    mutating func tick(_ frame: RuleFrame) -> [RuleChange] {
        let today = frame.zone.date(at: frame.now)
        var changes: [RuleChange] = []
        for sensor in Set(places.keys).union(told.keys).sorted() {
            var place = places[sensor] ?? Place(date: today)
            if let onset = told.removeValue(forKey: sensor) { place.latch.raisedAt = onset }
            if today > place.date { changes += close(&place, today, sensor, frame) }
            places[sensor] = place
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
                isPast: false, sensor: sensor, onset: frame.zone.start(of: place.date.adding(days: 1)),
                value: DecimalValue(place.milliseconds / 60_000), bound: DecimalValue(Int64(minutes)),
                coverage: Coverage(measured: 1, expected: 1), frame)
        place.date = next
        place.milliseconds = 0
        return changes
    }

    mutating func restore(raised: LimitTransition) {
        guard let sensor = raised.sensor else { return }
        told[sensor] = raised.onset
    }
}
