/// What is known of a meter: the paper sheet that hangs beside it.
public struct MeterSheet: Hashable, Sendable, Codable {
    /// When a counter falls back to 0 and goes on from there.
    public enum Resets: String, Hashable, Sendable, Codable, CaseIterable {
        /// It is not known to do so.
        case never
        /// For example at each start of the device.
        case anyTime = "any_time"
        /// At the beginning of each local day.
        case daily
        /// At the beginning of each month.
        case monthly
        /// At the beginning of each year.
        case yearly
    }

    /// What one unit of the register stands for, for example 10 where the dial shows tens of litres.
    public var multiplier: DecimalValue
    /// How many whole digits the register has before it starts again at 0; nil where unknown.
    public var digits: Int?
    /// How many bits the register has before it starts again at 0, such as 16 or 32; nil where unknown.
    public var bits: Int?
    /// Greatest plausible consumption per hour, in the register's unit times the multiplier; nil where unknown.
    public var maximumPerHour: DecimalValue?
    /// How far the register may step back without meaning anything, in its own unit.
    public var jitter: DecimalValue
    /// When the counter falls back to 0; nil where the sheet does not say.
    public var resets: Resets?

    /// Makes a meter sheet.
    public init(
        multiplier: DecimalValue = DecimalValue(1), digits: Int? = nil, bits: Int? = nil,
        maximumPerHour: DecimalValue? = nil, jitter: DecimalValue = .zero, resets: Resets? = nil
    ) {
        self.multiplier = multiplier
        self.digits = digits
        self.bits = bits
        self.maximumPerHour = maximumPerHour
        self.jitter = jitter
        self.resets = resets
    }

    /// The figure at which the register starts again at 0; nil where the sheet does not say.
    public var range: DecimalValue? {
        if let digits, (1...17).contains(digits) {
            return DecimalValue((0..<digits).reduce(Int64(1)) { power, _ in power * 10 })
        }
        return bits.flatMap { (8...62).contains($0) ? DecimalValue(Int64(1) << Int64($0)) : nil }
    }

    /// This sheet, with what it does not say taken from another, such as what is known of the whole family of devices.
    public func completed(by other: MeterSheet) -> MeterSheet {
        var sheet = self
        if digits == nil, bits == nil { (sheet.digits, sheet.bits) = (other.digits, other.bits) }
        sheet.maximumPerHour = maximumPerHour ?? other.maximumPerHour
        if jitter == .zero { sheet.jitter = other.jitter }
        sheet.resets = resets ?? other.resets
        return sheet
    }

    /// True where the counter may have fallen back to 0 between two times, by the days of `zone`.
    public func mayReset(from start: Instant, to end: Instant, zone: Zone) -> Bool {
        let (before, after) = (zone.date(at: start), zone.date(at: end))
        switch resets {
        case nil, .never: return false
        case .anyTime: return true
        case .daily: return before != after
        case .monthly: return (before.year, before.month) != (after.year, after.month)
        case .yearly: return before.year != after.year
        }
    }
}
