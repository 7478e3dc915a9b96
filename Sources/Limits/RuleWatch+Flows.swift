import GatewayModel

/// Water that never stops: an amount in every one of the last intervals (the leak rule of continuous flow).
struct ContinuousFlowWatch: RuleWatch {
    private var ledger: SlotLedger
    private var latches: [Latch]
    private var judged: Int64 = .min

    init(every: Int64, sensors: Int) {
        ledger = SlotLedger(seconds: every, sensors: sensors)
        latches = Array(repeating: Latch(), count: sensors)
    }

    mutating func see(use: RecentFigures.Figure, since: Instant, _ frame: RuleFrame) -> [RuleChange] {
        guard let amount = frame.convert(use) else { return [] }
        ledger.add(amount, of: use.place, from: since, until: use.time)
        latches[use.place].recent.note(use)
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
        for place in latches.indices {
            let amounts = (1...Int64(count)).map { ledger.amount(of: place, in: running - $0) }
            let known = amounts.compactMap { $0 }
            let never = known.count == count && known.allSatisfy { $0 >= least }
            let stopped = amounts[0].map { $0 < least } ?? false
            if latches[place].raisedAt == nil ? never : stopped {
                // The lowest interval tells how much runs away.
                changes += latches[place].update(
                    isPast: never, sensor: frame.judged.sensors[place],
                    onset: ledger.start(of: never ? running - Int64(count) : running - 1),
                    value: never ? known.min() : amounts[0], bound: least,
                    coverage: Coverage(measured: known.count, expected: count), frame)
            }
        }
        ledger.forget(before: running - Int64(count) - 1)
        return changes
    }

    mutating func restore(raised: LimitTransition, at place: Int?) {
        guard let place else { return }
        latches[place].raisedAt = raised.onset
    }

    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        guard case .continuousFlow(_, let every, let intervals) = rule else { return 0 }
        return max(36 * 3600, every * Int64(intervals + 2))
    }
}

/// The least, or the mean, of what the sensors use together in the hours of the night, in several nights in a row.
struct NightFlowWatch: RuleWatch {
    private var ledger: SlotLedger
    private var latch = Latch()
    private var judged: CalendarDate?

    init(sensors: Int) {
        ledger = SlotLedger(seconds: 3600, sensors: sensors)
    }

    mutating func see(use: RecentFigures.Figure, since: Instant, _ frame: RuleFrame) -> [RuleChange] {
        guard let amount = frame.convert(use) else { return [] }
        ledger.add(amount, of: use.place, from: since, until: use.time)
        latch.recent.note(use)
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
            guard let amount = ledger.amount(in: slot) else { return nil }
            hours.append(amount)
            slot += 1
        }
        guard !hours.isEmpty else { return nil }
        guard statistic == .mean else { return hours.min() }
        return hours.dropFirst().reduce(hours.first) { sum, hour in sum.flatMap { $0.adding(hour) } }?
            .multiplied(byRatio: 1, Int64(hours.count))
    }

    mutating func restore(raised: LimitTransition, at place: Int?) { latch.raisedAt = raised.onset }

    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        guard case .nightFlow(_, _, let nights, _) = rule else { return 0 }
        return Int64(nights + 1) * 86_400
    }
}
