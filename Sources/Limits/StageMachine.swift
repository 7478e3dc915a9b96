import GatewayModel

/// Whether a condition holds on a day; what is not measured is neither true nor false (P6).
public enum Truth: Hashable, Sendable {
    // Kleene's three values.
    case yes, no, unknown

    static func all(_ parts: [Truth]) -> Truth {
        parts.contains(.no) ? .no : parts.contains(.unknown) ? .unknown : .yes
    }

    static func any(_ parts: [Truth]) -> Truth {
        parts.contains(.yes) ? .yes : parts.contains(.unknown) ? .unknown : .no
    }
}

extension DayCondition {
    /// Whether it holds on a day.
    public func holds(on date: CalendarDate, _ table: DayTable) -> Truth {
        switch self {
        case .all(let parts): Truth.all(parts.map { $0.holds(on: date, table) })
        case .any(let parts): Truth.any(parts.map { $0.holds(on: date, table) })
        case .compare(let comparison):
            Truth.all((0..<comparison.days).map { comparison.holds(on: date.adding(days: -$0), table) })
        }
    }
}

extension DayComparison {
    /// Whether it holds on one day.
    func holds(on date: CalendarDate, _ table: DayTable) -> Truth {
        guard let own = figure(sensors, on: date, table) else { return .unknown }
        guard let other = reference(on: date, table), let bound = other.multiplied(byRatio: Int64(permille), 1000)
        else { return .unknown }
        // A lower bound shows that something is more, and never that it is less.
        if isMore { return own.certain > bound ? .yes : own.isWhole && own.value <= bound ? .no : .unknown }
        return own.certain >= bound ? .no : own.isWhole && own.value < bound ? .yes : .unknown
    }

    private func reference(on date: CalendarDate, _ table: DayTable) -> DecimalValue? {
        func whole(_ sensors: [SensorID], _ date: CalendarDate) -> DecimalValue? {
            figure(sensors, on: date, table).flatMap { $0.isWhole && $0.certain == $0.value ? $0.value : nil }
        }
        switch reference {
        case .value(let value): return value
        case .sensors(let others): return whole(others, date)
        case .lastYear(let others):
            let month = CalendarMonth(of: date).yearBefore
            return whole(others, month.firstDay.adding(days: min(date.day, month.dayCount) - 1))
        case .lastMonth(let others):
            let days = CalendarMonth(of: date).previous.days.compactMap { whole(others, $0) }
            guard days.count >= 7 else { return nil }
            return days.dropFirst().reduce(days.first) { sum, day in sum.flatMap { $0.adding(day) } }?
                .multiplied(byRatio: 1, Int64(days.count))
        }
    }

    private func figure(
        _ sensors: [SensorID], on date: CalendarDate, _ table: DayTable
    ) -> (value: DecimalValue, certain: DecimalValue, isWhole: Bool)? {
        guard measure != .use else {
            let sum = table.sum(of: sensors, over: (0..<over).map { date.adding(days: -$0) }, in: unit)
            return sum.parts.measured > 0 ? (sum.amount, sum.certain, sum.isWhole) : nil
        }
        let levels = sensors.compactMap { table.level(of: $0, on: date, in: unit) }
        guard levels.count == sensors.count, levels.allSatisfy({ $0.measuredPermille >= DayTable.enough }) else {
            return nil
        }
        let values: [DecimalValue] =
            switch measure {
            case .use: []
            case .lowest: levels.map(\.lowest)
            case .highest: levels.map(\.highest)
            case .mean: levels.compactMap(\.mean)
            }
        guard values.count == sensors.count else { return nil }
        return (measure == .highest ? values.max() : values.min()).map { ($0, $0, true) }
    }
}

/// Follows stages from day to day: which level counts when, as it follows from the days' figures and the declarations.
public struct StageMachine: Sendable {
    /// What the machine says of a day.
    public struct Day: Hashable, Sendable {
        /// The level that counts on the day; 0 for none.
        public var level: Int
        /// Since which day.
        public var since: CalendarDate
        /// The level that the rules ask for and the assembly has not declared; nil where there is none.
        public var proposed: Int?
    }

    private let stages: Stages
    /// Levels that decisions declared, by the day from which on.
    private let declared: [CalendarDate: Int]

    /// Makes a machine; `declared` are levels by the day from which a decision says that they count.
    public init(_ stages: Stages, declared: [CalendarDate: Int] = [:]) {
        self.stages = stages
        self.declared = declared
    }

    /// What counts on each day of a time, beginning without a stage; a day's figures count from the next day on.
    public func days(from first: CalendarDate, through last: CalendarDate, _ table: DayTable) -> [CalendarDate: Day] {
        guard first <= last else { return [:] }
        var found: [CalendarDate: Day] = [:]
        var today = Day(level: declared[first] ?? 0, since: first, proposed: nil)
        var date = first
        while true {
            found[date] = today
            guard date < last else { return found }
            let next = date.adding(days: 1)
            today = following(today, figuresOf: date, on: next, table)
            if let level = declared[next], level != today.level {
                today = Day(level: level, since: next, proposed: nil)
            }
            date = next
        }
    }

    private func following(_ day: Day, figuresOf date: CalendarDate, on next: CalendarDate, _ table: DayTable) -> Day {
        let wanted = wantedLevel(day, figuresOf: date, table)
        guard wanted != day.level else { return Day(level: day.level, since: day.since, proposed: nil) }
        guard stages.declaration == .inAdvance else {
            return Day(level: day.level, since: day.since, proposed: wanted)
        }
        return Day(level: wanted, since: next, proposed: nil)
    }

    /// The highest stage whose entry holds, or one less than today's where that may be left.
    private func wantedLevel(_ day: Day, figuresOf date: CalendarDate, _ table: DayTable) -> Int {
        for level in stride(from: stages.levels.count, to: day.level, by: -1)
        where stages.levels[level - 1].enter.holds(on: date, table) == .yes {
            return level
        }
        guard day.level > 0, day.level <= stages.levels.count else { return day.level }
        let level = stages.levels[day.level - 1]
        let lasted = date.daysSinceEpoch - day.since.daysSinceEpoch + 1
        // Where both rules hold at once, the level would end and begin again day by day.
        guard lasted >= level.stays, level.leave?.holds(on: date, table) == .yes,
            level.enter.holds(on: date, table) != .yes
        else { return day.level }
        return day.level - 1
    }
}
