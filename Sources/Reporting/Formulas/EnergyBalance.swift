import GatewayModel

/// What was produced and used in one interval of a metered grid.
public struct EnergyInterval: Hashable, Sendable {
    /// The beginning.
    public var start: Instant
    /// The length in seconds, at most 3,600.
    public var seconds: Int64
    /// Energy made here, in kWh.
    public var production: DecimalValue
    /// Energy used here, in kWh.
    public var load: DecimalValue

    /// Makes an interval.
    public init(start: Instant, seconds: Int64, production: DecimalValue, load: DecimalValue) {
        self.start = start
        self.seconds = seconds
        self.production = production
        self.load = load
    }
}

/// How much of its own energy a community used, from intervals of at most an hour.
///
/// Monthly totals would flatter: noon's surplus would seem to feed the evening. Source: domain practice of
/// self-consumption and self-sufficiency, `self = sum of min(production, load)` per interval.
public struct EnergyBalance: Hashable, Sendable {
    /// Energy made here, in kWh.
    public var production: DecimalValue
    /// Energy used here, in kWh.
    public var load: DecimalValue
    /// Energy made here and used at once, in kWh.
    public var usedHere: DecimalValue
    /// Own use as a share of production, in whole percent; nil where nothing was made.
    public var selfConsumptionPercent: Int?
    /// Own use as a share of the load, in whole percent; nil where nothing was used.
    public var selfSufficiencyPercent: Int?
    /// The greatest mean power of an interval, in kW.
    public var peak: DecimalValue
    /// The beginning of the interval with the peak.
    public var peakAt: Instant

    /// Adds up intervals in order; nil where there is none, one is longer than an hour, or a sum exceeds the range.
    public init?(_ intervals: [EnergyInterval]) {
        guard let first = intervals.first, intervals.allSatisfy({ (1...3600).contains($0.seconds) }) else { return nil }
        var production = DecimalValue.zero
        var load = DecimalValue.zero
        var usedHere = DecimalValue.zero
        var peak = DecimalValue.zero
        var peakAt = first.start
        for interval in intervals {
            guard let made = production.adding(interval.production), let used = load.adding(interval.load),
                let own = usedHere.adding(min(interval.production, interval.load)),
                let power = interval.load.multiplied(byRatio: 3600, interval.seconds)
            else { return nil }
            production = made
            load = used
            usedHere = own
            if power > peak {
                peak = power
                peakAt = interval.start
            }
        }
        self.production = production
        self.load = load
        self.usedHere = usedHere
        self.peak = peak
        self.peakAt = peakAt
        selfConsumptionPercent = EnergyBalance.percent(usedHere, of: production)
        selfSufficiencyPercent = EnergyBalance.percent(usedHere, of: load)
    }

    private static func percent(_ part: DecimalValue, of whole: DecimalValue) -> Int? {
        guard whole > .zero else { return nil }
        return Int((part.doubleValue / whole.doubleValue * 100).rounded())
    }
}
