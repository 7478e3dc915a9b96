import Alerting
import GatewayModel
import Limits
import Storage

/// What the configuration says of the duty: the list, waiting times, quiet hours, and the load people can bear.
public struct DutySettings: Sendable, Hashable {
    /// When the duty changes.
    public var change: MeetingRule
    /// Who has which week, by the day on which it begins.
    public var weeks: [CalendarDate: [String]] = [:]
    /// Who follows whom where no week says otherwise.
    public var turn: [String] = []
    /// The day of the first one's first week.
    public var turnSince = CalendarDate(year: 2000, month: 1, day: 1)
    /// The times of the calendar file.
    public var calendar: [DutySeries] = []
    /// How long is waited before the next person is called.
    public var waits = AlertPolicy.Waits()
    /// Hours in which notices for the same day wait; nil for none.
    public var quietHours: DayWindow?
    /// How much the volunteers can bear.
    public var budget = LoadBudget()

    /// Makes settings.
    public init(change: MeetingRule) {
        self.change = change
    }

    /// The end of the quiet hours that an instant lies in; nil outside of them.
    func quietEnd(at now: Instant, in zone: Zone) -> Instant? {
        guard let hours = quietHours else { return nil }
        let today = zone.date(at: now)
        return [today.adding(days: -1), today].map { hours.instants(on: $0, in: zone) }
            .first { $0.contains(now) }?.upperBound
    }
}

extension Configuration {
    /// What gives a steward the right and the duty to be called: a decision of the assembly, and its time.
    public struct Mandate: Sendable, Hashable {
        /// The decision's number.
        public var decision: Int
        /// The first day.
        public var from: CalendarDate
        /// The last day.
        public var through: CalendarDate
        /// The line of the configuration in which it stands; nil where none is known.
        public var line: Int?
    }
}

extension Site {
    /// What alerts go by beside the decisions, as the store knows who holds a mandate and has answered a test.
    func alertPolicy(_ store: Store, now: Instant) throws -> AlertPolicy {
        var policy = AlertPolicy(zone: zone, meetings: configuration.assembly.meetings)
        policy.stakes = LimitsInForce(try LimitRegister(site: self).adopted(in: store))
            .inForce(on: zone.date(at: now)).filter { $0.standing != .lapsed }
            .map {
                Stake(
                    limit: $0.reference, sensors: $0.limit.sensors, priority: $0.limit.priority,
                    protects: $0.limit.protects)
            }
        let sensors = try SensorDirectory(store)
        policy.places = sensors.places
        policy.intervals = Dictionary(
            sensors.all.compactMap { sensor in sensor.rhythm.map { (sensor.id, $0.interval) } },
            uniquingKeysWith: { first, _ in first })
        guard let duty = configuration.duty else { return policy }
        policy.waits = duty.waits
        policy.roster = try dutyRoster(store)
        return policy
    }

    /// The duty list with what the store knows of mandates and tests; nil where none is set up.
    func dutyRoster(_ store: Store) throws -> DutyRoster? {
        let marks = try store.dutyMarks().keys
        func names(_ kind: String) -> Set<String> { Set(marks.filter { $0.kind == kind }.map(\.name)) }
        return dutyRoster(
            answered: names(DutyMark.testAnswered), mandated: names(DutyMark.mandated),
            mandates: try Mandates(store, of: configuration.stewards), recalls: try Recalls(store))
    }

    /// Keeps who holds a mandate: whoever does not any more was recalled, which is not the same as never having had one.
    func noteMandates(_ store: Store, now: Instant) throws {
        let marks = try store.dutyMarks()
        let holding =
            try dutyRoster(store)?.members.filter { member in
                guard let from = member.from, let through = member.through else { return false }
                return from <= through
            } ?? []
        let new = holding.map { DutyMark(kind: DutyMark.mandated, name: $0.name) }.filter { marks[$0] == nil }
        try store.keepDutyMarks(new, at: now)
    }

    /// The duty list; nil where none is set up. A mandate of a decision that was never adopted here, or gives none, is none.
    ///
    /// Nor is one that a later decision ends before its last day.
    private func dutyRoster(
        answered: Set<String>, mandated: Set<String>, mandates: Mandates, recalls: Recalls
    ) -> DutyRoster? {
        guard let duty = configuration.duty else { return nil }
        let members = configuration.stewards.map { steward in
            let term = mandates.term(of: steward)
            let end = recalls.end(of: term == nil ? nil : steward.mandate, steward.name)?.adding(days: -1)
            return DutyRoster.Member(
                name: steward.name, from: term?.from, through: term.map { min($0.through, end ?? $0.through) },
                hasAnswered: answered.contains(steward.name), wasMandated: mandated.contains(steward.name))
        }
        return DutyRoster(
            members: members, change: duty.change, weeks: duty.weeks, turn: duty.turn, turnSince: duty.turnSince,
            calendar: duty.calendar, zone: zone)
    }
}
