import GatewayModel

/// What a day says about a budget: the running sum of its period.
public struct BudgetDay: Hashable, Sendable {
    /// How a budget stands on a day.
    public enum State: String, Hashable, Sendable {
        // Near: a share at which the assembly wants to be warned is reached.
        case within, near, past, unknown
    }

    /// How it stands.
    public var state: State
    /// What was used since the period began, in the limit's unit.
    public var used: DecimalValue
    /// The whole period's amount; nil where it is not known for how many or how much.
    public var bound: DecimalValue?

    /// Follows a budget from day to day; days outside of its season are left out, and what was used on them does not count.
    ///
    /// `dates` are in order; what was used before the first of them is not known. A minimum is judged on the last day of
    /// its period, a ceiling on every day. A day on which a sensor was not heard can be known to be past, and nothing else.
    public static func days(
        of limit: Limit, _ scale: Scale, on dates: [CalendarDate], _ table: DayTable
    ) -> [CalendarDate: BudgetDay] {
        guard case .budget(let amount, let period, let basis, let warnAt) = limit.rule else { return [:] }
        var found: [CalendarDate: BudgetDay] = [:]
        var running: (period: CalendarDate, used: DecimalValue, isWhole: Bool)?
        for date in dates {
            guard let first = period.start(containing: date), limit.counts(on: date) else { continue }
            let length = period.dayCount(from: first)
            // Of a period that its season cuts nobody can say that a minimum was missed.
            guard limit.bound == .atMost || limit.isInSeason(from: first, days: length) else { continue }
            var current = running.flatMap { $0.period == first ? $0 : nil } ?? (first, .zero, date == first)
            defer { running = current }
            let bound = scale.whole(amount, basis, days: length)
            let sum = table.sum(of: limit.sensors, on: date, in: limit.unit)
            guard sum.parts.measured > 0, let used = current.used.adding(sum.amount), let bound else {
                current.isWhole = false
                found[date] = BudgetDay(state: .unknown, used: current.used, bound: bound)
                continue
            }
            current = (first, used, current.isWhole && sum.isWhole)
            let isLast = date == first.adding(days: length - 1)
            let warning = warnAt.filter { $0 < 100 }.min().flatMap { bound.multiplied(byRatio: Int64($0), 100) }
            let state: State
            let isHeard = sum.parts.measured == sum.parts.expected
            switch limit.bound {
            case .atMost:
                state =
                    used > bound ? .past : !isHeard ? .unknown : warning.map { used >= $0 } == true ? .near : .within
            case .atLeast where isLast && used < bound: state = current.isWhole ? .past : .unknown
            case .atLeast: state = isHeard || used >= bound ? .within : .unknown
            }
            found[date] = BudgetDay(state: state, used: used, bound: bound)
        }
        return found
    }
}

extension Limit {
    /// True where so many days lie in its season, all of them.
    func isInSeason(from first: CalendarDate, days: Int) -> Bool {
        guard let season else { return true }
        return (0..<days).allSatisfy { season.contains(first.adding(days: $0)) }
    }
}
