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
