import GatewayModel

/// What a total says about the true amount.
public enum TotalCertainty: String, Hashable, Sendable {
    /// Everything was measured.
    case measured
    /// Parts are missing, so the true amount is this or more.
    case atLeast = "at_least"
    /// What is missing could make it more or less, or nothing was measured.
    case unknown
    /// Known, but not shown, since it would say too much about single households.
    case withheld
}

/// One local day of a total.
public struct DayTotal: Hashable, Sendable {
    /// The local day.
    public var date: CalendarDate
    /// The sum of what was measured; nil where nothing was, or where it may not be shown.
    public var amount: DecimalValue?
    /// Meters with a figure of all meters.
    public var meters: Coverage
    /// True where every meter has a figure that rests on nine of ten intervals or more.
    public var isWhole: Bool
}

/// The sum of several meters over a month, with how much of it was measured.
public struct MonthTotal: Hashable, Sendable {
    /// The sum in the resource's unit; nil where unknown or withheld.
    public var amount: DecimalValue?
    /// What the sum says.
    public var certainty: TotalCertainty
    /// Meters with a figure for every day, of all meters.
    public var meters: Coverage
    /// Intervals received of intervals expected, in whole percent rounded down.
    public var measuredPercent: Int
    /// Days with enough figures, of the days that are over.
    public var days: Coverage
    /// The longest run of days without enough figures.
    public var longestGap: Int
    /// True where some figures were estimated.
    public var hasEstimates: Bool
    /// The mean per measured day; nil where the sum is.
    public var perDay: DecimalValue?

    /// Too little for a comparison: more than five days, or more than three in a row, are missing.
    ///
    /// The rule of surface temperature archives (International Surface Temperature Initiative, after WMO).
    public var isIncomplete: Bool { days.expected - days.measured > 5 || longestGap > 3 }
}

extension MonthTotal {
    /// One meter that a sum counts, added or subtracted.
    struct Part {
        var month: SensorMonth
        var isSubtracted = false
    }

    /// Adds up meters day by day, in the order of their names.
    ///
    /// A day counts as measured where nine of ten meters have a figure; the rest makes the sum a lower bound. A sum
    /// beyond the range is unknown.
    static func adding(
        _ parts: [Part], over dates: [CalendarDate], in unit: Unit, show: (FigureOrigin) -> Bool, resource: Resource
    ) -> (total: MonthTotal, days: [DayTotal]) {
        let parts = parts.sorted { $0.month.sensor.id < $1.month.sensor.id }
        let figures = parts.map { part in
            Dictionary(part.month.uses.map { ($0.date, $0) }, uniquingKeysWith: { first, _ in first })
        }
        var sums = Sums(parts: parts.count)
        var days: [DayTotal] = []
        for date in dates {
            var sum: DecimalValue? = .zero
            var present = 0
            var isWhole = true
            var households: [SensorID: DecimalValue] = [:]
            for (index, part) in parts.enumerated() {
                let figure = figures[index][date]
                sums.received += figure?.coverage.measured ?? 0
                sums.expected += figure?.coverage.expected ?? 0
                guard let figure, let amount = figure.amount?.converted(from: part.month.sensor.unit, to: unit) else {
                    sums.missingDays[index] += 1
                    isWhole = false
                    continue
                }
                present += 1
                sums.hasEstimates = sums.hasEstimates || figure.isEstimated
                if figure.coverage.measured * 10 < figure.coverage.expected * 9 { isWhole = false }
                let signed = part.isSubtracted ? amount.negated : amount
                sum = sum.flatMap { sum in signed.flatMap { sum.adding($0) } }
                if part.month.sensor.visibility == .household {
                    let id = part.month.sensor.id
                    households[id] = amount
                    sums.households[id] = sums.households[id, default: .zero].adding(amount) ?? amount
                }
            }
            if present > 0 { sums.amount = sums.amount.flatMap { total in sum.flatMap { total.adding($0) } } }
            sums.note(day: present > 0 && present * 10 >= parts.count * 9 ? sum : nil)
            let origin = FigureOrigin(
                resource: resource, from: date, through: date, households: households, allHouseholds: households)
            days.append(
                DayTotal(
                    date: date, amount: present > 0 && show(origin) ? sum : nil,
                    meters: Coverage(measured: present, expected: parts.count), isWhole: isWhole))
        }
        // One hidden day among shown ones could be worked out from the month, so then no day is shown.
        if days.contains(where: { $0.amount == nil && $0.meters.measured > 0 }) {
            for index in days.indices { days[index].amount = nil }
        }
        return (sums.total(of: parts, over: dates, isShown: show(sums.origin(resource, dates))), days)
    }

    /// What is counted while days are added up.
    private struct Sums {
        var amount: DecimalValue? = .zero
        /// The sum of the days with enough figures, for the mean per day.
        var measuredAmount: DecimalValue? = .zero
        var received = 0
        var expected = 0
        var measuredDays = 0
        var run = 0
        var longestGap = 0
        var hasEstimates = false
        var missingDays: [Int]
        var households: [SensorID: DecimalValue] = [:]

        init(parts: Int) {
            missingDays = Array(repeating: 0, count: parts)
        }

        /// Counts a day with enough figures, or nil for one without.
        mutating func note(day sum: DecimalValue?) {
            run = sum == nil ? run + 1 : 0
            longestGap = max(longestGap, run)
            guard let sum else { return }
            measuredDays += 1
            measuredAmount = measuredAmount.flatMap { $0.adding(sum) }
        }

        func origin(_ resource: Resource, _ dates: [CalendarDate]) -> FigureOrigin {
            let none = CalendarDate(daysSinceEpoch: 0)
            return FigureOrigin(
                resource: resource, from: dates.first ?? none, through: dates.last ?? none, households: households,
                allHouseholds: households)
        }

        func total(of parts: [Part], over dates: [CalendarDate], isShown: Bool) -> MonthTotal {
            let whole = missingDays.count { $0 == 0 }
            let isAnythingMeasured = missingDays.contains { $0 < dates.count } && amount != nil
            let missesSubtracted = zip(parts, missingDays).contains { $0.isSubtracted && $1 > 0 }
            let certainty: TotalCertainty =
                if !isAnythingMeasured || missesSubtracted {
                    .unknown
                } else if !isShown {
                    .withheld
                } else {
                    whole == parts.count ? .measured : .atLeast
                }
            // Days that a meter is silent altogether carry no expectation of their own, so they count as empty here.
            let percent = MonthTotal.percent(received, of: expected, missing: missingDays, dates: dates.count)
            let shown = certainty == .measured || certainty == .atLeast ? amount : nil
            return MonthTotal(
                amount: shown, certainty: certainty, meters: Coverage(measured: whole, expected: parts.count),
                measuredPercent: percent, days: Coverage(measured: measuredDays, expected: dates.count),
                longestGap: longestGap, hasEstimates: hasEstimates,
                perDay: shown == nil || measuredDays == 0
                    ? nil : measuredAmount.flatMap { $0.multiplied(byRatio: 1, Int64(measuredDays)) })
        }
    }

    /// The measured share: the part of intervals received, scaled down by the meter days without any figure.
    private static func percent(_ received: Int, of expected: Int, missing: [Int], dates: Int) -> Int {
        let meterDays = missing.count * dates
        guard meterDays > 0 else { return 0 }
        let present = meterDays - missing.reduce(0, +)
        let within = expected > 0 ? Double(min(received, expected)) / Double(expected) : 1
        // Days left out by the store have no expectation; days that are there without a figure have one already.
        let share = min(within, Double(present) / Double(meterDays))
        return Int((share * 100).rounded(.down))
    }
}
