/// An exact decimal number: an integer mantissa and a power of ten, as DESIGN stores every reading.
///
/// The value is `mantissa / 10^scale` with scale 0 to 18. Trailing zeros are not kept, so equal numbers have equal
/// representations and the synthesized equality and hash are numeric. Numbers with more digits than fit are rounded
/// half to even and say so (``isRounded`` of ``DecimalValue/Parsed``).
public struct DecimalValue: Hashable, Sendable {
    /// The digits with their sign.
    public let mantissa: Int64
    /// How many of the digits stand behind the decimal point, 0 to 18.
    public let scale: UInt8

    /// Zero.
    public static let zero = DecimalValue(0)

    /// Makes a whole number.
    public init(_ integer: Int64) {
        mantissa = integer
        scale = 0
    }

    /// Makes `mantissa / 10^scale`, dropping trailing zeros; `scale` must be 0 to 18.
    public init(mantissa: Int64, scale: UInt8) {
        precondition(scale <= 18, "a decimal has at most 18 digits behind the point")
        var mantissa = mantissa
        var scale = scale
        while scale > 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale -= 1
        }
        self.mantissa = mantissa
        self.scale = scale
    }

    /// The nearest `Double`, for charts and statistics only; never for a figure that is compared or added up.
    public var doubleValue: Double {
        Double(mantissa) / DecimalValue.doublePowers[Int(scale)]
    }

    private static let doublePowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    ]

    /// Powers of ten from 10^0 to 10^18.
    static let powers: [Int64] = (0...18).map { exponent in
        (0..<exponent).reduce(Int64(1)) { power, _ in power * 10 }
    }
}

extension DecimalValue: Comparable {
    /// Compares numerically and exactly.
    public static func < (left: DecimalValue, right: DecimalValue) -> Bool {
        if left.scale == right.scale { return left.mantissa < right.mantissa }
        let scale = max(left.scale, right.scale)
        let leftWide = Int128(left.mantissa) * Int128(powers[Int(scale - left.scale)])
        let rightWide = Int128(right.mantissa) * Int128(powers[Int(scale - right.scale)])
        return leftWide < rightWide
    }
}

extension DecimalValue {
    /// Adds exactly where the digits fit, else rounds half to even; nil where the sum exceeds the range.
    public func adding(_ other: DecimalValue) -> DecimalValue? {
        if scale == other.scale {
            let (sum, overflow) = mantissa.addingReportingOverflow(other.mantissa)
            if !overflow { return DecimalValue(mantissa: sum, scale: scale) }
        }
        let common = max(scale, other.scale)
        let sum =
            Int128(mantissa) * Int128(DecimalValue.powers[Int(common - scale)])
            + Int128(other.mantissa) * Int128(DecimalValue.powers[Int(common - other.scale)])
        return DecimalValue.fitting(sum, scale: Int(common))?.value
    }

    /// Subtracts as ``adding(_:)`` adds; nil where the difference exceeds the range.
    public func subtracting(_ other: DecimalValue) -> DecimalValue? {
        other.negated.flatMap { adding($0) }
    }

    /// The number with the other sign; nil only for the one mantissa that has no opposite.
    public var negated: DecimalValue? {
        mantissa == .min ? nil : DecimalValue(mantissa: -mantissa, scale: scale)
    }

    /// Multiplies, rounding half to even where the digits do not fit; nil where the product exceeds the range.
    public func multiplied(by other: DecimalValue) -> DecimalValue? {
        DecimalValue.fitting(Int128(mantissa) * Int128(other.mantissa), scale: Int(scale) + Int(other.scale))?.value
    }

    /// Multiplies by a ratio of integers; exact where a finite decimal of 18 places exists, else half to even.
    ///
    /// Nil where the result exceeds the range or `denominator` is not positive.
    public func multiplied(byRatio numerator: Int64, _ denominator: Int64) -> DecimalValue? {
        guard denominator > 0 else { return nil }
        guard numerator != denominator else { return self }
        let (small, overflow) = mantissa.multipliedReportingOverflow(by: numerator)
        if !overflow, small % denominator == 0 { return DecimalValue(mantissa: small / denominator, scale: scale) }
        let product = Int128(mantissa) * Int128(numerator)
        var quotient = product / Int128(denominator)
        var remainder = product % Int128(denominator)
        var places = Int(scale)
        while remainder != 0, places < 18 {
            let (next, overflow) = quotient.multipliedReportingOverflow(by: 10)
            guard !overflow, next.magnitude < UInt128(Int64.max) else { break }
            remainder *= 10
            quotient = next + remainder / Int128(denominator)
            remainder %= Int128(denominator)
            places += 1
        }
        let twice = remainder.magnitude * 2
        if twice > UInt128(denominator) || (twice == UInt128(denominator) && quotient % 2 != 0) {
            quotient += product < 0 ? -1 : 1
        }
        return DecimalValue.fitting(quotient, scale: places)?.value
    }

    /// The number rounded half to even to at most that many digits behind the point (0 to 18).
    public func rounded(places: Int) -> DecimalValue {
        guard Int(scale) > places else { return self }
        let (mantissa, _) = DecimalValue.roundedHalfEven(Int128(mantissa), droppingDigits: Int(scale) - places)
        return DecimalValue(mantissa: Int64(truncatingIfNeeded: mantissa), scale: UInt8(max(0, places)))
    }

    /// A wide mantissa brought into range by dropping digits behind the point, half to even.
    ///
    /// Nil where the whole part alone exceeds `Int64`.
    static func fitting(_ wide: Int128, scale: Int) -> Parsed? {
        // Nearly everything that is measured; the division of wide numbers is many times slower.
        if scale <= 18, let mantissa = Int64(exactly: wide) {
            return Parsed(value: DecimalValue(mantissa: mantissa, scale: UInt8(max(0, scale))), isRounded: false)
        }
        var wide = wide
        var scale = scale
        while scale > 0, wide % 10 == 0 {
            wide /= 10
            scale -= 1
        }
        var isRounded = false
        var drop = max(0, scale - 18)
        while drop <= scale {
            let (candidate, lost) = roundedHalfEven(wide, droppingDigits: drop)
            if let mantissa = Int64(exactly: candidate) {
                isRounded = lost
                return Parsed(value: DecimalValue(mantissa: mantissa, scale: UInt8(scale - drop)), isRounded: isRounded)
            }
            drop += 1
        }
        return nil
    }

    private static func roundedHalfEven(_ wide: Int128, droppingDigits count: Int) -> (Int128, lost: Bool) {
        guard count > 0 else { return (wide, false) }
        guard count <= 37 else { return (0, wide != 0) }
        var divisor: Int128 = 1
        for _ in 0..<count { divisor *= 10 }
        var quotient = wide / divisor
        let remainder = (wide % divisor).magnitude
        let twice = remainder * 2
        if twice > divisor.magnitude || (twice == divisor.magnitude && quotient % 2 != 0) {
            quotient += wide < 0 ? -1 : 1
        }
        return (quotient, remainder != 0)
    }
}

extension DecimalValue: CustomStringConvertible {
    /// The number in plain decimal notation with a point, never in scientific form: `-0.05`, `1200`.
    public var description: String {
        guard scale > 0 else { return String(mantissa) }
        var digits = String(mantissa.magnitude)
        let missing = Int(scale) + 1 - digits.utf8.count
        if missing > 0 { digits = String(repeating: "0", count: missing) + digits }
        let point = digits.index(digits.endIndex, offsetBy: -Int(scale))
        return (mantissa < 0 ? "-" : "") + digits[..<point] + "." + digits[point...]
    }
}

extension DecimalValue: Codable {
    /// Decodes a number or a decimal text such as `"0.05"`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let integer = try? container.decode(Int64.self) {
            self.init(integer)
            return
        }
        var text = (try? container.decode(String.self)) ?? ""
        if text.isEmpty, let double = try? container.decode(Double.self) { text = "\(double)" }
        guard let parsed = DecimalValue(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a decimal number"))
        }
        self = parsed
    }

    /// Encodes the decimal text, which keeps every digit.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
