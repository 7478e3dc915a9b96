import GatewayModel
import Limits
import Storage

/// Says at which level stages are on a day, from the stored days and from nothing else.
struct StageKeeper {
    /// For whoever asks beside the running gateway.
    init(_ store: Store) throws {
        self.init(store: store, sensors: try SensorDirectory(store))
    }

    init(store: Store, sensors: SensorDirectory) {
        self.store = store
        self.sensors = sensors
    }

    /// Stages with where they stand.
    struct Standing: Hashable {
        var reference: LimitReference
        var stages: Stages
        var day: StageMachine.Day
        /// True where a decision declared the level of the day.
        var wasDeclared = false
    }

    let store: Store
    let sensors: SensorDirectory

    /// Every stage rule in force on a day, by name; the figures of the days before count, not those of the day.
    func standings(on date: CalendarDate, _ inForce: LimitsInForce) throws -> [Standing] {
        try inForce.stages(on: date).compactMap { entry in
            let table = try DayTables(store: store, sensors: sensors).table(
                of: entry.stages.sensors, from: entry.from.adding(days: -entry.stages.lookBack),
                through: date.adding(days: -1))
            let days = StageMachine(entry.stages, declared: entry.declared).days(from: entry.from, through: date, table)
            return days[date].map { day in
                Standing(
                    reference: entry.reference, stages: entry.stages, day: day,
                    wasDeclared: entry.declared[day.since] == day.level)
            }
        }.sorted { $0.reference < $1.reference }
    }

    /// The limits of a day, with what stages make of them.
    func limits(on date: CalendarDate, _ inForce: LimitsInForce) throws -> [LimitInForce] {
        inForce.inForce(on: date, levels: try levels(on: date, inForce))
    }

    /// The levels alone.
    func levels(on date: CalendarDate, _ inForce: LimitsInForce) throws -> [LimitReference: Int] {
        Dictionary(
            try standings(on: date, inForce).map { ($0.reference, $0.day.level) },
            uniquingKeysWith: { first, _ in first })
    }
}

extension LimitsInForce {
    /// The limits that count on a day with stages as they stand then. One of a stage counts from the day on which its level
    /// began, and not before.
    func limits(on date: CalendarDate, _ standings: [StageKeeper.Standing], zone: Zone) -> [LimitInForce] {
        let stages = Dictionary(standings.map { ($0.reference, $0.day) }, uniquingKeysWith: { first, _ in first })
        return inForce(on: date, levels: stages.mapValues(\.level)).map { entry in
            guard let condition = entry.limit.atStage,
                let day = stages[LimitReference(resolution: entry.reference.resolution, limit: condition.stages)]
            else { return entry }
            var entry = entry
            entry.adoptedAt = max(entry.adoptedAt, zone.start(of: day.since))
            return entry
        }
    }
}

extension StageKeeper.Standing {
    /// At which level they stand, since when where that may be told.
    func sentence(_ book: Phrasebook, _ privacy: LimitPrivacy) -> String {
        book.text(
            tellsSince(privacy) ? "cli.stage" : "cli.stage_on_homes",
            ["stages": "\(reference)", "level": "\(day.level)", "since": "\(day.since)"])
    }

    /// True where it may be told since which day a level counts: the assembly named the day, or what brought it about tells
    /// of a group of homes or of none.
    func tellsSince(_ privacy: LimitPrivacy) -> Bool {
        stages.declaration == .byAssembly || privacy.mayShow(reference)
    }
}
