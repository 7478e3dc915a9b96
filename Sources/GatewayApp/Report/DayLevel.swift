import GatewayModel
import Reporting
import Storage

/// One or more series' levels of one day, in the sensor's unit.
struct DayLevel {
    private var minimum: DecimalValue
    private var maximum: DecimalValue
    private var sum: DecimalValue
    private var count: Int
    private let seconds: Int64

    /// Nil where the unit does not fit, or the sum exceeds the range.
    init?(_ day: DayStats, in unit: Unit, for sensor: Sensor) {
        func converted(_ value: DecimalValue) -> DecimalValue? {
            unit == sensor.unit ? value : value.converted(from: unit, to: sensor.unit)
        }
        count = max(1, day.count)
        // A mean is converted, not a sum: degrees of two scales do not begin at the same zero.
        guard let minimum = converted(day.minimum), let maximum = converted(day.maximum),
            let mean = day.sum?.multiplied(byRatio: 1, Int64(count)).flatMap(converted)?.rounded(places: 6),
            let sum = mean.multiplied(by: DecimalValue(Int64(count)))
        else { return nil }
        self.minimum = minimum
        self.maximum = maximum
        self.sum = sum
        seconds = max(1, day.until.milliseconds(since: day.from) / 1000)
    }

    /// Both together; this one alone where the sums exceed the range.
    func joined(_ other: DayLevel) -> DayLevel {
        guard let sum = sum.adding(other.sum) else { return self }
        var level = self
        level.minimum = min(minimum, other.minimum)
        level.maximum = max(maximum, other.maximum)
        level.sum = sum
        level.count += other.count
        return level
    }

    /// The figure for the report, with the part of the expected readings that came.
    func figure(on date: CalendarDate, of sensor: Sensor) -> DayGaugeFigure? {
        guard let mean = sum.multiplied(byRatio: 1, Int64(count))?.rounded(places: 6) else { return nil }
        let expected = max(1, Int(seconds / (sensor.rhythm?.interval ?? seconds)))
        return DayGaugeFigure(
            date: date, minimum: minimum, maximum: maximum, mean: mean,
            coverage: Coverage(measured: min(count, expected), expected: expected))
    }
}
