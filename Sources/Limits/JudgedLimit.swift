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
    /// Who judges it.
    let judge: Judge
    /// Whether it changes without a measurement.
    let clock: Clock
    let zone: Zone
    private let units: [Unit?]
    private let rhythms: [Rhythm?]
    /// Nil where the unit is the limit's own, or does not fit.
    private let conversions: [UnitConversion?]
    private let isOwnUnit: [Bool]

    var reference: LimitReference { entry.reference }
    var limit: Limit { entry.limit }

    /// Who judges a rule.
    enum Judge: Sendable {
        // The engine itself.
        case instant, budget, silence
        /// A watch of its own.
        case watch
        /// Days that are over.
        case days
    }

    /// When the clock alone can change what is known of a limit.
    enum Clock: Sendable {
        // At no time, while a delay runs, when its watch says, at any time.
        case still, delays, rests, runs
    }

    init(
        _ entry: LimitInForce, number: Int, units known: [SensorID: Unit], rhythms: [SensorID: Rhythm], zone: Zone
    ) {
        self.entry = entry
        self.number = number
        self.zone = zone
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
        conversions = units.map { unit in unit.flatMap { UnitConversion(from: $0, to: entry.limit.unit) } }
        isOwnUnit = units.map { $0 == entry.limit.unit }
        countsAlways = entry.limit.season == nil && entry.limit.days == nil && entry.limit.hours == nil
        let (judge, clock): (Judge, Clock) =
            switch entry.limit.rule {
            case .instant: (.instant, .delays)
            case .budget: (.budget, .runs)
            case .silence: (.silence, .runs)
            case .rate, .flatline: (.watch, .still)
            case .sites, .nightFlow, .continuousFlow, .closedHours, .turn: (.watch, .rests)
            case .rolling, .delivered, .balance, .share, .comparison, .drift, .measured, .useDays, .turns:
                (.days, .still)
            }
        self.judge = judge
        // Where a season or hours end, so does what was passed in them.
        self.clock = countsAlways || judge == .days ? clock : .runs
    }

    /// A figure of a sensor in the limit's unit; nil where the units do not fit.
    func converted(_ value: DecimalValue, at place: Int) -> DecimalValue? {
        if isOwnUnit[place] { return value }
        return conversions[place]?.convert(value)
    }

    /// For how many milliseconds a reading speaks: one and a half of its sensor's intervals; nil where it has no rhythm.
    func reach(at place: Int) -> Int64? { rhythms[place].map { $0.interval * 1500 } }

    /// Seconds between two of a sensor's readings; nil where it has no rhythm.
    func interval(at place: Int) -> Int64? { rhythms[place]?.interval }

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
