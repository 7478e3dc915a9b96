import GatewayModel

/// A limit with the decision behind it and where it stands on a day.
public struct LimitInForce: Hashable, Sendable {
    /// Where a limit stands.
    public enum Standing: String, Hashable, Sendable, CaseIterable {
        /// In force.
        case inForce = "in_force"
        /// Its review date has passed, but it protects people or is a minimum, so it goes on alarming.
        case reviewOverdue = "review_overdue"
        /// Its review date has passed: shown only.
        case lapsed
    }

    /// Its name.
    public var reference: LimitReference
    /// The limit as adopted.
    public var limit: Limit
    /// The day of the assembly.
    public var decidedOn: CalendarDate
    /// The first day in force.
    public var inForceFrom: CalendarDate
    /// The day by which it is looked at again.
    public var reviewBy: CalendarDate
    /// When it was adopted at this gateway; alarms count from then on.
    public var adoptedAt: Instant
    /// For how many people and how much ground, as the decision declares them.
    public var scale: Scale
    /// Where it stands.
    public var standing: Standing
    /// The last day of an emergency measure that tightens it; nil where there is none.
    public var tightenedUntil: CalendarDate?
    /// The decision that tightens it.
    public var tightenedBy: Int?
}

/// What is in force when, as it follows from the adopted resolutions and from nothing else.
public struct LimitsInForce: Sendable {
    private let adopted: [AdoptedResolution]

    /// Takes the adopted resolutions, in any order; one that was replaced before its first day never counts, and neither does
    /// what it would have replaced end with it.
    public init(_ adopted: [AdoptedResolution]) {
        let ordered = adopted.sorted { $0.resolution.number < $1.resolution.number }
        var never: Set<Int> = []
        for newer in ordered.reversed().map(\.resolution) where !never.contains(newer.number) {
            for older in ordered.map(\.resolution)
            where newer.supersedes.contains(older.number) && older.inForceFrom > newer.inForceFrom {
                never.insert(older.number)
            }
        }
        self.adopted = ordered.filter { !never.contains($0.resolution.number) }
    }

    /// How the box's own alerts are treated on a day: the newest decision that speaks of one counts, until another does.
    public func boxAlerts(on date: CalendarDate) -> [BoxCondition: BoxAlertRule] {
        standing(on: date).reduce(into: [:]) { rules, entry in
            rules.merge(entry.resolution.boxAlerts) { _, newer in newer }
        }
    }

    /// For how many days readings of households are kept, and by which decision: the newest that speaks of it; nil for ever.
    public func householdRetention(on date: CalendarDate) -> (days: Int, resolution: Int)? {
        standing(on: date).last { $0.resolution.householdDays != nil }
            .flatMap { entry in entry.resolution.householdDays.map { ($0, entry.resolution.number) } }
    }

    /// What may be told of groups of homes on a day; `proposed` counts too, without what it replaces.
    public func disclosureRules(on date: CalendarDate, with proposed: Resolution? = nil) -> DisclosureRules {
        let counting = standing(on: date).map(\.resolution).filter { entry in
            proposed.map { $0.number != entry.number && !$0.supersedes.contains(entry.number) } ?? true
        }
        return DisclosureRules(decidedBy: counting + [proposed].compactMap { $0 })
    }

    /// The sirens that may sound on a day, by name.
    public func sirens(on date: CalendarDate) -> Set<String> {
        Set(standing(on: date).flatMap(\.resolution.sirens))
    }

    /// Supply that nothing reduces on a day, each with the newest decision that protects it.
    public func protectedSupply(on date: CalendarDate, without superseded: [Int] = []) -> [SensorID: Int] {
        standing(on: date).filter { !superseded.contains($0.resolution.number) }.reduce(into: [:]) { found, entry in
            for sensor in entry.resolution.protectedSupply { found[sensor] = entry.resolution.number }
        }
    }

    /// True where a decision has begun on a day and is not replaced.
    public func isStanding(_ number: Int, on date: CalendarDate) -> Bool {
        standing(on: date).contains { $0.resolution.number == number }
    }

    /// The limit that another one names as `NUMBER/ID`, as it counts on a day: where its decision was replaced, the one of the
    /// same id in a decision that replaces it, and so on; nil where none counts.
    public func successor(of name: String, on date: CalendarDate) -> LimitInForce? {
        let inForce = inForce(on: date)
        var names = [name]
        var seen: Set<String> = []
        while let name = names.popLast() {
            if let found = inForce.first(where: { $0.reference.description == name }) { return found }
            let parts = name.split(separator: "/")
            guard seen.insert(name).inserted, parts.count == 2, let number = Int(parts[0]) else { continue }
            names += adopted.filter { $0.resolution.inForceFrom <= date && $0.resolution.supersedes.contains(number) }
                .map { "\($0.resolution.number)/\(parts[1])" }
        }
        return nil
    }

    /// The decision that replaces another one, and the first day on which it does; nil where none does.
    public func replacement(of number: Int) -> (number: Int, from: CalendarDate)? {
        adopted.map(\.resolution).filter { $0.supersedes.contains(number) }
            .min { ($0.inForceFrom, $0.number) < ($1.inForceFrom, $1.number) }
            .map { ($0.number, $0.inForceFrom) }
    }

    /// The limits that an assembly may have to look at again, as they were decided and at whatever level of stages they count:
    /// those whose review date comes, or has come, before another decision replaces them. Where they stand is said of `today`.
    public func reviewable(at assembly: CalendarDate, today: CalendarDate) -> [LimitInForce] {
        adopted.filter { entry in
            replacement(of: entry.resolution.number).map { $0.from > max(entry.resolution.reviewBy, assembly) } ?? true
        }.flatMap { entry in entry.resolution.limits.map { LimitInForce($0, of: entry, on: today) } }
            .sorted { $0.reference < $1.reference }
    }

    /// The resolutions that have begun and are not replaced.
    private func standing(on date: CalendarDate) -> [AdoptedResolution] {
        let begun = adopted.filter { $0.resolution.inForceFrom <= date }
        let replaced = Set(begun.flatMap(\.resolution.supersedes))
        return begun.filter { !replaced.contains($0.resolution.number) }
    }

    /// The sensors that limits and stages of a day look at, at whatever level these stand, and those of decisions that begin
    /// later; of what has lapsed none.
    public func namedSensors(on date: CalendarDate) -> Set<SensorID> {
        Set(
            (standing(on: date) + adopted.filter { $0.resolution.inForceFrom > date }).map(\.resolution).flatMap {
                resolution in
                resolution.limits.filter { resolution.reviewBy > date || $0.goesOnAfterReview }.flatMap {
                    $0.sensors + DayRules.otherSensors($0.rule)
                } + resolution.stages.flatMap(\.sensors)
            })
    }

    /// The stages of a day with the decision behind them, and the levels that decisions declared since.
    public func stages(
        on date: CalendarDate
    ) -> [(reference: LimitReference, stages: Stages, from: CalendarDate, declared: [CalendarDate: Int])] {
        standing(on: date).flatMap { entry in
            entry.resolution.stages.map { stages in
                let reference = LimitReference(resolution: entry.resolution.number, limit: stages.id)
                return (reference, stages, entry.resolution.inForceFrom, declarations(of: reference))
            }
        }
    }

    /// The levels of stages that decisions declared, by their first days; where the newest of these is replaced by a decision
    /// that declares none, its level ends that day.
    private func declarations(of stages: LimitReference) -> [CalendarDate: Int] {
        var declared: [CalendarDate: Int] = [:]
        var newest: Int?
        let byDay = adopted.map(\.resolution).sorted {
            ($0.inForceFrom, $0.number) < ($1.inForceFrom, $1.number)
        }
        for resolution in byDay {
            if let own = resolution.declares.last(where: { $0.stages == stages }) {
                (declared[resolution.inForceFrom], newest) = (own.level, resolution.number)
            } else if let number = newest, resolution.supersedes.contains(number) {
                (declared[resolution.inForceFrom], newest) = (0, nil)
            }
        }
        return declared
    }

    /// The limits of a day, lapsed ones included, by decision and name.
    ///
    /// `levels` are the stages' levels of the day; a limit that counts at other levels is left out.
    /// A resolution replaces those that it supersedes from its own first day on. At its review date a ceiling lapses
    /// unless it protects people; what protects people, and every minimum, goes on.
    public func inForce(on date: CalendarDate, levels: [LimitReference: Int] = [:]) -> [LimitInForce] {
        let measures = standing(on: date).compactMap { entry in
            entry.resolution.emergency.map { (entry.resolution.number, $0) }
        }.filter { date <= $0.1.until }
        // What was protected since is not reduced by a measure that was decided before.
        let protected = measures.isEmpty ? [] : Set(standing(on: date).flatMap(\.protectedSensors))
        return standing(on: date).flatMap { entry in
            entry.resolution.limits.filter { limit in
                guard let condition = limit.atStage else { return true }
                let stages = LimitReference(resolution: entry.resolution.number, limit: condition.stages)
                return condition.levels.contains(levels[stages] ?? 0)
            }.map { limit in
                var counting = LimitInForce(limit, of: entry, on: date)
                // Of two measures the tighter one counts: a later one never loosens.
                let measure = measures.filter {
                    $0.1.limit == counting.reference && protected.isDisjoint(with: limit.sensors)
                }.map { (number: $0.0, measure: $0.1, limit: limit.tightened(by: $0.1)) }
                    .min { $0.limit.amount ?? .zero < $1.limit.amount ?? .zero }
                guard let measure else { return counting }
                counting.limit = measure.limit
                counting.tightenedUntil = measure.measure.until
                counting.tightenedBy = measure.number
                return counting
            }
        }.sorted { $0.reference < $1.reference }
    }
}

extension LimitInForce {
    /// A limit as its decision has it, and where it stands on a day.
    fileprivate init(_ limit: Limit, of entry: AdoptedResolution, on date: CalendarDate) {
        let resolution = entry.resolution
        let isOver = resolution.reviewBy <= date
        self.init(
            reference: LimitReference(resolution: resolution.number, limit: limit.id), limit: limit,
            decidedOn: resolution.assembly, inForceFrom: resolution.inForceFrom, reviewBy: resolution.reviewBy,
            adoptedAt: entry.adoptedAt, scale: resolution.scale,
            standing: !isOver ? .inForce : limit.goesOnAfterReview ? .reviewOverdue : .lapsed)
    }
}
