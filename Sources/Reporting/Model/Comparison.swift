import GatewayModel

/// A month set beside another one, per day.
public struct Comparison: Hashable, Sendable {
    /// What the comparison says.
    public enum Verdict: String, Hashable, Sendable {
        /// The change is smaller than what the meters can tell.
        case aboutTheSame = "about_the_same"
        /// More than then.
        case more
        /// Less than then.
        case less
        /// Too much is missing in one of the months, or nothing was measured then.
        case notKnown = "not_known"
    }

    /// The other month.
    public var month: CalendarMonth
    /// The other month's mean per day; nil where it is not known.
    public var perDay: DecimalValue?
    /// The change in whole percent of the other month, positive for more; nil where it cannot be said.
    public var percent: Int?
    /// What it says.
    public var verdict: Verdict

    /// Compares two totals per day, since months differ in length.
    ///
    /// `meterErrorPercent` is one meter's error: 2 for water meters of class 2 and electricity meters of class A. Two
    /// such errors combine to 1.41 times one; what is missing in either month adds to that.
    public init(of total: MonthTotal, with other: MonthTotal?, month: CalendarMonth, meterErrorPercent: Double = 2) {
        self.month = month
        perDay = other?.perDay
        guard let now = total.perDay, let other, let then = other.perDay, !total.isIncomplete, !other.isIncomplete,
            then > .zero
        else {
            percent = nil
            verdict = .notKnown
            return
        }
        let change = (now.doubleValue / then.doubleValue - 1) * 100
        guard change.magnitude < 100_000 else {
            percent = nil
            verdict = .notKnown
            return
        }
        let missing = Double(100 - total.measuredPercent) + Double(100 - other.measuredPercent)
        let tolerance = meterErrorPercent * 2.0.squareRoot() + missing
        percent = Int(change.rounded())
        verdict = change.magnitude <= tolerance || percent == 0 ? .aboutTheSame : change > 0 ? .more : .less
    }
}
