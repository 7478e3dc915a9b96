/// What a limit protects; where two conflict, the one that protects people wins, whichever its direction.
public enum Protects: String, Hashable, Sendable, Codable, CaseIterable {
    // From the most to the least important.
    case people, resource, equipment
}

/// Which side of the value is the good one.
public enum Bound: String, Hashable, Sendable, Codable, CaseIterable {
    /// A ceiling: not more than.
    case atMost = "at_most"
    /// A floor: never less than.
    case atLeast = "at_least"
}

/// How urgent an alert is.
public enum Priority: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// Wakes people.
    case now
    /// Waits for daylight.
    case today
    /// Belongs on the agenda of the next assembly.
    case assembly

    /// Orders by urgency, the most urgent first.
    public static func < (left: Priority, right: Priority) -> Bool {
        allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
    }
}

/// One limit as the assembly has set it.
public struct Limit: Hashable, Sendable, Codable {
    /// The name within its resolution, lower-case with dashes.
    public var id: String
    /// The title people read, by language code; `""` serves every language.
    public var titles: [String: String]
    /// Floor or ceiling.
    public var bound: Bound
    /// What it protects.
    public var protects: Protects
    /// The shared resource.
    public var resource: Resource
    /// The sensors it measures; their figures are added up for a budget, and watched each on its own otherwise.
    public var sensors: [SensorID]
    /// The unit of the values in ``rule``.
    public var unit: Unit
    /// The rule.
    public var rule: Rule
    /// How urgent.
    public var priority: Priority
    /// What a steward does first, by language code.
    public var responses: [String: String]
    /// For a ceiling on an essential resource: the limit that protects people (`resolution/limit` or a limit here).
    public var floor: String?
    /// True where the assembly waived the second reading that *now* alerts need.
    public var waivesConfirmation: Bool
    /// The days of every year on which it counts; nil for all.
    public var season: YearSpan?
    /// The days on which it counts, among those of its season; nil for all.
    public var days: CountedDays?
    /// The hours of the day in which it counts; nil for all.
    public var hours: DayWindow?
    /// The drought levels at which it counts, of which stages; nil where it does not depend on them.
    public var atStage: StageCondition?
    /// Of a value outside for a time: the part of that time, in thousandths, that must be measured, or nothing is known.
    public var leastMeasured: Int?
    /// Of an amount that several communities share: how, who adds up, and what was decided among them.
    public var shared: SharedBudget?
    /// Of a budget: the percent of it at which the assembly wants to be warned where the pace so far leads there.
    public var warnsOnCourse: Int?

    /// Makes a limit.
    public init(
        id: String, titles: [String: String], bound: Bound, protects: Protects, resource: Resource,
        sensors: [SensorID], unit: Unit, rule: Rule, priority: Priority, responses: [String: String] = [:],
        floor: String? = nil, waivesConfirmation: Bool = false, season: YearSpan? = nil, days: CountedDays? = nil,
        hours: DayWindow? = nil, atStage: StageCondition? = nil
    ) {
        self.season = season
        self.days = days
        self.hours = hours
        self.atStage = atStage
        self.id = id
        self.titles = titles
        self.bound = bound
        self.protects = protects
        self.resource = resource
        self.sensors = sensors
        self.unit = unit
        self.rule = rule
        self.priority = priority
        self.responses = responses
        self.floor = floor
        self.waivesConfirmation = waivesConfirmation
    }
}

extension Limit {
    /// True where it goes on raising alerts after its date of review: what protects people does, and every minimum.
    public var goesOnAfterReview: Bool { protects == .people || bound == .atLeast }

    /// True on a day on which it counts: in its season, and one of its days.
    public func counts(on date: CalendarDate) -> Bool {
        season?.contains(date) ?? true && days?.contains(date) ?? true
    }
}

/// Names one limit of one resolution, written `12/tank-minimum`.
public struct LimitReference: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The resolution's number.
    public var resolution: Int
    /// The limit's name within it.
    public var limit: String

    /// Makes a reference.
    public init(resolution: Int, limit: String) {
        self.resolution = resolution
        self.limit = limit
    }

    /// `12/tank-minimum`.
    public var description: String { "\(resolution)/\(limit)" }

    /// Orders by resolution, then by name.
    public static func < (left: LimitReference, right: LimitReference) -> Bool {
        (left.resolution, left.limit) < (right.resolution, right.limit)
    }
}

/// A change in whether a limit is kept, as found by checking measurements.
public struct LimitTransition: Hashable, Sendable, Codable {
    /// The direction of the change.
    public enum Change: Hashable, Sendable, Codable {
        /// The limit is passed.
        case raised
        /// The limit is kept again.
        case returned
        /// A budget reached this share in percent.
        case warned(percent: Int)
        /// A budget comes to this share in percent if its period goes on as it did so far.
        case onCourse(percent: Int)

        /// True where nothing is passed yet.
        public var isWarning: Bool {
            switch self {
            case .raised, .returned: false
            case .warned, .onCourse: true
            }
        }
    }

    /// Which limit.
    public var limit: LimitReference
    /// The sensor, or nil for a sum over several.
    public var sensor: SensorID?
    /// The change.
    public var change: Change
    /// Since when the condition holds (for `returned`: since when it no longer does).
    public var onset: Instant
    /// When it was found.
    public var detectedAt: Instant
    /// The value that decided, in the limit's unit; nil for silence.
    public var value: DecimalValue?
    /// The bound it was compared with, in the limit's unit; seconds for silence.
    public var bound: DecimalValue
    /// How many sensors of how many the value covers.
    public var coverage: Coverage
    /// The readings that decided, newest last, at most ten.
    public var evidence: [Measurement.Evidence]

    /// Makes a transition.
    public init(
        limit: LimitReference, sensor: SensorID?, change: Change, onset: Instant, detectedAt: Instant,
        value: DecimalValue?, bound: DecimalValue, coverage: Coverage, evidence: [Measurement.Evidence]
    ) {
        self.limit = limit
        self.sensor = sensor
        self.change = change
        self.onset = onset
        self.detectedAt = detectedAt
        self.value = value
        self.bound = bound
        self.coverage = coverage
        self.evidence = evidence
    }
}

/// How many of the expected parts a figure covers.
public struct Coverage: Hashable, Sendable, Codable {
    /// Parts measured.
    public var measured: Int
    /// Parts expected.
    public var expected: Int

    /// Makes a coverage.
    public init(measured: Int, expected: Int) {
        self.measured = measured
        self.expected = expected
    }

    /// The measured part in thousandths.
    public var permille: Int { measured * 1000 / max(1, expected) }

    /// True where nothing is missing.
    public var isComplete: Bool { measured >= expected }
}

extension Measurement {
    /// A reading as evidence for an alert.
    public struct Evidence: Hashable, Sendable, Codable {
        /// The measuring point.
        public var sensor: SensorID
        /// When it was measured.
        public var time: Instant
        /// The value in the sensor's unit.
        public var value: DecimalValue
        /// The sensor's unit.
        public var unit: Unit

        /// Makes a piece of evidence.
        public init(sensor: SensorID, time: Instant, value: DecimalValue, unit: Unit) {
            self.sensor = sensor
            self.time = time
            self.value = value
            self.unit = unit
        }
    }
}
