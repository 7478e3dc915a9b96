import GatewayModel

/// A limit as it is judged: what its measurements ask again and again, looked up once.
///
/// A class, so that handing it on copies none of the names and numbers of a decision.
final class JudgedLimit: Sendable {
    let entry: LimitInForce
    /// Its place among the limits that are judged.
    let number: Int
    /// The sensors that it measures, each once, in the limit's order; a sensor's place in this list stands for it.
    let sensors: [SensorID]
    /// Where a sensor stands in ``sensors``.
    let places: [SensorID: Int]
    /// True where it counts on all days and at every hour.
    let countsAlways: Bool
    private let units: [Unit?]
    private let rhythms: [Rhythm?]
    private let isOwnUnit: [Bool]

    var reference: LimitReference { entry.reference }
    var limit: Limit { entry.limit }

    init(_ entry: LimitInForce, number: Int, units known: [SensorID: Unit], rhythms: [SensorID: Rhythm]) {
        self.entry = entry
        self.number = number
        var places: [SensorID: Int] = [:]
        var sensors: [SensorID] = []
        for sensor in entry.limit.sensors where places[sensor] == nil {
            places[sensor] = sensors.count
            sensors.append(sensor)
        }
        self.places = places
        self.sensors = sensors
        units = sensors.map { known[$0] }
        self.rhythms = sensors.map { rhythms[$0] }
        isOwnUnit = units.map { $0 == entry.limit.unit }
        countsAlways = entry.limit.season == nil && entry.limit.days == nil && entry.limit.hours == nil
    }

    /// A figure of a sensor in the limit's unit; nil where the units do not fit.
    func converted(_ value: DecimalValue, at place: Int) -> DecimalValue? {
        if isOwnUnit[place] { return value }
        return units[place].flatMap { value.converted(from: $0, to: entry.limit.unit) }
    }

    /// For how many milliseconds a reading speaks: one and a half of its sensor's intervals; nil where it has no rhythm.
    func reach(at place: Int) -> Int64? { rhythms[place].map { $0.interval * 1500 } }

    /// Seconds after which a sensor counts as silent; nil where it has no rhythm.
    func silentAfter(at place: Int) -> Int64? { rhythms[place]?.silentAfter }

    /// Figures as evidence, in the units of their sensors.
    func evidence(_ figures: RecentFigures) -> [Measurement.Evidence] {
        figures.list.map { figure in
            Measurement.Evidence(
                sensor: sensors[figure.place], time: figure.time, value: figure.value,
                unit: units[figure.place] ?? .unknown)
        }
    }
}

/// The newest figures that a rule saw, at most three; kept without a list of their own, since every measurement adds one.
struct RecentFigures: Hashable, Sendable {
    /// A figure in its sensor's own unit.
    struct Figure: Hashable, Sendable {
        /// The sensor's place in its limit.
        var place: Int
        var time: Instant
        var value: DecimalValue
    }

    private var oldest: Figure?
    private var middle: Figure?
    private var newest: Figure?

    /// Oldest first.
    var list: [Figure] { [oldest, middle, newest].compactMap { $0 } }

    mutating func note(_ figure: Figure) {
        (oldest, middle, newest) = (middle, newest, figure)
    }
}
