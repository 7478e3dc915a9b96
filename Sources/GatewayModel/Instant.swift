/// A point in time as whole milliseconds of UTC since 1970-01-01.
///
/// Integers keep equality, ordering and storage exact; text appears only at the edges. Leap seconds are not counted,
/// as in POSIX time. Any `Int64` is valid; text conversion is limited to the years 0001 to 9999.
public struct Instant: Hashable, Comparable, Sendable, Codable {
    /// Milliseconds of UTC since 1970-01-01T00:00:00Z.
    public var milliseconds: Int64

    /// Before everything that happens.
    public static let min = Instant(milliseconds: .min)
    /// After everything that happens.
    public static let max = Instant(milliseconds: .max)

    /// Makes an instant from milliseconds since 1970 (UTC).
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Makes an instant from whole seconds since 1970 (UTC); saturates instead of overflowing.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        milliseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Decodes the bare number of milliseconds.
    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// Encodes the bare number of milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    /// Orders instants by time.
    public static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant that many milliseconds later; saturates at the ends of the range.
    public func advanced(byMilliseconds delta: Int64) -> Instant {
        let (sum, overflow) = milliseconds.addingReportingOverflow(delta)
        return Instant(milliseconds: overflow ? (delta < 0 ? .min : .max) : sum)
    }

    /// The instant that many seconds later; saturates at the ends of the range.
    public func advanced(bySeconds delta: Int64) -> Instant {
        let (product, overflow) = delta.multipliedReportingOverflow(by: 1000)
        return advanced(byMilliseconds: overflow ? (delta < 0 ? .min : .max) : product)
    }

    /// Milliseconds from `earlier` to this instant, negative where `earlier` is later; saturates.
    public func milliseconds(since earlier: Instant) -> Int64 {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return overflow ? (milliseconds < earlier.milliseconds ? .min : .max) : difference
    }
}

/// A day of the proleptic Gregorian calendar, without a time zone.
public struct CalendarDate: Hashable, Comparable, Sendable, Codable {
    /// The year, 1 to 9999 for text conversion.
    public var year: Int
    /// The month, 1 to 12.
    public var month: Int
    /// The day of the month, 1 to 31.
    public var day: Int

    /// Makes a date from its parts; parts are not range-checked, use ``init(text:)`` for input.
    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Makes the date that many days after 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
    public init(daysSinceEpoch days: Int64) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    public var daysSinceEpoch: Int64 {
        let y = Int64(month <= 2 ? year - 1 : year)
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * Int64(month > 2 ? month - 3 : month + 9) + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Parses `YYYY-MM-DD`; nil for anything else or a day that does not exist.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            (1...12).contains(month), (1...CalendarDate.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Decodes `YYYY-MM-DD`.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let date = CalendarDate(text: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a date; write YYYY-MM-DD"))
        }
        self = date
    }

    /// Encodes `YYYY-MM-DD`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// The number of days in a month, 28 to 31.
    public static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The date that many days later, or earlier where negative.
    public func adding(days: Int) -> CalendarDate {
        CalendarDate(daysSinceEpoch: daysSinceEpoch + Int64(days))
    }

    /// ISO weekday, 1 for Monday to 7 for Sunday.
    public var weekday: Int {
        Int(((daysSinceEpoch + 3) % 7 + 7) % 7) + 1
    }

    /// Orders dates by day.
    public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension CalendarDate: CustomStringConvertible {
    /// The date as `YYYY-MM-DD`.
    public var description: String {
        var text = ""
        text.appendPadded(year, width: 4)
        text.append("-")
        text.appendPadded(month, width: 2)
        text.append("-")
        text.appendPadded(day, width: 2)
        return text
    }
}

extension String {
    /// Appends a number with leading zeros up to `width` digits.
    mutating func appendPadded(_ number: Int, width: Int) {
        let digits = String(number)
        for _ in 0..<max(0, width - digits.utf8.count) { append("0") }
        append(digits)
    }
}
