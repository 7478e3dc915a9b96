import GatewayModel

/// What came of trying a proposed decision on the community's own readings, in one language.
public struct ProposalTrial: Hashable, Sendable, Codable {
    /// What it would have meant; nil where it could not be tried.
    public var table: AgendaItem.Table?
    /// Why it could not be tried, in words; empty where it was.
    public var reason: String

    /// Makes a trial that found something.
    public init(_ table: AgendaItem.Table) {
        self.table = table
        reason = ""
    }

    /// Makes one that could not be made.
    public init(reason: String) {
        self.reason = reason
    }
}

/// A decision that people of the community propose.
public struct ProposalFacts: Sendable {
    /// The file, as the command line finds it.
    public var file: String
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public var sha256: String
    /// The decision as it would be adopted.
    public var resolution: Resolution
    /// What it would have meant on the community's own readings, by language; empty where nobody has tried it.
    public var trial: [String: ProposalTrial]

    /// Makes facts.
    public init(file: String, sha256: String, resolution: Resolution, trial: [String: ProposalTrial] = [:]) {
        self.file = file
        self.sha256 = sha256
        self.resolution = resolution
        self.trial = trial
    }
}

/// What neighbouring communities propose; it binds nobody before the assembly here has decided it as its own.
public struct NeighbourFacts: Hashable, Sendable {
    /// The file's name.
    public var file: String
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public var sha256: String
    /// Who proposes it.
    public var from: String
    /// What it is about, in one line.
    public var title: String
    /// What it says.
    public var summary: String
    /// What is asked.
    public var ask: AgendaAsk
    /// Facts they give.
    public var facts: [String]
    /// Ways to go, with what follows.
    public var options: [AgendaOption]
    /// Minutes asked for.
    public var minutes: Int
    /// True where it touches supply that people need.
    public var touchesEssentialSupply: Bool

    /// Makes facts.
    public init(
        file: String, sha256: String, from: String, title: String, summary: String, ask: AgendaAsk, facts: [String],
        options: [AgendaOption], minutes: Int, touchesEssentialSupply: Bool
    ) {
        self.file = file
        self.sha256 = sha256
        self.from = from
        self.title = title
        self.summary = summary
        self.ask = ask
        self.facts = facts
        self.options = options
        self.minutes = minutes
        self.touchesEssentialSupply = touchesEssentialSupply
    }
}

/// How much an assembly can take of what the gateway drafts.
public struct AgendaBudget: Hashable, Sendable {
    /// Minutes for all items together.
    public var minutes: Int
    /// How many items.
    public var items: Int

    /// Makes a budget.
    public init(minutes: Int = 90, items: Int = 10) {
        self.minutes = minutes
        self.items = items
    }
}
