import GatewayModel

/// Water that never stops: an amount in every one of the last intervals (the leak rule of continuous flow).
struct ContinuousFlowWatch: RuleWatch {
    private var ledger: SlotLedger
    private var latches: [Latch]
    /// The interval that ran when the ones before it were judged.
    private var judged: Int64 = 0

    init(every: Int64, intervals: Int, sensors: Int) {
        ledger = SlotLedger(seconds: every, sensors: sensors, slots: intervals + 1)
        latches = Array(repeating: Latch(), count: sensors)
    }

    mutating func see(
        use: RecentFigures.Figure, since: Instant, _ frame: RuleFrame, _ rests: inout Instant
    ) -> [RuleChange] {
        guard let amount = frame.convert(use) else { return [] }
        ledger.add(amount, of: use.place, from: since, until: use.time)
        latches[use.place].recent.note(use)
        // What runs is judged when it is over.
        if since < ledger.start(of: judged) { rests = .min }
        return []
    }

    mutating func tick(_ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange] {
        guard case .continuousFlow(let least, _, let count) = frame.limit.rule, !frame.isReplay else { return [] }
        let running = ledger.number(at: frame.now)
        judged = running
        rests = ledger.start(of: running + 1)
        var changes: [RuleChange] = []
        for place in latches.indices {
            guard let newest = ledger.amount(of: place, in: running - 1),
                (newest >= least) == (latches[place].raisedAt == nil)
            else { continue }
            let past = latches[place].raisedAt == nil
            func amount(_ back: Int64) -> DecimalValue? { ledger.amount(of: place, in: running - back) }
            if past, !(1...Int64(count)).allSatisfy({ amount($0).map { $0 >= least } ?? false }) { continue }
            // The lowest interval tells how much runs away.
            let known = (1...Int64(count)).compactMap(amount)
            changes += latches[place].update(
                isPast: past, sensor: frame.judged.sensors[place],
                onset: ledger.start(of: past ? running - Int64(count) : running - 1),
                value: past ? known.min() : newest, bound: least,
                coverage: Coverage(measured: known.count, expected: count), frame)
        }
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
