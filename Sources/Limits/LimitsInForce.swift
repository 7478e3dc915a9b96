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
    /// Persons served, as the decision declares them.
    public var persons: Int?
    /// Where it stands.
    public var standing: Standing
}

/// What is in force when, as it follows from the adopted resolutions and from nothing else.
public struct LimitsInForce: Sendable {
    private let adopted: [AdoptedResolution]

    /// Takes the adopted resolutions, in any order.
    public init(_ adopted: [AdoptedResolution]) {
        self.adopted = adopted.sorted { $0.resolution.number < $1.resolution.number }
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

    /// The resolutions that have begun and are not replaced.
    private func standing(on date: CalendarDate) -> [AdoptedResolution] {
        let begun = adopted.filter { $0.resolution.inForceFrom <= date }
        let replaced = Set(begun.flatMap(\.resolution.supersedes))
        return begun.filter { !replaced.contains($0.resolution.number) }
    }

    /// The limits of a day, lapsed ones included, by decision and name.
    ///
    /// A resolution replaces those that it supersedes from its own first day on. At its review date a ceiling lapses
    /// unless it protects people; what protects people, and every minimum, goes on.
    public func inForce(on date: CalendarDate) -> [LimitInForce] {
        standing(on: date).flatMap { entry in
            entry.resolution.limits.map { limit in
                let resolution = entry.resolution
                let isOver = resolution.reviewBy <= date
                let goesOn = limit.protects == .people || limit.bound == .atLeast
                return LimitInForce(
                    reference: LimitReference(resolution: resolution.number, limit: limit.id), limit: limit,
                    decidedOn: resolution.assembly, inForceFrom: resolution.inForceFrom, reviewBy: resolution.reviewBy,
                    adoptedAt: entry.adoptedAt, persons: resolution.personsServed["all"],
                    standing: !isOver ? .inForce : goesOn ? .reviewOverdue : .lapsed)
            }
        }.sorted { $0.reference < $1.reference }
    }
}
