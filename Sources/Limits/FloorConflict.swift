import GatewayModel

/// A ceiling that allows less than a floor guarantees to people, as amounts of a day.
public struct FloorConflict: Hashable, Sendable {
    /// What the ceiling allows, in ``unit``.
    public var allowed: DecimalValue
    /// What the floor guarantees, in ``unit``.
    public var guaranteed: DecimalValue
    /// The ceiling's unit.
    public var unit: Unit

    /// Nil where the ceiling leaves people what the floor guarantees, and where the two are not to be compared.
    ///
    /// Two amounts per person are compared as they stand; whole amounts, each with the persons and the ground of its own
    /// decision, where `coversFloor` says that nothing reaches people beside the ceiling's sensors. A month counts by the days
    /// that make it strictest, so what is found would happen in some month of the year.
    public init?(ceiling: Limit, _ scale: Scale, floor: Limit, _ floorScale: Scale, coversFloor: Bool) {
        guard ceiling.bound == .atMost, floor.bound == .atLeast, let most = ceiling.perTime, let least = floor.perTime,
            FloorConflict.meet(ceiling, floor)
        else { return nil }
        let days = FloorConflict.days(most.days, least.days)
        func conflict(_ own: Scale, _ other: Scale) -> FloorConflict? {
            guard let allowed = own.whole(most.amount, most.basis, days: days.ceiling),
                let guaranteed = other.whole(least.amount, least.basis, days: days.floor)?
                    .converted(from: floor.unit, to: ceiling.unit),
                let left = allowed.multiplied(byRatio: Int64(days.floor), 1),
                let right = guaranteed.multiplied(byRatio: Int64(days.ceiling), 1), left < right,
                let allowedADay = allowed.multiplied(byRatio: 1, Int64(days.ceiling)),
                let guaranteedADay = guaranteed.multiplied(byRatio: 1, Int64(days.floor))
            else { return nil }
            return FloorConflict(allowed: allowedADay, guaranteed: guaranteedADay, unit: ceiling.unit)
        }
        let isPerPerson = most.basis == .perPerson && least.basis == .perPerson
        let one = Scale(persons: 1)
        let found = isPerPerson ? conflict(one, one) : nil
        guard let found = found ?? (coversFloor ? conflict(scale, floorScale) : nil) else { return nil }
        self = found
    }

    private init(allowed: DecimalValue, guaranteed: DecimalValue, unit: Unit) {
        self.allowed = allowed.rounded(places: 3)
        self.guaranteed = guaranteed.rounded(places: 3)
        self.unit = unit
    }

    /// How many days of each are compared: the longest period of the ceiling with the floor's days that demand most of it.
    private static func days(
        _ ceiling: ClosedRange<Int>, _ floor: ClosedRange<Int>
    ) -> (ceiling: Int, floor: Int) {
        let most = ceiling.upperBound
        return (most, ceiling == floor || most > floor.upperBound ? floor.upperBound : floor.lowerBound)
    }

    /// True where both count on some day of the year.
    private static func meet(_ first: Limit, _ second: Limit) -> Bool {
        let begin = CalendarDate(year: 2024, month: 1, day: 1)
        return (0..<366).map { begin.adding(days: $0) }.contains { first.counts(on: $0) && second.counts(on: $0) }
    }
}

extension Limit {
    /// The amount of rules that have one per time, with what it is multiplied with and the days it counts for.
    fileprivate var perTime: (amount: DecimalValue, basis: BudgetBasis, days: ClosedRange<Int>)? {
        switch rule {
        case .budget(let amount, let period, let basis, _): (amount, basis, Limit.days(of: period))
        case .rolling(let amount, let days, let basis): (amount, basis, days...days)
        case .delivered(let amount, let basis, _, _, _): (amount, basis, 1...1)
        default: nil
        }
    }

    /// How many days a period has in some year, from the fewest to the most.
    private static func days(of period: BudgetPeriod) -> ClosedRange<Int> {
        switch period {
        case .day: return 1...1
        case .week: return 7...7
        case .month: return 28...31
        case .season(let span):
            let counts = (2023...2026).map { span.dayCount(from: span.from.date(in: $0)) }
            return (counts.min() ?? 1)...(counts.max() ?? 1)
        }
    }
}
