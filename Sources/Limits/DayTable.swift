import GatewayModel

/// What sensors used and showed on days, as it is stored: corrected for late readings, questions and decisions.
///
/// The same readings give the same table, in whatever order they came.
public struct DayTable: Hashable, Sendable {
    /// A day's consumption in the sensor's unit.
    public struct Use: Hashable, Sendable {
        /// The amount.
        public var amount: DecimalValue
        /// The measured part of the day in thousandths.
        public var measuredPermille: Int
        /// True where it is only what is certain.
        public var isLowerBound: Bool
        /// What of the amount may have been used before the day: in a gap that was over on it. Nil where nothing.
        public var carried: CarriedUse?

        /// Makes a day's consumption.
        public init(
            amount: DecimalValue, measuredPermille: Int = 1000, isLowerBound: Bool = false, carried: CarriedUse? = nil
        ) {
            self.amount = amount
            self.measuredPermille = measuredPermille
            self.isLowerBound = isLowerBound
            self.carried = carried
        }
    }

    /// A day's levels in the sensor's unit.
    public struct Level: Hashable, Sendable {
        /// The least.
        public var lowest: DecimalValue
        /// The greatest.
        public var highest: DecimalValue
        /// The mean; nil where it is not known.
        public var mean: DecimalValue?
        /// The part of the expected readings that came, in thousandths.
        public var measuredPermille: Int

        /// Makes a day's levels.
        public init(
            lowest: DecimalValue, highest: DecimalValue, mean: DecimalValue?, measuredPermille: Int = 1000
        ) {
            self.lowest = lowest
            self.highest = highest
            self.mean = mean
            self.measuredPermille = measuredPermille
        }
    }

    /// Days from which on a part counts as measured enough, in thousandths: fewer than a tenth of a day may be missing.
    static let enough = 900

    private var uses: [SensorID: [CalendarDate: Use]] = [:]
    private var levels: [SensorID: [CalendarDate: Level]] = [:]
    private var units: [SensorID: Unit]
    private let registers: Set<SensorID>

    /// Makes an empty table for these sensors; `registers` are those that count on, so that the next reading after a gap brings
    /// what was used in it.
    public init(sensors: [Sensor], registers: Set<SensorID> = []) {
        self.registers = registers
        units = Dictionary(sensors.map { ($0.id, $0.unit) }, uniquingKeysWith: { first, _ in first })
    }

    /// Enters a day's consumption.
    public mutating func set(_ use: Use, of sensor: SensorID, on date: CalendarDate) {
        uses[sensor, default: [:]][date] = use
    }

    /// Enters a day's levels.
    public mutating func set(_ level: Level, of sensor: SensorID, on date: CalendarDate) {
        levels[sensor, default: [:]][date] = level
    }

    /// A day's consumption in a unit; nil where nothing is known of it.
    func use(of sensor: SensorID, on date: CalendarDate, in unit: Unit) -> Use? {
        guard var use = uses[sensor]?[date], let amount = converted(use.amount, sensor, unit) else { return nil }
        use.amount = amount
        if let carried = use.carried {
            use.carried?.amount = min(amount, converted(carried.amount, sensor, unit) ?? amount)
        }
        return use
    }

    /// A day's levels in a unit; nil where nothing is known of it.
    func level(of sensor: SensorID, on date: CalendarDate, in unit: Unit) -> Level? {
        guard var level = levels[sensor]?[date], let lowest = converted(level.lowest, sensor, unit),
            let highest = converted(level.highest, sensor, unit)
        else { return nil }
        level.lowest = lowest
        level.highest = highest
        level.mean = level.mean.flatMap { converted($0, sensor, unit) }
        return level
    }

    /// The measured part of a sensor's day in thousandths; 0 where nothing came.
    func measuredPermille(of sensor: SensorID, on date: CalendarDate) -> Int {
        uses[sensor]?[date]?.measuredPermille ?? levels[sensor]?[date]?.measuredPermille ?? 0
    }

    /// What a day adds to what is known of a sensor's use.
    enum Knowledge: Hashable, Sendable {
        /// All of the day, and what a register used in a gap before it.
        case all, allWithGap
        /// Nothing, or less than enough of it; a register's next whole day brings it.
        case open
        /// What is certain, and no later day brings the rest.
        case lowerBound
    }

    /// What a day adds to what is known of a sensor's use.
    func knowledge(of sensor: SensorID, on date: CalendarDate) -> Knowledge {
        guard let use = uses[sensor]?[date] else { return .open }
        if use.isLowerBound { return .lowerBound }
        guard use.measuredPermille >= DayTable.enough else { return .open }
        return registers.contains(sensor) ? .allWithGap : .all
    }

    /// What some sensors used on a day together, as far as it is known; nil where nothing is.
    public func amount(of sensors: [SensorID], on date: CalendarDate, in unit: Unit) -> DecimalValue? {
        let sum = sum(of: sensors, on: date, in: unit)
        return sum.parts.measured > 0 ? sum.amount : nil
    }

    /// What some sensors used on a day together, and how much of it is known; `first` is the first day of the time that the
    /// day is part of, where that is not the day itself: what was used in a gap within that time belongs to it.
    func sum(of sensors: [SensorID], on date: CalendarDate, in unit: Unit, from first: CalendarDate? = nil) -> DaySum {
        var sum = DaySum(amount: .zero, parts: Coverage(measured: 0, expected: sensors.count), isWhole: true)
        for sensor in sensors {
            guard let use = use(of: sensor, on: date, in: unit), let total = sum.amount.adding(use.amount) else {
                sum.isWhole = false
                continue
            }
            sum.amount = total
            sum.parts.measured += 1
            if let carried = use.carried { sum.note(carried, from: first ?? date) }
            if use.isLowerBound || use.measuredPermille < DayTable.enough { sum.isWhole = false }
        }
        return sum
    }

    /// The sum over days; a day of which something is missing makes the whole a lower bound.
    func sum(of sensors: [SensorID], over dates: [CalendarDate], in unit: Unit) -> DaySum {
        let first = dates.min()
        return dates.reduce(into: DaySum(amount: .zero, parts: Coverage(measured: 0, expected: 0), isWhole: true)) {
            total, date in
            let day = sum(of: sensors, on: date, in: unit, from: first)
            guard let amount = total.amount.adding(day.amount) else {
                total.isWhole = false
                return
            }
            total.amount = amount
            total.parts.measured += day.parts.measured
            total.parts.expected += day.parts.expected
            total.isWhole = total.isWhole && day.isWhole
            total.carried = total.carried.adding(day.carried) ?? total.carried
        }
    }

    private func converted(_ value: DecimalValue, _ sensor: SensorID, _ unit: Unit) -> DecimalValue? {
        guard let source = units[sensor] else { return nil }
        return source == unit ? value : value.converted(from: source, to: unit)
    }
}

/// A sum with what is missing of it; what is not whole is a lower bound, but for what was carried in.
struct DaySum: Hashable, Sendable {
    var amount: DecimalValue
    var parts: Coverage
    var isWhole: Bool
    /// What of the amount may have been used before.
    var carried: DecimalValue = .zero
    /// The day of the last reading before the longest gap that a day of the sum ended, also where that lies within it.
    var since: CalendarDate?

    /// What was used for sure.
    var certain: DecimalValue { amount.subtracting(carried) ?? .zero }

    /// True where nothing is missing, and nothing may have been used before.
    var isExact: Bool { isWhole && carried == .zero }

    mutating func note(_ use: CarriedUse, from first: CalendarDate) {
        since = min(since ?? use.since, use.since)
        if use.since < first { carried = carried.adding(use.amount) ?? carried }
    }
}
