/// A month of the proleptic Gregorian calendar, without a time zone.
public struct CalendarMonth: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The year, 1 to 9999 for text conversion.
    public var year: Int
    /// The month, 1 to 12.
    public var month: Int

    /// Makes a month from its parts; parts are not range-checked, use ``init(text:)`` for input.
    public init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    /// The month of a date.
    public init(of date: CalendarDate) {
        self.init(year: date.year, month: date.month)
    }

    /// Parses `YYYY-MM`; nil for anything else.
    public init?(text: some StringProtocol) {
        guard let date = CalendarDate(text: "\(text)-01") else { return nil }
        self.init(of: date)
    }

    /// The first day.
    public var firstDay: CalendarDate { CalendarDate(year: year, month: month, day: 1) }

    /// The last day.
    public var lastDay: CalendarDate { firstDay.adding(days: dayCount - 1) }

    /// The number of days, 28 to 31.
    public var dayCount: Int { CalendarDate.days(inMonth: month, of: year) }

    /// Every day, first to last.
    public var days: [CalendarDate] { (0..<dayCount).map { firstDay.adding(days: $0) } }

    /// The month before.
    public var previous: CalendarMonth { CalendarMonth(of: firstDay.adding(days: -1)) }

    /// The month after.
    public var next: CalendarMonth { CalendarMonth(of: lastDay.adding(days: 1)) }

    /// The same month of the year before.
    public var yearBefore: CalendarMonth { CalendarMonth(year: year - 1, month: month) }

    /// `YYYY-MM`.
    public var description: String { String(firstDay.description.dropLast(3)) }

    /// Orders by time.
    public static func < (left: CalendarMonth, right: CalendarMonth) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}
