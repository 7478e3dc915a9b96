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
    /// Square metres by the areas' names.
    public var areas: [String: DecimalValue]
    /// Supply that no stage and no emergency may reduce.
    public var protectedSupply: [SensorID]
    /// The limits.
    public var limits: [Limit]
    /// Drought stages and the like.
    public var stages: [Stages]
    /// Levels of stages that the assembly declares, from this decision's first day on.
    public var declares: [StageDeclaration]
    /// Which limits may be tightened in an emergency, and how far.
    public var emergencyForms: [EmergencyForm]
    /// What this decision tightens for a short time; nil for every other decision.
    public var emergency: EmergencyMeasure?
    /// How the box's own alerts are treated, where the assembly wants them otherwise than they come.
    public var boxAlerts: [BoxCondition: BoxAlertRule]
    /// For how many days readings of households are kept; of older ones the days alone. Nil where it does not speak of it.
    public var householdDays: Int?
    /// Of how many homes at least something may be told to everybody; nil where it does not speak of it.
    public var smallestGroup: Int?
    /// The lamps and sirens that may sound, by name.
    public var sirens: [String] = []
    /// The stewards whose mandates end with its first day in force, by their names.
    public var recalls: [String] = []
    /// Minutes, the decision before it, and who attests from now on.
    public var provenance: Provenance
    /// The text as minuted.
    public var text: String

    /// Makes a resolution.
    public init(
        number: Int, community: String, assembly: CalendarDate, decidedBy: String, inForceFrom: CalendarDate,
        reviewBy: CalendarDate, supersedes: [Int], personsServed: [String: Int], limits: [Limit],
        boxAlerts: [BoxCondition: BoxAlertRule] = [:], householdDays: Int? = nil, areas: [String: DecimalValue] = [:],
        protectedSupply: [SensorID] = [], stages: [Stages] = [], declares: [StageDeclaration] = [],
        emergencyForms: [EmergencyForm] = [], emergency: EmergencyMeasure? = nil,
        provenance: Provenance = Provenance(), text: String
    ) {
        self.areas = areas
        self.protectedSupply = protectedSupply
        self.stages = stages
        self.declares = declares
        self.emergencyForms = emergencyForms
        self.emergency = emergency
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

extension Resolution {
    /// For how many people and how much ground its amounts count.
    public var scale: Scale { Scale(persons: personsServed["all"], areas: areas) }
}

/// A level that the assembly declares, written `4/drought` or, of the same decision, `drought`.
public struct StageDeclaration: Hashable, Sendable, Codable {
    /// The stages.
    public var stages: LimitReference
    /// The level; 0 ends them.
    public var level: Int

    /// Makes a declaration.
    public init(stages: LimitReference, level: Int) {
        self.stages = stages
        self.level = level
    }
}

/// A limit that may be tightened between two assemblies, and how far at most.
public struct EmergencyForm: Hashable, Sendable, Codable {
    /// The limit's id in the same decision.
    public var limit: String
    /// The tightest amount, in the limit's unit.
    public var tightest: DecimalValue

    /// Makes a form.
    public init(limit: String, tightest: DecimalValue) {
        self.limit = limit
        self.tightest = tightest
    }
}

/// A limit tightened until the next assembly, which ratifies it or not.
public struct EmergencyMeasure: Hashable, Sendable, Codable {
    /// The limit.
    public var limit: LimitReference
    /// The amount that counts meanwhile.
    public var amount: DecimalValue
    /// Its unit.
    public var unit: Unit
    /// The last day.
    public var until: CalendarDate

    /// The most days that one lasts.
    public static let longest = 35

    /// Makes a measure.
    public init(limit: LimitReference, amount: DecimalValue, unit: Unit, until: CalendarDate) {
        self.limit = limit
        self.amount = amount
        self.unit = unit
        self.until = until
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
    /// The sensors whose limits reduce supply that it protects: those sensors, sums of them, and what these consist of.
    public var protectedSensors: Set<SensorID>

    /// Makes an adopted resolution; without `protectedSensors` those that it names itself are protected.
    public init(
        resolution: Resolution, sha256: String, adoptedAt: Instant, adoptedBy: String,
        signatures: [SignatureFile] = [], isRecovery: Bool = false, protectedSensors: Set<SensorID>? = nil
    ) {
        self.protectedSensors = protectedSensors ?? Set(resolution.protectedSupply)
        self.signatures = signatures
        self.isRecovery = isRecovery
        self.resolution = resolution
        self.sha256 = sha256
        self.adoptedAt = adoptedAt
        self.adoptedBy = adoptedBy
    }
}
