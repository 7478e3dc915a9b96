/// At which levels of a stage rule a limit counts; level 0 is when none is entered.
public struct StageCondition: Hashable, Sendable, Codable {
    /// The stage rule's id, in the same decision.
    public var stages: String
    /// The levels.
    public var levels: ClosedRange<Int>

    /// Makes a condition.
    public init(stages: String, levels: ClosedRange<Int>) {
        self.stages = stages
        self.levels = levels
    }
}

/// Ordered stages, such as those of a drought, with what is needed to enter and to leave each.
public struct Stages: Hashable, Sendable, Codable {
    /// Who makes a stage count.
    public enum Declaration: String, Hashable, Sendable, Codable, CaseIterable {
        /// The decision itself: what its rules say counts from the next day on.
        case inAdvance = "in_advance"
        /// Another decision: the gateway only drafts it.
        case byAssembly = "by_assembly"
    }

    /// One stage.
    public struct Level: Hashable, Sendable, Codable {
        /// What people call it, by language code.
        public var titles: [String: String]
        /// What must hold on a day for it to begin.
        public var enter: DayCondition
        /// What must hold for it to end; nil where only the assembly ends it.
        public var leave: DayCondition?
        /// How many days it lasts at least.
        public var stays: Int

        /// Makes a level.
        public init(titles: [String: String], enter: DayCondition, leave: DayCondition?, stays: Int) {
            self.titles = titles
            self.enter = enter
            self.leave = leave
            self.stays = stays
        }
    }

    /// The name within its decision.
    public var id: String
    /// The title people read, by language code.
    public var titles: [String: String]
    /// The shared resource.
    public var resource: Resource
    /// Who makes a stage count.
    public var declaration: Declaration
    /// The stages, the mildest first; the first one is level 1.
    public var levels: [Level]

    /// Makes stages.
    public init(
        id: String, titles: [String: String], resource: Resource, declaration: Declaration, levels: [Level]
    ) {
        self.id = id
        self.titles = titles
        self.resource = resource
        self.declaration = declaration
        self.levels = levels
    }

    /// The sensors that its conditions look at, in order.
    public var sensors: [SensorID] {
        Set(levels.flatMap { $0.enter.sensors + ($0.leave?.sensors ?? []) }).sorted()
    }

    /// How many days before a day its conditions look back.
    public var lookBack: Int {
        levels.map { max($0.enter.lookBack, $0.leave?.lookBack ?? 0) }.max() ?? 0
    }
}

/// What must hold on a day, from the figures of that day and of those before it.
public indirect enum DayCondition: Hashable, Sendable, Codable {
    /// Every one of them.
    case all([DayCondition])
    /// At least one of them.
    case any([DayCondition])
    /// One comparison.
    case compare(DayComparison)

    /// The sensors that it looks at.
    public var sensors: [SensorID] {
        switch self {
        case .all(let parts), .any(let parts): parts.flatMap(\.sensors)
        case .compare(let comparison): comparison.sensors + comparison.reference.sensors
        }
    }

    /// The sensors of each figure that it looks at: those that count together, and those that these are compared with.
    public var sums: [[SensorID]] {
        switch self {
        case .all(let parts), .any(let parts): parts.flatMap(\.sums)
        case .compare(let comparison): [comparison.sensors, comparison.reference.sensors]
        }
    }

    /// How many days it looks back.
    public var lookBack: Int {
        switch self {
        case .all(let parts), .any(let parts): parts.map(\.lookBack).max() ?? 0
        case .compare(let comparison): comparison.days + comparison.over + comparison.reference.lookBack
        }
    }
}

/// Compares a day's figure with another one, on so many days in a row.
public struct DayComparison: Hashable, Sendable, Codable {
    /// Which figure of the day.
    public enum Measure: String, Hashable, Sendable, Codable, CaseIterable {
        // As written in conditions; `use` is added up over the sensors, levels are the least or greatest of them.
        case use, lowest, highest, mean
    }

    /// What it is compared with.
    public enum Reference: Hashable, Sendable, Codable {
        /// An amount or level in the comparison's unit.
        case value(DecimalValue)
        /// The same figure of the same day a year before; of these sensors.
        case lastYear([SensorID])
        /// The mean figure of a day of the month before; of these sensors.
        case lastMonth([SensorID])
        /// The same day's figure of other sensors.
        case sensors([SensorID])

        var sensors: [SensorID] {
            switch self {
            case .value: []
            case .lastYear(let sensors), .lastMonth(let sensors), .sensors(let sensors): sensors
            }
        }

        var lookBack: Int {
            switch self {
            case .value, .sensors: 0
            case .lastYear: 366
            case .lastMonth: 62
            }
        }
    }

    /// Whose figure.
    public var sensors: [SensorID]
    /// Which figure.
    public var measure: Measure
    /// True for more than, false for less than.
    public var isMore: Bool
    /// In thousandths of the reference.
    public var permille: Int
    /// What it is compared with.
    public var reference: Reference
    /// The unit of the figures and of a value.
    public var unit: Unit
    /// On how many days in a row.
    public var days: Int
    /// Over how many days figures are added up, the day itself included.
    public var over: Int

    /// Makes a comparison.
    public init(
        sensors: [SensorID], measure: Measure, isMore: Bool, permille: Int = 1000, reference: Reference, unit: Unit,
        days: Int = 1, over: Int = 1
    ) {
        self.sensors = sensors
        self.measure = measure
        self.isMore = isMore
        self.permille = permille
        self.reference = reference
        self.unit = unit
        self.days = days
        self.over = over
    }
}
