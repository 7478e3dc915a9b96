import GatewayModel

/// A sensor with its figures of one month.
public struct SensorMonth: Hashable, Sendable {
    /// The measuring point as declared.
    public var sensor: Sensor
    /// Consumption per local day, for meters; days without any figure may be left out.
    public var uses: [DayUseFigure]
    /// Statistics per local day, for levels and conditions; days without any may be left out.
    public var gauges: [DayGaugeFigure]

    /// The local day on which the point was declared; nil for unknown.
    public var since: CalendarDate?

    /// Makes a sensor's month.
    public init(
        sensor: Sensor, uses: [DayUseFigure] = [], gauges: [DayGaugeFigure] = [], since: CalendarDate? = nil
    ) {
        self.since = since
        self.sensor = sensor
        self.uses = uses
        self.gauges = gauges
    }
}

/// One meter's consumption on one local day.
public struct DayUseFigure: Hashable, Sendable {
    /// The local day.
    public var date: CalendarDate
    /// The consumption in the sensor's unit; nil where nothing is known.
    public var amount: DecimalValue?
    /// Intervals received of intervals expected.
    public var coverage: Coverage
    /// True where the amount was estimated, for example spread over a gap.
    public var isEstimated: Bool
    /// True where it is only what is certain.
    public var isLowerBound: Bool
    /// What of the amount may have been used before the day; nil where nothing.
    public var carried: CarriedUse?

    /// Makes a day's figure.
    public init(
        date: CalendarDate, amount: DecimalValue?, coverage: Coverage, isEstimated: Bool = false,
        isLowerBound: Bool = false, carried: CarriedUse? = nil
    ) {
        self.carried = carried
        self.isLowerBound = isLowerBound
        self.date = date
        self.amount = amount
        self.coverage = coverage
        self.isEstimated = isEstimated
    }
}

/// One gauge's values on one local day.
public struct DayGaugeFigure: Hashable, Sendable {
    /// The local day.
    public var date: CalendarDate
    /// The lowest value, in the sensor's unit.
    public var minimum: DecimalValue
    /// The highest value, in the sensor's unit.
    public var maximum: DecimalValue
    /// The mean value, in the sensor's unit.
    public var mean: DecimalValue
    /// Readings received of readings expected.
    public var coverage: Coverage

    /// Makes a day's figure.
    public init(
        date: CalendarDate, minimum: DecimalValue, maximum: DecimalValue, mean: DecimalValue, coverage: Coverage
    ) {
        self.date = date
        self.minimum = minimum
        self.maximum = maximum
        self.mean = mean
        self.coverage = coverage
    }
}
