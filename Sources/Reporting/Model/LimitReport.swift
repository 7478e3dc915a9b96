import GatewayModel

extension LimitDayState {
    /// From what needs no word to what needs the first; not knowing comes before being near.
    var severity: Int {
        switch self {
        case .within: 0
        case .near: 1
        case .unknown: 2
        case .past: 3
        }
    }
}

/// How a limit was kept over the month.
public struct LimitReport: Hashable, Sendable {
    /// The limit.
    public var facts: LimitFacts
    /// Days in each state; their sum is the days that are over and on which the limit counted.
    public var counts: [LimitDayState: Int]
    /// The worst state of the month.
    public var state: LimitDayState
    /// True where at most two assemblies are left before its review date.
    public var isUpForReview: Bool
    /// True where its review date had passed before the month: what is counted then was nobody's rule.
    public var isShownOnly: Bool

    /// Counts the days of one limit.
    init(_ facts: LimitFacts, dates: [CalendarDate], reviewHorizon: CalendarDate?) {
        self.facts = facts
        var counts: [LimitDayState: Int] = [:]
        for date in dates where !facts.idleDays.contains(date) { counts[facts.days[date] ?? .unknown, default: 0] += 1 }
        self.counts = counts
        state = counts.keys.max { $0.severity < $1.severity } ?? .unknown
        isShownOnly = facts.isLapsed && (dates.first.map { facts.reviewBy <= $0 } ?? true)
        isUpForReview =
            !facts.isLapsed && facts.replaced == nil && (reviewHorizon.map { facts.reviewBy <= $0 } ?? false)
    }

    /// True where the limit names a minimum that people must get.
    public var isFloor: Bool { facts.limit.protects == .people && facts.limit.bound == .atLeast }
}
