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
    /// A limit that protects people was passed.
    case peopleAtRisk = "people_at_risk"
    /// Another limit was passed.
    case limitPassed = "limit_passed"
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
    /// The keys of so many delegates end that too few are left to sign.
    case delegatesEnding = "delegates_ending"
    /// People propose a decision.
    case proposal
    /// Neighbouring communities propose something.
    case confederal
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

/// Who brought an item up.
public enum AgendaProposer: String, Hashable, Sendable, Codable, CaseIterable {
    /// The gateway, from what it measured.
    case gateway
    /// People of the community.
    case members
    /// Neighbouring communities; their word binds nobody here.
    case confederal
}
