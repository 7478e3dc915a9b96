import GatewayModel

/// The least, or the mean, of what the sensors use together in the hours of the night, in several nights in a row.
///
/// Minimum night flow, when nobody draws water, is how waterworks find leaks (IWA, Water Loss Task Force); the bound is an
/// amount, or an amount above what was usual in the nights before.
struct NightFlowWatch: RuleWatch {
    private var ledger: SlotLedger
    private var latch = Latch()
    /// The hours of a night and those between two nights, as the last measurement found them.
    private var night: Range<Instant>?
    private var day: Range<Instant>?
    /// The hours of the nights that were judged last, from the first one's to the last one's.
    private var judged: Range<Instant>?
    /// When the next night can be judged.
    /// The bound that was passed: a leak that runs for weeks must not become what is usual and end its own alert.
    private var held: DecimalValue?

    init(nights: Int, sensors: Int) {
        ledger = SlotLedger(seconds: 3600, sensors: sensors, slots: (nights + 2) * 24)
    }

    mutating func see(
        use: RecentFigures.Figure, since: Instant, _ frame: RuleFrame, _ rests: inout Instant
    ) -> [RuleChange] {
        latch.recent.note(use)
        guard touchesNight(since, use.time, frame), let amount = frame.convert(use) else { return [] }
        ledger.add(amount, of: use.place, from: since, until: use.time)
        if let judged, since < judged.upperBound, use.time > judged.lowerBound { rests = .min }
        return []
    }

    /// True where an interval may touch the hours of a night; most do not.
    private mutating func touchesNight(_ since: Instant, _ time: Instant, _ frame: RuleFrame) -> Bool {
        if let day, day.lowerBound <= since, time <= day.upperBound { return false }
        if let night, night.lowerBound <= since, time <= night.upperBound { return true }
        guard case .nightFlow(_, let window, _, _, _) = frame.limit.rule else { return false }
        let date = frame.zone.date(at: time)
        let nights = [-1, 0, 1].map { window.instants(on: date.adding(days: $0), in: frame.zone) }
        if let found = nights.first(where: { $0.contains(time) }) {
            night = found
            return true
        }
        guard let begun = nights.last(where: { $0.upperBound <= time }),
            let next = nights.first(where: { $0.lowerBound >= time }), begun.upperBound <= since
        else { return true }
        day = begun.upperBound..<next.lowerBound
        return false
    }

    mutating func tick(_ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange] {
        guard case .nightFlow(let amount, let window, let nights, let statistic, let usual) = frame.limit.rule,
            !frame.isReplay
        else { return [] }
        // The last night that is over; a quarter of an hour later, when its last messages are in.
        func end(_ date: CalendarDate) -> Instant {
            window.instants(on: date, in: frame.zone).upperBound.advanced(bySeconds: 900)
        }
        var date = frame.zone.date(at: frame.now)
        while end(date) > frame.now { date = date.adding(days: -1) }
        rests = end(date.adding(days: 1))
        let figures = (0..<nights).map { night(date.adding(days: -$0), window, statistic, frame) }
        let earlier = (0..<(usual ?? 0)).map { night(date.adding(days: -nights - $0), window, statistic, frame) }
        let first = date.adding(days: 1 - nights)
        let oldest = window.instants(on: first.adding(days: -(usual ?? 0)), in: frame.zone).lowerBound
        judged = oldest..<window.instants(on: date, in: frame.zone).upperBound
        guard let bound = usual == nil ? amount : held ?? NightFlowWatch.usual(earlier)?.adding(amount) else {
            return []
        }
        let known = figures.compactMap { $0 }
        let isPast = known.count == nights && known.allSatisfy { LimitEngine.isOutside($0, bound, frame.limit.bound) }
        let isKept = figures[0].map { !LimitEngine.isOutside($0, bound, frame.limit.bound) } ?? false
        guard latch.raisedAt == nil ? isPast : isKept else { return [] }
        held = isPast ? bound : nil
        return latch.update(
            isPast: isPast, sensor: nil,
            onset: window.instants(on: isPast ? first : date, in: frame.zone).lowerBound,
            value: isPast ? known.min() : figures[0], bound: bound,
            coverage: Coverage(measured: known.count, expected: nights), frame)
    }

    /// The middle one of the nights that are known, of an even number the lower; nil where fewer than half of them are.
    private static func usual(_ nights: [DecimalValue?]) -> DecimalValue? {
        let known = nights.compactMap { $0 }.sorted()
        return known.count * 2 >= nights.count && !known.isEmpty ? known[(known.count - 1) / 2] : nil
    }

    /// The figure of one night in the limit's unit an hour; nil where an hour of a sensor is missing.
    private func night(
        _ date: CalendarDate, _ window: DayWindow, _ statistic: Limit.NightStatistic, _ frame: RuleFrame
    ) -> DecimalValue? {
        let span = window.instants(on: date, in: frame.zone)
        var hours: [DecimalValue] = []
        var slot = ledger.number(at: span.lowerBound.advanced(byMilliseconds: ledger.length - 1))
        while ledger.start(of: slot + 1) <= span.upperBound {
            guard let amount = ledger.amount(in: slot) else { return nil }
            hours.append(amount)
            slot += 1
        }
        guard !hours.isEmpty else { return nil }
        guard statistic == .mean else { return hours.min() }
        return hours.dropFirst().reduce(hours.first) { sum, hour in sum.flatMap { $0.adding(hour) } }?
            .multiplied(byRatio: 1, Int64(hours.count))
    }

    mutating func restore(raised: LimitTransition, at place: Int?) {
        latch.raisedAt = raised.onset
        held = raised.bound
    }

    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        guard case .nightFlow(_, _, let nights, _, let usual) = rule else { return 0 }
        return Int64(nights + (usual ?? 0) + 1) * 86_400
    }
}
