extension DecimalValue {
    /// A parsed number and whether digits were lost.
    public struct Parsed: Hashable, Sendable {
        /// The number.
        public var value: DecimalValue
        /// True where the text had more digits than the representation holds.
        public var isRounded: Bool
    }

    /// Parses plain or scientific notation with a decimal point; nil for anything else, `nan` and `inf` included.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        guard let parsed = text.withUTF8({ DecimalValue.parse($0) }) else { return nil }
        self = parsed.value
    }

    /// Parses the JSON number grammar, with a leading `+` and leading zeros also accepted.
    ///
    /// Nil where the text is not wholly a number or its whole part exceeds `Int64`. A magnitude below 10^-18 rounds to
    /// zero with ``Parsed/isRounded`` set. Never reads outside the buffer; safe on hostile input.
    public static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Parsed? {
        var index = 0
        let end = bytes.count
        var isNegative = false
        if index < end, bytes[index] == 0x2D || bytes[index] == 0x2B {
            isNegative = bytes[index] == 0x2D
            index += 1
        }
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        var dropped = 0
        var firstDropped: UInt8 = 0
        var droppedRest = false
        var seenPoint = false
        while index < end {
            let byte = bytes[index]
            let digit = byte &- 0x30
            if digit < 10 {
                digits += 1
                if mantissa < 1_000_000_000_000_000_000, dropped == 0 {
                    mantissa = mantissa * 10 + UInt64(digit)
                    if seenPoint { scale += 1 }
                } else {
                    if dropped == 0 { firstDropped = digit } else if digit != 0 { droppedRest = true }
                    dropped += 1
                    if seenPoint { scale += 1 }
                }
            } else if byte == 0x2E, !seenPoint {
                seenPoint = true
            } else {
                break
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        var exponent = 0
        if index < end, bytes[index] == 0x65 || bytes[index] == 0x45 {
            guard let (value, next) = parseExponent(bytes, from: index + 1) else { return nil }
            exponent = value
            index = next
        }
        guard index == end else { return nil }
        let sign: Int64 = isNegative ? -1 : 1
        if dropped == 0, exponent == 0, scale <= 18, mantissa <= UInt64(Int64.max) {
            let value = DecimalValue(mantissa: sign * Int64(mantissa), scale: UInt8(scale))
            return Parsed(value: value, isRounded: false)
        }
        return assemble(
            mantissa: Int128(mantissa), isNegative: isNegative, power: exponent - scale + dropped,
            firstDropped: firstDropped, droppedRest: droppedRest)
    }

    /// Up to six digits with an optional sign; more cannot matter and would overflow.
    private static func parseExponent(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (Int, next: Int)? {
        var index = start
        var isNegative = false
        if index < bytes.count, bytes[index] == 0x2D || bytes[index] == 0x2B {
            isNegative = bytes[index] == 0x2D
            index += 1
        }
        var value = 0
        let first = index
        while index < bytes.count, case let digit = bytes[index] &- 0x30, digit < 10 {
            if value < 1_000_000 { value = value * 10 + Int(digit) }
            index += 1
        }
        return index > first ? (isNegative ? -value : value, index) : nil
    }

    /// Brings `mantissa × 10^power` with its dropped digits into range.
    private static func assemble(
        mantissa: Int128, isNegative: Bool, power: Int, firstDropped: UInt8, droppedRest: Bool
    ) -> Parsed? {
        // One guard digit that is never a lone 5 where more digits follow keeps half-to-even right.
        let guardDigit = droppedRest && firstDropped % 5 == 0 ? firstDropped + 1 : firstDropped
        var wide = mantissa * 10 + Int128(guardDigit)
        let lost = firstDropped != 0 || droppedRest
        if isNegative { wide = -wide }
        var power = power - 1
        if wide == 0 { return Parsed(value: .zero, isRounded: false) }
        while power > 0 || (power < 0 && wide % 10 == 0) {
            if power > 0 {
                guard wide.magnitude < 1_000_000_000_000_000_000_000 else { return nil }
                wide *= 10
                power -= 1
            } else {
                wide /= 10
                power += 1
            }
        }
        guard power >= -60 else { return Parsed(value: .zero, isRounded: true) }
        guard var parsed = fitting(wide, scale: -power) else { return nil }
        parsed.isRounded = parsed.isRounded || lost
        return parsed
    }
}
