/// A day or time as calendar files write it (RFC 5545, sections 3.3.4 and 3.3.5).
public enum CalendarMoment: Hashable, Sendable {
    /// A time in UTC.
    case utc(Instant)
    /// A time where people live.
    case local(CalendarDate, millisecondOfDay: Int)
    /// A whole day.
    case day(CalendarDate)

    /// Reads `20261109`, `20261109T180000` or `20261109T170000Z`; nil for anything else.
    public init?(parsing text: String) {
        let digits = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            digits[range].allSatisfy { (0x30...0x39).contains($0) }
                ? Int(String(decoding: digits[range], as: UTF8.self)) : nil
        }
        guard digits.count == 8 || digits.count == 15 || digits.count == 16, let year = number(0..<4),
            let month = number(4..<6), let day = number(6..<8), (1...12).contains(month),
            (1...CalendarDate.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        let date = CalendarDate(year: year, month: month, day: day)
        guard digits.count > 8 else {
            self = .day(date)
            return
        }
        guard digits[8] == UInt8(ascii: "T"), let hour = number(9..<11), (0..<24).contains(hour),
            let minute = number(11..<13), (0..<60).contains(minute), let second = number(13..<15),
            (0..<60).contains(second)
        else { return nil }
        let millisecond = (hour * 3600 + minute * 60 + second) * 1000
        if digits.count == 15 {
            self = .local(date, millisecondOfDay: millisecond)
        } else if digits[15] == UInt8(ascii: "Z") {
            self = .utc(CivilTime(date: date, millisecondOfDay: millisecond).instant(offsetSeconds: 0))
        } else {
            return nil
        }
    }

    /// False for a whole day.
    public var hasTime: Bool { if case .day = self { false } else { true } }

    /// The instant; of a whole day its begin.
    public func instant(in zone: Zone) -> Instant {
        switch self {
        case .utc(let instant): instant
        case .local(let date, let millisecond):
            zone.instant(of: CivilTime(date: date, millisecondOfDay: millisecond))
        case .day(let date): zone.start(of: date)
        }
    }

    /// The day it has in a zone.
    public func date(in zone: Zone) -> CalendarDate {
        switch self {
        case .utc(let instant): zone.date(at: instant)
        case .local(let date, _), .day(let date): date
        }
    }
}
