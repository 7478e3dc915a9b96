import GatewayModel

/// What a day says about a limit.
public struct DayVerdict: Hashable, Sendable {
    /// How the limit was kept.
    public enum State: String, Hashable, Sendable {
        // What people see has a word and a shape for each.
        case within, past, unknown
        /// Not asked on this day: out of season, or in the middle of a period.
        case notAsked = "not_asked"
    }

    /// How the limit was kept.
    public var state: State
    /// The figure in the limit's unit; of shares and comparisons in percent.
    public var value: DecimalValue?
    /// What it was compared with, in the same unit; nil where that is not known.
    public var bound: DecimalValue?
    /// How many parts of how many the figure covers.
    public var coverage: Coverage
    /// The sensor, for limits that are judged for each on its own.
    public var sensor: SensorID?
}

/// Judges rules on days from a table of days: pure, so that late readings, restarts and trials give the same answer.
public enum DayRules {
    /// True for rules that are judged once a day is over.
    public static func isOnDays(_ rule: Limit.Rule) -> Bool {
        switch rule {
        case .rolling, .delivered, .balance, .share, .comparison, .drift, .measured, .useDays, .turns: true
        case .instant, .rate, .sites, .budget, .nightFlow, .continuousFlow, .closedHours, .turn, .silence, .flatline:
            false
        }
    }

    /// How many days before a day a rule looks back.
    public static func lookBack(_ rule: Limit.Rule) -> Int {
        switch rule {
        case .rolling(_, let days, _), .drift(_, _, let days): days
        case .balance(_, _, _, let period): longest(period)
        case .comparison(.lastYear, _): 400
        case .comparison(.lastMonth, _): 62
        case .budget(_, let period, _, _): longest(period)
        case .useDays(_, _, let span): span.longest
        // The season that runs, and for who had none in it the one before.
        case .turns(_, let order, _, _): order == .dryFirst ? 732 : 366
        default: 1
        }
    }

    private static func longest(_ period: BudgetPeriod) -> Int {
        switch period {
        case .day: 1
        case .week: 7
        case .month: 31
        case .season: 366
        }
    }

    /// The sensors that a rule looks at beside those of its limit.
    public static func otherSensors(_ rule: Limit.Rule) -> [SensorID] {
        switch rule {
        case .balance(let minus, _, _, _): minus
        case .share(let others, _): others
        case .delivered(_, _, _, _, let at): at
        default: []
        }
    }

    /// What a day says about a limit; several verdicts where each sensor is judged on its own.
    public static func judge(
        _ limit: Limit, _ scale: Scale, on date: CalendarDate, _ table: DayTable
    ) -> [DayVerdict] {
        guard limit.counts(on: date) else {
            return [verdict(.notAsked, nil, nil, Coverage(measured: 0, expected: 0))]
        }
        switch limit.rule {
        case .rolling(let amount, let days, let basis):
            let dates = (0..<days).map { date.adding(days: -$0) }
            let sum = table.sum(of: limit.sensors, over: dates, in: limit.unit)
            return [compare(sum, scale.whole(amount, basis, days: days), limit.bound)]
        case .delivered(let amount, let basis, let flow, let flowUnit, let taps):
            return delivered(limit, scale.whole(amount, basis, days: 1), flow, flowUnit, taps, date, table)
        case .balance(let minus, let amount, let permille, let period):
            return [balance(limit, minus, amount, permille, period, date, table)]
        case .share(let others, let permille):
            let use = table.sum(of: limit.sensors, on: date, in: limit.unit)
            let whole = table.sum(of: others, on: date, in: limit.unit)
            return [share(use, whole, permille, limit.bound)]
        case .comparison(let with, let permille):
            return [comparison(limit, with, permille, date, table)]
        case .drift(let amount, let expected, let days):
            return [drift(limit, amount, expected, days, date, table)]
        case .useDays(let amount, let most, let span):
            return useDays(limit, amount, most, span, date, table)
        case .turns:
            return TurnRound(limit, on: date, isOver: true, table)?.verdicts ?? []
        case .measured(let permille):
            return limit.sensors.map { sensor in
                let part = table.measuredPermille(of: sensor, on: date)
                var found = verdict(
                    part < permille ? .past : .within, DecimalValue(mantissa: Int64(part), scale: 1),
                    DecimalValue(mantissa: Int64(permille), scale: 1), Coverage(measured: part > 0 ? 1 : 0, expected: 1)
                )
                found.sensor = sensor
                return found
            }
        default: return []
        }
    }

    /// A sum that is not whole is a lower bound: it can pass a ceiling, but shows no minimum as kept or missed for sure. What
    /// may have been used before passes and reaches nothing: where it makes the difference, nothing is known.
    private static func compare(_ sum: DaySum, _ bound: DecimalValue?, _ side: Bound) -> DayVerdict {
        guard let bound, sum.parts.measured > 0 else { return verdict(.unknown, nil, bound, sum.parts) }
        let isCertain: Bool
        let isRefuted: Bool
        switch side {
        case .atMost: (isCertain, isRefuted) = (sum.certain > bound, sum.isWhole && sum.amount <= bound)
        case .atLeast: (isCertain, isRefuted) = (sum.certain >= bound, sum.isWhole && sum.amount < bound)
        }
        guard isCertain || isRefuted else { return verdict(.unknown, sum.amount, bound, sum.parts) }
        return verdict(
            isCertain == (side == .atMost) ? .past : .within, isCertain ? sum.certain : sum.amount, bound, sum.parts)
    }

    /// What the ends of the possible say together.
    private static func agreed(_ isPast: Bool, _ isAlsoPast: Bool) -> DayVerdict.State {
        isPast != isAlsoPast ? .unknown : isPast ? .past : .within
    }

    /// A minimum of volume and of flow: both must be reached, since drops all day are enough water and no supply.
    private static func delivered(
        _ limit: Limit, _ bound: DecimalValue?, _ flow: DecimalValue?, _ flowUnit: Unit, _ taps: [SensorID],
        _ date: CalendarDate, _ table: DayTable
    ) -> [DayVerdict] {
        let volume = compare(table.sum(of: limit.sensors, on: date, in: limit.unit), bound, .atLeast)
        guard let flow else { return [volume] }
        let flows = taps.map { tap -> DayVerdict in
            guard let level = table.level(of: tap, on: date, in: flowUnit) else {
                return verdict(.unknown, nil, flow, Coverage(measured: 0, expected: 1))
            }
            let isReached = level.highest >= flow
            let isMeasured = level.measuredPermille >= DayTable.enough
            var found = verdict(
                isReached ? .within : isMeasured ? .past : .unknown, level.highest, flow,
                Coverage(measured: 1, expected: 1))
            found.sensor = tap
            return found
        }
        return [volume] + flows
    }

    private static func balance(
        _ limit: Limit, _ minus: [SensorID], _ amount: DecimalValue?, _ permille: Int, _ period: BudgetPeriod,
        _ date: CalendarDate, _ table: DayTable
    ) -> DayVerdict {
        // Judged on the last day of the period: in the middle of it meters that report at other times differ.
        guard let start = period.start(containing: date),
            date == start.adding(days: period.dayCount(from: start) - 1)
        else { return verdict(.notAsked, nil, nil, Coverage(measured: 0, expected: 0)) }
        let dates = (0...Int(date.daysSinceEpoch - start.daysSinceEpoch)).map { start.adding(days: $0) }
        let came = table.sum(of: limit.sensors, over: dates, in: limit.unit)
        let used = table.sum(of: minus, over: dates, in: limit.unit)
        let parts = Coverage(
            measured: came.parts.measured + used.parts.measured, expected: came.parts.expected + used.parts.expected)
        guard came.isWhole, used.isWhole, let rest = came.amount.subtracting(used.amount),
            let least = came.certain.subtracting(used.amount), let most = came.amount.subtracting(used.certain)
        else { return verdict(.unknown, nil, nil, parts) }
        if let amount {
            let state = agreed(isPast(least, amount, limit.bound), isPast(most, amount, limit.bound))
            return verdict(state, rest, amount, parts)
        }
        guard let bound = came.amount.multiplied(byRatio: Int64(permille), 1000), came.amount > .zero,
            let leastBound = came.certain.multiplied(byRatio: Int64(permille), 1000)
        else { return verdict(.unknown, nil, nil, parts) }
        return verdict(
            agreed(isPast(least, leastBound, limit.bound), isPast(most, bound, limit.bound)),
            percent(rest, of: came.amount), DecimalValue(mantissa: Int64(permille), scale: 1), parts)
    }

    private static func share(_ use: DaySum, _ whole: DaySum, _ permille: Int, _ side: Bound) -> DayVerdict {
        let parts = Coverage(
            measured: use.parts.measured + whole.parts.measured, expected: use.parts.expected + whole.parts.expected)
        let bound = DecimalValue(mantissa: Int64(permille), scale: 1)
        guard use.isWhole, whole.isWhole, whole.amount > .zero,
            let most = whole.amount.multiplied(byRatio: Int64(permille), 1000),
            let least = whole.certain.multiplied(byRatio: Int64(permille), 1000)
        else { return verdict(.unknown, nil, bound, parts) }
        return verdict(
            agreed(isPast(use.amount, least, side), isPast(use.certain, most, side)),
            percent(use.amount, of: whole.amount), bound, parts)
    }

    /// The mean of the month's days so far against that of the other month; at least seven measured days of each. A day that
    /// brought the use of days before it is none of them, nor is one that may have brought some of another month.
    private static func comparison(
        _ limit: Limit, _ with: Limit.ComparedMonth, _ permille: Int, _ date: CalendarDate, _ table: DayTable
    ) -> DayVerdict {
        let month = CalendarMonth(of: date)
        let other = with == .lastYear ? month.yearBefore : month.previous
        let bound = DecimalValue(mantissa: Int64(permille), scale: 1)
        func mean(_ dates: [CalendarDate]) -> (sum: DecimalValue, days: Int64, parts: Coverage) {
            dates.reduce(into: (.zero, 0, Coverage(measured: 0, expected: dates.count))) { found, date in
                let day = table.sum(of: limit.sensors, on: date, in: limit.unit, from: dates.first)
                guard day.isExact, day.since.map({ $0 >= date.adding(days: -1) }) ?? true,
                    let sum = found.0.adding(day.amount)
                else { return }
                found = (sum, found.1 + 1, Coverage(measured: found.2.measured + 1, expected: found.2.expected))
            }
        }
        let own = mean(month.days.filter { $0 <= date })
        let past = mean(other.days)
        guard own.days >= 7, past.days >= 7, past.sum > .zero,
            let left = own.sum.multiplied(byRatio: past.days * 1000, 1),
            let right = past.sum.multiplied(byRatio: own.days * Int64(permille), 1),
            let ownScaled = own.sum.multiplied(byRatio: past.days, own.days)
        else { return verdict(.unknown, nil, bound, own.parts) }
        return verdict(
            isPast(left, right, limit.bound) ? .past : .within, percent(ownScaled, of: past.sum), bound, own.parts)
    }

    /// What goes on being used beyond what is expected, counted from the day from which on that is most. A day that is not
    /// whole counts for what was measured of it, so the sum is a lower bound: it can pass the amount, and shows nothing as kept.
    /// What a gap brought counts for sure where the gap began after that day.
    private static func drift(
        _ limit: Limit, _ amount: DecimalValue, _ expected: DecimalValue, _ days: Int, _ date: CalendarDate,
        _ table: DayTable
    ) -> DayVerdict {
        var (total, most, certain) = (DecimalValue.zero, DecimalValue.zero, DecimalValue.zero)
        var carried: [CarriedUse] = []
        var measured = 0
        var isInSeason = true
        for day in (0..<days).map({ date.adding(days: -$0) }) {
            guard limit.season?.contains(day) ?? true else {
                isInSeason = false
                measured += 1
                continue
            }
            let use = table.sum(of: limit.sensors, on: day, in: limit.unit)
            measured += use.isWhole ? 1 : 0
            // What was used before the season counts no more.
            guard isInSeason else { continue }
            if let since = use.since { carried.append(CarriedUse(amount: use.carried, since: since)) }
            carried.removeAll { $0.since >= day }
            let doubtful = carried.reduce(DecimalValue?.some(.zero)) { sum, part in sum?.adding(part.amount) }
            guard let beyond = total.adding(use.amount)?.subtracting(expected),
                let sure = doubtful.flatMap(beyond.subtracting)
            else { return verdict(.unknown, nil, amount, Coverage(measured: measured, expected: days)) }
            (total, most, certain) = (beyond, max(most, beyond), max(certain, sure))
        }
        let state: DayVerdict.State =
            certain > amount ? .past : measured == days && most <= amount ? .within : .unknown
        return verdict(
            state, state == .past ? certain : most, amount, Coverage(measured: measured, expected: days))
    }

    private static func isPast(_ value: DecimalValue, _ bound: DecimalValue, _ side: Bound) -> Bool {
        side == .atMost ? value > bound : value < bound
    }

    /// A share in percent with one decimal, for people to read; verdicts compare exactly.
    private static func percent(_ part: DecimalValue, of whole: DecimalValue) -> DecimalValue? {
        let share = part.doubleValue / whole.doubleValue * 1000
        guard share.isFinite, abs(share) < 1e9 else { return nil }
        return DecimalValue(mantissa: Int64(share.rounded()), scale: 1)
    }

    static func verdict(
        _ state: DayVerdict.State, _ value: DecimalValue?, _ bound: DecimalValue?, _ coverage: Coverage
    ) -> DayVerdict {
        DayVerdict(state: state, value: value, bound: bound, coverage: coverage, sensor: nil)
    }
}
