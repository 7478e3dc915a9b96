import GatewayModel

/// Formulas for a small water system.
public enum WaterFormulas {
    /// The volume in litres that flows through a restrictor of `litresPerMinute` in so many hours.
    public static func litres(through litresPerMinute: DecimalValue, hours: Int64) -> DecimalValue? {
        litresPerMinute.multiplied(by: DecimalValue(60 &* hours))
    }

    /// What people may draw at night without a leak, in L/h: 0.6 L per person and hour (SANFLOW table, McKenzie).
    public static func legitimateNightUse(persons: Int) -> DecimalValue {
        DecimalValue(mantissa: Int64(clamping: persons) &* 6, scale: 1)
    }

    /// A possible leak in L/h: the median of at least seven nightly minima above what people may draw at night.
    ///
    /// Nil with fewer nights, since night use of a few houses is chance. Zero where no leak shows.
    public static func possibleLeak(nightlyMinima: [DecimalValue], persons: Int) -> DecimalValue? {
        guard nightlyMinima.count >= 7 else { return nil }
        let sorted = nightlyMinima.sorted()
        let middle = sorted.count / 2
        let median =
            sorted.count % 2 == 1
            ? sorted[middle] : sorted[middle - 1].adding(sorted[middle])?.multiplied(byRatio: 1, 2)
        return median.flatMap { $0.subtracting(legitimateNightUse(persons: persons)) }.map { max(.zero, $0) }
    }

    /// How many whole days the usable volume lasts: at the mean and at the greatest of the last days' draws.
    public static func daysLeft(usable: DecimalValue, draws: [DecimalValue]) -> (atMean: Int, atMost: Int)? {
        guard let greatest = draws.max(), greatest > .zero else { return nil }
        let sum = draws.reduce(0) { $0 + $1.doubleValue }
        guard sum > 0, usable >= .zero else { return nil }
        let atMean = usable.doubleValue * Double(draws.count) / sum
        return (Int(min(atMean, 9999)), Int(min(usable.doubleValue / greatest.doubleValue, 9999)))
    }

    /// Litres per person and day; nil where the persons served or the days are not known.
    public static func perPersonAndDay(cubicMetres: DecimalValue, persons: Int, days: Int) -> DecimalValue? {
        guard persons > 0, days > 0 else { return nil }
        let (count, overflow) = Int64(persons).multipliedReportingOverflow(by: Int64(days))
        return overflow ? nil : cubicMetres.multiplied(byRatio: 1000, count)
    }
}
