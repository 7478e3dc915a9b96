import GatewayModel

extension DayRules {
    /// Days on which a sensor used the amount, each sensor on its own; what is too much is a day of use too many.
    ///
    /// A day that is not whole may have been a day of use: where that decides, nothing is known.
    static func useDays(
        _ limit: Limit, _ amount: DecimalValue, _ most: Int, _ span: Limit.DaySpan, _ date: CalendarDate,
        _ table: DayTable
    ) -> [DayVerdict] {
        let dates = span.dates(through: date)
        return limit.sensors.map { sensor in
            let days = dates.map { table.isUsed(sensor, amount, on: $0, in: limit.unit) }
            let used = days.count { $0 == .yes }
            let today = days.last ?? .unknown
            let unknown = days.count { $0 == .unknown }
            let state: DayVerdict.State =
                today == .no || used + unknown <= most ? .within : today == .yes && used > most ? .past : .unknown
            var found = verdict(
                state, DecimalValue(Int64(used)), DecimalValue(Int64(most)),
                Coverage(measured: days.count - unknown, expected: days.count))
            found.sensor = sensor
            return found
        }
    }
}

extension DayTable {
    /// Whether a sensor used an amount on a day; a part of it can show that it did, and only the whole that it did not. What
    /// may have been used on days before shows nothing.
    func isUsed(_ sensor: SensorID, _ amount: DecimalValue, on date: CalendarDate, in unit: Unit) -> Truth {
        guard let use = use(of: sensor, on: date, in: unit) else { return .unknown }
        let certain = use.amount.subtracting(use.carried?.amount ?? .zero) ?? .zero
        if certain >= amount { return .yes }
        return use.amount >= amount || use.isLowerBound || use.measuredPermille < DayTable.enough ? .unknown : .no
    }
}

/// Who had how many turns since the season began, up to a day: the state of a limit on turns.
///
/// Where days were not measured the number of turns lies between what is certain and what is possible, and so do the
/// answers: a turn before its time is known as one only where it is before its time whatever happened on those days.
public struct TurnRound: Sendable {
    /// What is known of one of them.
    struct Place: Sendable {
        let sensor: SensorID
        /// Turns that are certain, and that are possible.
        var least: Int
        var most: Int
        /// Who comes before whom, from the lowest number on; a range where it is not known.
        var rank: ClosedRange<Int>
        /// What is known of the last day.
        var today: Truth
        /// Days of which all is known.
        var days: Coverage
    }

    let places: [Place]
    /// True where who comes first says so for every turn, false where for the first one alone.
    private let ranksEveryTurn: Bool

    /// Nil where the rule is another one, and on days that do not count; `isOver` says that the day itself is counted too.
    public init?(_ limit: Limit, on date: CalendarDate, isOver: Bool, _ table: DayTable) {
        guard case .turns(let amount, let order, let lasts, let from) = limit.rule, limit.counts(on: date) else {
            return nil
        }
        let start = max(TurnRound.start(limit, date), from ?? .init(year: 1, month: 1, day: 1))
        guard start <= date else { return nil }
        func found(_ sensor: SensorID, _ dates: [CalendarDate]) -> [Truth] {
            dates.map { table.isUsed(sensor, amount, on: $0, in: limit.unit) }
        }
        ranksEveryTurn = order == .listed
        let dates = TurnRound.dates(start, isOver ? date : date.adding(days: -1))
        let before = order == .dryFirst ? TurnRound.seasonBefore(limit, date) : []
        places = limit.sensors.enumerated().map { index, sensor in
            let days = found(sensor, dates)
            let rank: ClosedRange<Int>
            switch order {
            case .any: rank = 0...0
            case .listed: rank = index...index
            case .dryFirst:
                let past = found(sensor, before)
                rank = past.contains(.yes) ? 1...1 : past.contains(.unknown) ? 0...1 : 0...0
            }
            return Place(
                sensor: sensor,
                least: TurnRound.turns(days.map { $0 == .yes }, lasts),
                most: TurnRound.turns(days.map { $0 != .no }, lasts), rank: rank, today: days.last ?? .unknown,
                days: Coverage(measured: days.count { $0 != .unknown }, expected: days.count))
        }
    }

    /// What the last day says of each of them: a turn before its time is past.
    var verdicts: [DayVerdict] {
        places.map { place in
            let allowed = mayTake(place, turn: place.least, possibly: place.most)
            let state: DayVerdict.State =
                switch (place.today, allowed) {
                case (.no, _), (_, .yes): .within
                case (.yes, .no): .past
                default: .unknown
                }
            var found = DayRules.verdict(
                state, DecimalValue(Int64(place.least)), DecimalValue(Int64(max(0, place.least - 1))), place.days)
            found.sensor = place.sensor
            return found
        }
    }

    /// Whose turn comes next, and of whom nobody knows; in the limit's order.
    public var next: (due: [SensorID], unknown: [SensorID]) {
        let answers = places.map { ($0.sensor, mayTake($0, turn: $0.least + 1, possibly: $0.most + 1)) }
        return (answers.filter { $0.1 == .yes }.map(\.0), answers.filter { $0.1 == .unknown }.map(\.0))
    }

    /// Whether a turn is in time: those that come before have had as many, and all others one less.
    private func mayTake(_ place: Place, turn: Int, possibly highest: Int) -> Truth {
        var isCertain = true
        for other in places where other.sensor != place.sensor {
            let isBefore = other.rank.upperBound < place.rank.lowerBound && (ranksEveryTurn || turn <= 1)
            let mayBeBefore = other.rank.lowerBound < place.rank.upperBound && (ranksEveryTurn || highest <= 1)
            if other.most < (isBefore ? turn : turn - 1) { return .no }
            if other.least < (mayBeBefore ? highest : highest - 1) { isCertain = false }
        }
        return isCertain ? .yes : .unknown
    }

    /// How many turns days of use are, each as long as it may last: the fewest that cover all of them.
    private static func turns(_ days: [Bool], _ lasts: Int) -> Int {
        var count = 0
        var end = 0
        for (day, isUsed) in days.enumerated() where isUsed && day >= end {
            count += 1
            end = day + lasts
        }
        return count
    }

    private static func start(_ limit: Limit, _ date: CalendarDate) -> CalendarDate {
        limit.season?.start(containing: date) ?? CalendarDate(year: date.year, month: 1, day: 1)
    }

    private static func seasonBefore(_ limit: Limit, _ date: CalendarDate) -> [CalendarDate] {
        let start = start(limit, date)
        guard let season = limit.season else {
            return dates(CalendarDate(year: start.year - 1, month: 1, day: 1), start.adding(days: -1))
        }
        let first = season.from.date(in: start.year - 1)
        return dates(first, first.adding(days: season.dayCount(from: first) - 1))
    }

    private static func dates(_ first: CalendarDate, _ last: CalendarDate) -> [CalendarDate] {
        (0..<max(0, Int(last.daysSinceEpoch - first.daysSinceEpoch) + 1)).map { first.adding(days: $0) }
    }
}
