import GatewayModel

/// The weather of the month, for what the garden needs.
public struct WeatherFacts: Hashable, Sendable {
    /// One local day.
    public struct Day: Hashable, Sendable {
        /// The local day.
        public var date: CalendarDate
        /// The lowest air temperature in degrees Celsius.
        public var minimum: DecimalValue
        /// The highest air temperature in degrees Celsius.
        public var maximum: DecimalValue
        /// Rain in mm; nil where not measured.
        public var rain: DecimalValue?

        /// Makes a day.
        public init(date: CalendarDate, minimum: DecimalValue, maximum: DecimalValue, rain: DecimalValue? = nil) {
            self.date = date
            self.minimum = minimum
            self.maximum = maximum
            self.rain = rain
        }
    }

    /// Degrees north of the equator, negative in the south.
    public var latitude: Double
    /// The days that were measured.
    public var days: [Day]

    /// Makes weather facts.
    public init(latitude: Double, days: [Day]) {
        self.latitude = latitude
        self.days = days
    }
}
