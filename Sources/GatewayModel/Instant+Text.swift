extension Instant: CustomStringConvertible {
    /// The instant in RFC 3339, UTC, with milliseconds only where there are any: `2026-11-01T12:00:00Z`.
    public var description: String { rfc3339() }

    /// The instant in RFC 3339 at a fixed offset from UTC; offset 0 is written `Z`.
    public func rfc3339(offsetSeconds: Int = 0) -> String {
        let local = advanced(bySeconds: Int64(offsetSeconds)).milliseconds
        let days = local.flooredDivision(by: 86_400_000)
        var rest = Int(local - days * 86_400_000)
        var text = CalendarDate(daysSinceEpoch: days).description
        let milliseconds = rest % 1000
        rest /= 1000
        text.append("T")
        text.appendPadded(rest / 3600, width: 2)
        text.append(":")
        text.appendPadded(rest / 60 % 60, width: 2)
        text.append(":")
        text.appendPadded(rest % 60, width: 2)
        if milliseconds != 0 {
            text.append(".")
            text.appendPadded(milliseconds, width: 3)
        }
        if offsetSeconds == 0 {
            text.append("Z")
        } else {
            let minutes = abs(offsetSeconds) / 60
            text.append(offsetSeconds < 0 ? "-" : "+")
            text.appendPadded(minutes / 60, width: 2)
            text.append(":")
            text.appendPadded(minutes % 60, width: 2)
        }
        return text
    }

    /// Parses an RFC 3339 time with a zone (`Z`, `+01:00` or `+0100`); nil for anything else.
    ///
    /// A blank may stand in place of `T`. Fractions of any length are cut to milliseconds.
    public init?(rfc3339 text: some StringProtocol) {
        var text = String(text)
        let parsed = text.withUTF8 { CivilTime(parsing: $0) }
        guard let parsed, let offset = parsed.offsetSeconds else { return nil }
        self = parsed.instant(offsetSeconds: offset)
    }
}

/// A civil date and time of day as written, with the offset from UTC where one was written.
public struct CivilTime: Hashable, Sendable {
    /// The day.
    public var date: CalendarDate
    /// Milliseconds since local midnight, 0 to 86,400,999 (a leap second is accepted).
    public var millisecondOfDay: Int
    /// Seconds east of UTC, nil where the text carries no zone.
    public var offsetSeconds: Int?

    /// Makes a civil time from its parts.
    public init(date: CalendarDate, millisecondOfDay: Int, offsetSeconds: Int? = nil) {
        self.date = date
        self.millisecondOfDay = millisecondOfDay
        self.offsetSeconds = offsetSeconds
    }

    /// The instant that this civil time names at the given offset from UTC.
    public func instant(offsetSeconds: Int) -> Instant {
        Instant(
            milliseconds: date.daysSinceEpoch * 86_400_000 + Int64(millisecondOfDay) - Int64(offsetSeconds) * 1000)
    }

    /// Parses ISO 8601 like text: `YYYY-MM-DD[T ]HH:MM[:SS[.fraction]][zone]`; dots may stand for dashes in the date.
    ///
    /// The zone is `Z`, `±HH`, `±HHMM` or `±HH:MM`. Nil for anything else; never reads outside the buffer.
    public init?(parsing bytes: UnsafeBufferPointer<UInt8>) {
        var cursor = ByteCursor(bytes)
        guard let year = cursor.digits(4), cursor.skip(anyOf: "-", ".", "/"),
            let month = cursor.digits(2), (1...12).contains(month), cursor.skip(anyOf: "-", ".", "/"),
            let day = cursor.digits(2), (1...CalendarDate.days(inMonth: month, of: year)).contains(day),
            cursor.skip(anyOf: "T", " ", "t"),
            let hour = cursor.digits(2), hour < 24, cursor.skip(anyOf: ":"),
            let minute = cursor.digits(2), minute < 60
        else { return nil }
        var milliseconds = (hour * 60 + minute) * 60_000
        if cursor.skip(anyOf: ":") {
            guard let second = cursor.digits(2), second <= 60 else { return nil }
            milliseconds += second * 1000
            if cursor.skip(anyOf: ".", ",") {
                guard let fraction = cursor.fractionAsMilliseconds() else { return nil }
                milliseconds += fraction
            }
        }
        cursor.skipBlanks()
        guard let offset = cursor.zone(), cursor.isAtEnd else { return nil }
        self.init(
            date: CalendarDate(year: year, month: month, day: day), millisecondOfDay: milliseconds,
            offsetSeconds: offset.seconds)
    }
}

/// Reads fixed forms from a byte buffer without allocating.
struct ByteCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Exactly `count` decimal digits as a number.
    mutating func digits(_ count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var number = 0
        for index in position..<position + count {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            number = number * 10 + Int(digit)
        }
        position += count
        return number
    }

    /// One of the given characters, consumed where it stands next.
    mutating func skip(anyOf characters: Unicode.Scalar...) -> Bool {
        guard position < bytes.count else { return false }
        for character in characters where UInt32(bytes[position]) == character.value {
            position += 1
            return true
        }
        return false
    }

    mutating func skipBlanks() {
        while position < bytes.count, bytes[position] == 0x20 { position += 1 }
    }

    /// One or more digits after a decimal point, cut to milliseconds.
    mutating func fractionAsMilliseconds() -> Int? {
        var milliseconds = 0
        var weight = 100
        let start = position
        while position < bytes.count, case let digit = bytes[position] &- 0x30, digit < 10 {
            milliseconds += Int(digit) * weight
            weight /= 10
            position += 1
        }
        return position > start ? milliseconds : nil
    }

    /// The zone at the end of the text; nil where it is malformed.
    mutating func zone() -> WrittenZone? {
        if isAtEnd { return .absent }
        if skip(anyOf: "Z", "z") { return .offset(seconds: 0) }
        let sign = skip(anyOf: "+") ? 1 : skip(anyOf: "-") ? -1 : 0
        guard sign != 0, let hours = digits(2), hours <= 14 else { return nil }
        if isAtEnd { return .offset(seconds: sign * hours * 3600) }
        _ = skip(anyOf: ":")
        guard let minutes = digits(2), minutes < 60 else { return nil }
        return .offset(seconds: sign * (hours * 3600 + minutes * 60))
    }
}

/// What a time text says about its zone.
enum WrittenZone {
    case absent
    case offset(seconds: Int)

    var seconds: Int? {
        switch self {
        case .absent: nil
        case .offset(let seconds): seconds
        }
    }
}

extension Int64 {
    /// The quotient rounded towards minus infinity; `divisor` must be positive.
    public func flooredDivision(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self + 1) / divisor - 1
    }

    /// What the quotient rounded towards minus infinity leaves, 0 to `divisor` - 1; `divisor` must be positive.
    public func flooredRemainder(by divisor: Int64) -> Int64 {
        self - flooredDivision(by: divisor) * divisor
    }
}
