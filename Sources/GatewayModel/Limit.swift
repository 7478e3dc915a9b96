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

/// The period over which a budget is counted, in the community's own days.
public enum BudgetPeriod: String, Hashable, Sendable, Codable, CaseIterable {
    // Calendar periods; weeks start on Monday.
    case day, week, month
}

/// One limit as the assembly has set it.
public struct Limit: Hashable, Sendable, Codable {
    /// The rule that is watched.
    public enum Rule: Hashable, Sendable, Codable {
        /// A momentary value; raised when outside for `onDelay` seconds, cleared when inside by `deadband` for `offDelay`.
        case instant(value: DecimalValue, deadband: DecimalValue, onDelay: Int64, offDelay: Int64)
        /// An amount per period; `perPerson` multiplies it by the persons served. Warnings at shares in percent.
        case budget(amount: DecimalValue, period: BudgetPeriod, perPerson: Bool, warnAt: [Int])
        /// No report for that many seconds.
        case silence(after: Int64)
    }

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

    /// Makes a limit.
    public init(
        id: String, titles: [String: String], bound: Bound, protects: Protects, resource: Resource,
        sensors: [SensorID], unit: Unit, rule: Rule, priority: Priority, responses: [String: String] = [:],
        floor: String? = nil, waivesConfirmation: Bool = false
    ) {
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

/// A decision of the assembly that sets limits, as adopted.
public struct Resolution: Hashable, Sendable, Codable {
    /// The number, strictly increasing within a community.
    public var number: Int
    /// The community it belongs to.
    public var community: String
    /// The day of the assembly that decided.
    public var assembly: CalendarDate
    /// How it was decided: consent, consensus or vote, with the count where there was one.
    public var decidedBy: String
    /// The first day in force.
    public var inForceFrom: CalendarDate
    /// The day by which the assembly looks at it again.
    public var reviewBy: CalendarDate
    /// The numbers of the resolutions that it replaces.
    public var supersedes: [Int]
    /// Persons served, by resource scope name; `all` where the whole community is meant.
    public var personsServed: [String: Int]
    /// The limits.
    public var limits: [Limit]
    /// How the box's own alerts are treated, where the assembly wants them otherwise than they come.
    public var boxAlerts: [BoxCondition: BoxAlertRule]
    /// For how many days readings of households are kept; of older ones the days alone. Nil where it does not speak of it.
    public var householdDays: Int?
    /// Minutes, the decision before it, and who attests from now on.
    public var provenance: Provenance
    /// The text as minuted.
    public var text: String

    /// Makes a resolution.
    public init(
        number: Int, community: String, assembly: CalendarDate, decidedBy: String, inForceFrom: CalendarDate,
        reviewBy: CalendarDate, supersedes: [Int], personsServed: [String: Int], limits: [Limit],
        boxAlerts: [BoxCondition: BoxAlertRule] = [:], householdDays: Int? = nil,
        provenance: Provenance = Provenance(), text: String
    ) {
        self.householdDays = householdDays
        self.provenance = provenance
        self.number = number
        self.community = community
        self.assembly = assembly
        self.decidedBy = decidedBy
        self.inForceFrom = inForceFrom
        self.reviewBy = reviewBy
        self.supersedes = supersedes
        self.personsServed = personsServed
        self.limits = limits
        self.boxAlerts = boxAlerts
        self.text = text
    }
}

/// A resolution together with the bytes that were adopted and when that happened.
public struct AdoptedResolution: Hashable, Sendable, Codable {
    /// The parsed resolution.
    public var resolution: Resolution
    /// SHA-256 of the adopted bytes, 64 hexadecimal digits.
    public var sha256: String
    /// When it was adopted at this gateway.
    public var adoptedAt: Instant
    /// Who entered it.
    public var adoptedBy: String
    /// The signatures that were adopted with it.
    public var signatures: [SignatureFile]
    /// True for a list of delegates that was entered at the console after its public days.
    public var isRecovery: Bool

    /// Makes an adopted resolution.
    public init(
        resolution: Resolution, sha256: String, adoptedAt: Instant, adoptedBy: String,
        signatures: [SignatureFile] = [], isRecovery: Bool = false
    ) {
        self.signatures = signatures
        self.isRecovery = isRecovery
        self.resolution = resolution
        self.sha256 = sha256
        self.adoptedAt = adoptedAt
        self.adoptedBy = adoptedBy
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
