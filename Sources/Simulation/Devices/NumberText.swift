import GatewayModel

/// Numbers as devices write them: a fixed count of digits behind the point, or the shortest form.
enum NumberText {
    /// A scaled whole number with all its digits behind the point: 4200 with 3 places is `4.200`.
    static func fixed(_ mantissa: Int64, places: Int) -> String {
        var digits = String(mantissa.magnitude)
        let missing = places + 1 - digits.utf8.count
        if missing > 0 { digits = String(repeating: "0", count: missing) + digits }
        guard places > 0 else { return (mantissa < 0 ? "-" : "") + digits }
        let point = digits.index(digits.endIndex, offsetBy: -places)
        return (mantissa < 0 ? "-" : "") + digits[..<point] + "." + digits[point...]
    }

    /// A number rounded to that many places, zeros kept, as C's `%.3f` prints it.
    static func fixed(_ value: Double, places: Int) -> String {
        fixed(scaled(value, places: places), places: places)
    }

    /// As ``fixed(_:places:)`` but in steps of so many units of the last place: 12.3456 in steps of 100 is `12.300`.
    static func fixed(_ value: Double, places: Int, step: Int64) -> String {
        fixed((scaled(value, places: places) + step / 2).flooredDivision(by: step) * step, places: places)
    }

    /// A number rounded to at most that many places, as JavaScript prints it: `4.2`, `4`.
    static func short(_ value: Double, places: Int) -> String {
        DecimalValue(mantissa: scaled(value, places: places), scale: UInt8(places)).description
    }

    /// As ``short(_:places:)`` but with `.0` at whole numbers, as Go prints a decoder's floats in ChirpStack's events.
    static func float(_ value: Double, places: Int) -> String {
        let text = short(value, places: places)
        return text.contains(".") ? text : text + ".0"
    }

    private static func scaled(_ value: Double, places: Int) -> Int64 {
        var factor = 1.0
        for _ in 0..<places { factor *= 10 }
        return Int64((value * factor).rounded())
    }
}
