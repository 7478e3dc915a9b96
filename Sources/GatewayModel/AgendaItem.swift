/// What an agenda item asks of the assembly.
public enum AgendaAsk: String, Hashable, Sendable, Codable, CaseIterable {
    // From the most to the least that is asked.
    case decide, discuss, inform
}

/// Why the gateway drafted an agenda item.
public enum AgendaKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// A limit was passed and concerns the assembly.
    case alert
    /// A budget was used up.
    case budgetPassed = "budget_passed"
    /// A limit has to be looked at again.
    case limitExpiring = "limit_expiring"
    /// Figures are missing.
    case dataGap = "data_gap"
    /// A meter did something that a person must judge.
    case meterQuestion = "meter_question"
    /// Figures of a closed report are known better now.
    case reportChanged = "report_changed"
    /// More alarms than volunteers can bear.
    case tooManyAlarms = "too_many_alarms"
    /// An alert that was paused a second time in a row.
    case pausedAgain = "paused_again"
    /// Decisions that stand on paper and lack signatures.
    case signaturesMissing = "signatures_missing"
    /// A limit that was tightened between two assemblies waits to be ratified.
    case emergencyToRatify = "emergency_to_ratify"
    /// The rules of a stage ask the assembly to declare it.
    case stageProposed = "stage_proposed"
    /// A stage has begun by itself, as decided in advance.
    case stageCounts = "stage_counts"
    /// What a limit measures was changed.
    case measureChanged = "measure_changed"
    /// A new list of delegates waits at the console.
    case recoveryWaiting = "recovery_waiting"
    /// Somebody says that a reading, a figure or an alert is wrong.
    case disputeOpen = "dispute_open"
}

/// Where an agenda item stands; the gateway drafts and submits, only people decide.
public enum AgendaStatus: String, Hashable, Sendable, Codable, CaseIterable {
    // In the order of an item's life.
    case draft, submitted, accepted, deferred, withdrawn, decided
}

/// One way the assembly could go, and what follows from it.
public struct AgendaOption: Hashable, Sendable, Codable {
    /// What would be done.
    public var text: String
    /// What follows.
    public var consequence: String
    /// True for the option to leave everything as it is, which every item has.
    public var isDoNothing: Bool

    /// Makes an option.
    public init(text: String, consequence: String, isDoNothing: Bool = false) {
        self.text = text
        self.consequence = consequence
        self.isDoNothing = isDoNothing
    }
}

/// A drafted item for the agenda of an assembly, worded in one language (fields after OParl's `AgendaItem`).
public struct AgendaItem: Hashable, Sendable, Codable {
    /// Stable over drafts and languages: 32 hexadecimal digits from community, kind and subject.
    public var id: String
    /// The day of the assembly it is meant for.
    public var assembly: CalendarDate
    /// Why it was drafted.
    public var kind: AgendaKind
    /// What is asked.
    public var ask: AgendaAsk
    /// The title, plain text of at most 100 characters.
    public var title: String
    /// At most three sentences.
    public var summary: String
    /// The facts, each a sentence with its figure.
    public var facts: [String]
    /// The ways to go; one of them is to do nothing.
    public var options: [AgendaOption]
    /// Who is affected, in words; never a person or a household.
    public var whoIsAffected: String
    /// True where water, warmth, cold stores or other supply that people need is touched.
    public var touchesEssentialSupply: Bool
    /// Minutes asked for.
    public var requestedMinutes: Int
    /// Numbers of alerts and names of limits that it is about.
    public var related: [String]
    /// Where it stands; ``AgendaStatus/draft`` or ``AgendaStatus/submitted`` as far as the gateway is concerned.
    public private(set) var status: AgendaStatus

    /// Makes a draft.
    public init(
        id: String, assembly: CalendarDate, kind: AgendaKind, ask: AgendaAsk, title: String, summary: String,
        facts: [String], options: [AgendaOption], whoIsAffected: String, touchesEssentialSupply: Bool,
        requestedMinutes: Int, related: [String]
    ) {
        self.id = id
        self.assembly = assembly
        self.kind = kind
        self.ask = ask
        self.title = title
        self.summary = summary
        self.facts = facts
        self.options = options
        self.whoIsAffected = whoIsAffected
        self.touchesEssentialSupply = touchesEssentialSupply
        self.requestedMinutes = requestedMinutes
        self.related = related
        status = .draft
    }

    /// Marks the draft as handed to the secretary; an item that people already handled stays as it is.
    public mutating func submit() {
        if status == .draft { status = .submitted }
    }
}
