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
    /// What was used since the period began, in the limit's unit; of a day that is past, what is certain of it.
    public var used: DecimalValue
    /// The whole period's amount; nil where it is not known for how many or how much.
    public var bound: DecimalValue?
    /// True where more may have been used: something of the period so far is not known.
    public var isLowerBound: Bool

    /// Follows a budget from day to day; days outside of its season are left out, and what was used on them does not count.
    ///
    /// `dates` are in order; what was used before the first of them is not known. A minimum is judged on the last day of
    /// its period, a ceiling on every day. A day on which a sensor was not heard can be known to be past, and nothing else. A
    /// minimum that was not reached is missed only where nothing is missing: what a register used in a gap stands in its next
    /// reading, of other sensors nobody knows it. What such a reading may bring from before the period passes no ceiling and
    /// reaches no minimum: where it alone makes the difference, the day is not known.
    public static func days(
        of limit: Limit, _ scale: Scale, on dates: [CalendarDate], _ table: DayTable
    ) -> [CalendarDate: BudgetDay] {
        guard case .budget(let amount, let period, let basis, let warnAt) = limit.rule else { return [:] }
        var found: [CalendarDate: BudgetDay] = [:]
        var running: (period: CalendarDate, counted: CalendarDate, used: DecimalValue, gaps: Gaps)?
        for date in dates {
            guard let first = period.start(containing: date), limit.counts(on: date) else { continue }
            let length = period.dayCount(from: first)
            // Of a period that its season cuts nobody can say that a minimum was missed.
            guard limit.bound == .atMost || limit.isInSeason(from: first, days: length) else { continue }
            var current =
                running.flatMap { $0.period == first ? $0 : nil }
                ?? (first, limit.firstCounted(from: first, days: length), .zero, Gaps())
            if running?.period != first, date != first { current.gaps.isLost = true }
            defer { running = current }
            current.gaps.pass(date, limit.sensors, table, isFirst: date == first)
            let bound = scale.whole(amount, basis, days: length)
            let sum = table.sum(of: limit.sensors, on: date, in: limit.unit, from: current.counted)
            guard sum.parts.measured > 0, let used = current.used.adding(sum.amount), let bound else {
                found[date] = BudgetDay(state: .unknown, used: current.used, bound: bound, isLowerBound: true)
                continue
            }
            current.used = used
            current.gaps.carried = current.gaps.carried.adding(sum.carried) ?? used
            let certain = used.subtracting(current.gaps.carried) ?? .zero
            let isLast = date == first.adding(days: length - 1)
            let warning = warnAt.filter { $0 < 100 }.min().flatMap { bound.multiplied(byRatio: Int64($0), 100) }
            let state: State
            let isHeard = sum.parts.measured == sum.parts.expected
            switch limit.bound {
            case .atMost:
                state =
                    certain > bound
                    ? .past
                    : !isHeard || used > bound
                        ? .unknown : warning.map { certain >= $0 } == true ? .near : .within
            case .atLeast where isLast && used < bound: state = current.gaps.isWhole ? .past : .unknown
            case .atLeast where isLast && certain < bound: state = .unknown
            case .atLeast: state = isHeard || certain >= bound ? .within : .unknown
            }
            let isCertain = state == .past && limit.bound == .atMost
            found[date] = BudgetDay(
                state: state, used: isCertain ? certain : used, bound: bound,
                isLowerBound: !current.gaps.isWhole || isCertain && certain < used)
        }
        return found
    }

    /// What is missing of a period so far, and what gaps brought into it.
    struct Gaps {
        /// What may have been used before the period, in the limit's unit.
        var carried: DecimalValue = .zero
        /// Sensors whose last days are not known.
        var open: Set<SensorID> = []
        /// True where something is missing that no later day brings.
        var isLost = false

        var isWhole: Bool { open.isEmpty && !isLost }

        /// A gap on the first day may have begun before it, so nobody knows what of it belongs to the period.
        mutating func pass(_ date: CalendarDate, _ sensors: [SensorID], _ table: DayTable, isFirst: Bool) {
            for sensor in sensors {
                switch table.knowledge(of: sensor, on: date) {
                case .all: if open.contains(sensor) { isLost = true }
                case .allWithGap: open.remove(sensor)
                case .open where isFirst: isLost = true
                case .open: open.insert(sensor)
                case .lowerBound: isLost = true
                }
            }
        }
    }
}

extension BudgetDay {
    /// What the last day of its period says of a minimum per time; nil for other rules and on other days.
    static func minimum(
        _ limit: Limit, _ scale: Scale, on date: CalendarDate, _ table: DayTable
    ) -> (verdict: DayVerdict, start: CalendarDate)? {
        guard limit.isMinimumPerTime, case .budget(_, let period, _, _) = limit.rule,
            let start = period.start(containing: date), date == start.adding(days: period.dayCount(from: start) - 1)
        else { return nil }
        let dates = (0..<period.dayCount(from: start)).map { start.adding(days: $0) }
        guard let day = days(of: limit, scale, on: dates, table)[date] else { return nil }
        let parts = table.sum(of: limit.sensors, over: dates, in: limit.unit).parts
        let state: DayVerdict.State =
            switch day.state {
            case .past: .past
            case .unknown: .unknown
            case .within, .near: .within
            }
        return (DayRules.verdict(state, day.used, day.bound, parts), start)
    }
}

extension Limit {
    /// True for an amount that is never to be less: it is judged on the last day of its period.
    var isMinimumPerTime: Bool {
        if case .budget = rule { bound == .atLeast } else { false }
    }

    /// The first of so many days that counts: what was used before it counts no more than what was used before all of them.
    func firstCounted(from first: CalendarDate, days: Int) -> CalendarDate {
        guard season != nil else { return first }
        return (0..<days).lazy.map { first.adding(days: $0) }.first(where: counts) ?? first
    }

    /// True where so many days lie in its season, all of them.
    func isInSeason(from first: CalendarDate, days: Int) -> Bool {
        guard let season else { return true }
        return (0..<days).allSatisfy { season.contains(first.adding(days: $0)) }
    }
}
