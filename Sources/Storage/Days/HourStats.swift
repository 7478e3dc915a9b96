import GatewayModel

/// An hour of a series at a glance; values are as sent. Registers have first and last, everything else the other three.
public struct HourStats: Hashable, Sendable {
    /// Which series.
    public var series: SeriesID
    /// When the hour begins: the local day's first instant and whole hours.
    public var from: Instant
    /// How many trusted readings.
    public var count: Int
    /// The least value.
    public var minimum: DecimalValue?
    /// The greatest value.
    public var maximum: DecimalValue?
    /// The sum of all, nil also where it exceeds the range.
    public var sum: DecimalValue?
    /// The first value of a register.
    public var first: DecimalValue?
    /// The last value of a register.
    public var last: DecimalValue?

    /// The mean of the readings, each counting as much; nil of a register.
    public var mean: Double? { sum.map { $0.doubleValue / Double(count) } }

    init(series: SeriesID, from: Instant, count: Int) {
        self.series = series
        self.from = from
        self.count = count
    }

    init(series: SeriesID, from: Instant, first: DecimalValue, isRegister: Bool) {
        self.init(series: series, from: from, count: 1)
        if isRegister {
            self.first = first
            last = first
        } else {
            minimum = first
            maximum = first
            sum = first
        }
    }

    mutating func add(_ value: DecimalValue) {
        count += 1
        if first != nil {
            last = value
        } else {
            minimum = minimum.map { min($0, value) }
            maximum = maximum.map { max($0, value) }
            sum = sum?.adding(value)
        }
    }
}
