import GatewayModel

/// A series' day at a glance; values are as sent, at their own scale.
public struct DayStats: Hashable, Sendable {
    /// Which series.
    public var series: SeriesID
    /// The local day.
    public var date: CalendarDate
    /// Its first instant.
    public var from: Instant
    /// The first instant of the next day.
    public var until: Instant
    /// The zone in which the day is local.
    public var zone: String
    /// How many trusted readings.
    public var count: Int
    /// The least value.
    public var minimum: DecimalValue
    /// The greatest value.
    public var maximum: DecimalValue
    /// The sum, nil where it exceeds the range.
    public var sum: DecimalValue?
    /// The first value of the day.
    public var first: DecimalValue
    /// The last value of the day.
    public var last: DecimalValue
}

/// A sensor's consumption of one day, as metering found it.
public struct DayUse: Hashable, Sendable {
    /// The amount.
    public var amount: DecimalValue
    /// Its unit.
    public var unit: Unit
    /// The measured part of the day in thousandths, 0 to 1000.
    public var measuredPermille: Int
    /// True where the amount is only what is certain.
    public var isLowerBound: Bool
    /// What of the amount may have been used before the day; nil where nothing.
    public var carried: CarriedUse?

    /// Makes a day's consumption.
    public init(
        amount: DecimalValue, unit: Unit, measuredPermille: Int, isLowerBound: Bool, carried: CarriedUse? = nil
    ) {
        self.carried = carried
        self.amount = amount
        self.unit = unit
        self.measuredPermille = measuredPermille
        self.isLowerBound = isLowerBound
    }
}

/// What a sensor's day came to: its consumption, what happened to its meter, and how the day left the meter.
public struct MeterDay: Hashable, Sendable {
    /// The consumption.
    public var use: DayUse
    /// What happened; replaces what was stored for the day, and events of earlier days that this one decided.
    public var events: [MeterEvent]
    /// The meter at the end of the day, as metering writes it; nil where the sensor has none.
    public var meter: String?
    /// True while readings of later days may still change what was said about this one.
    public var isOpen: Bool

    /// Makes a day.
    public init(use: DayUse, events: [MeterEvent] = [], meter: String? = nil, isOpen: Bool = false) {
        self.use = use
        self.events = events
        self.meter = meter
        self.isOpen = isOpen
    }
}

/// A day's consumption as stored.
public struct StoredDayUse: Hashable, Sendable {
    /// The measuring point.
    public var sensor: SensorID
    /// The local day.
    public var date: CalendarDate
    /// Its first instant.
    public var from: Instant
    /// The first instant of the next day.
    public var until: Instant
    /// The zone in which the day is local.
    public var zone: String
    /// The consumption.
    public var use: DayUse
    /// True where something changed since it was computed; budgets must not read it.
    public var isStale: Bool

    /// Makes a stored day.
    public init(
        sensor: SensorID, date: CalendarDate, from: Instant, until: Instant, zone: String, use: DayUse, isStale: Bool
    ) {
        self.sensor = sensor
        self.date = date
        self.from = from
        self.until = until
        self.zone = zone
        self.use = use
        self.isStale = isStale
    }
}
