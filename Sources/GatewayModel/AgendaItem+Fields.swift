/// A drafted item for the agenda of an assembly, worded in one language (fields after OParl's `AgendaItem`).
public struct AgendaItem: Hashable, Sendable, Codable {
    /// A file that belongs to an item.
    public struct Attachment: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// SHA-256 of its bytes, 64 hexadecimal digits.
        public var sha256: String

        /// Makes an attachment.
        public init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// Where a fact can be checked.
    public struct Evidence: Hashable, Sendable, Codable {
        /// What to look at: a command, or the name of a paper.
        public var text: String
        /// SHA-256 of it, 64 hexadecimal digits; nil where it is asked for anew each time.
        public var sha256: String?

        /// Makes evidence.
        public init(_ text: String, sha256: String? = nil) {
            self.text = text
            self.sha256 = sha256
        }
    }

    /// A small table of an item; the first column names the row.
    public struct Table: Hashable, Sendable, Codable {
        /// What it shows.
        public var caption: String
        /// The columns' titles.
        public var columns: [String]
        /// The rows, each with as many texts as there are columns.
        public var rows: [[String]]

        /// Makes a table.
        public init(caption: String, columns: [String], rows: [[String]]) {
            self.caption = caption
            self.columns = columns
            self.rows = rows
        }
    }

    /// Stable over drafts and languages: 32 hexadecimal digits from community, kind and subject.
    public var id: String
    /// The day of the assembly it is meant for.
    public var assembly: CalendarDate
    /// The meeting it is meant for, by the day on which the rule puts it; another day than ``assembly`` where it is moved.
    public var meeting: CalendarDate?
    /// Why it was drafted.
    public var kind: AgendaKind
    /// Who brought it up.
    public var proposedBy = AgendaProposer.gateway
    /// What is asked.
    public var ask: AgendaAsk
    /// The title, plain text of at most 100 characters.
    public var title: String
    /// At most three sentences.
    public var summary: String
    /// The facts, each a sentence with its figure.
    public var facts: [String]
    /// Where the facts can be checked.
    public var evidence: [Evidence] = []
    /// What a proposal would have meant; nil where there is nothing to try.
    public var table: Table?
    /// The ways to go; one of them is to do nothing.
    public var options: [AgendaOption]
    /// Who is affected, in words; never a person or a household.
    public var whoIsAffected: String
    /// True where water, warmth, cold stores or other supply that people need is touched.
    public var touchesEssentialSupply: Bool
    /// True where people did not get what a limit that protects them says; nil where nothing is said of it.
    public var isAboutPeopleAtRisk: Bool?
    /// Minutes asked for.
    public var requestedMinutes: Int
    /// Numbers of alerts and names of limits that it is about.
    public var related: [String]
    /// Files that belong to it.
    public var attachments: [Attachment] = []
    /// True where everybody may read it; what concerns one household never becomes an item.
    public var isPublic = true
    /// What it rests on, as words for machines: something new among them brings a settled matter up again.
    public var grounds: [String] = []
    /// What earlier assemblies made of it, a sentence each, oldest first.
    public var history: [String] = []
    /// Since which assembly it is on the agenda; nil where it is new.
    public var since: CalendarDate?
    /// True where it stands on the page for information, since an assembly can take only so much.
    public var isForInformation = false
    /// Where it stands; ``AgendaStatus/draft`` or ``AgendaStatus/submitted`` as far as the gateway is concerned.
    public private(set) var status: AgendaStatus
    /// The number of the adopted decision by which it was decided; nil for none, or for one that is not adopted here yet.
    public private(set) var decisionID: Int?
    /// What was decided, as the decision or the minutes say; it may differ from what was drafted. Nil where neither is known.
    public private(set) var adoptedText: String?

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

    /// Makes it a draft for another meeting again.
    public mutating func draftAgain() { status = .draft }

    /// Takes over what people reported of it. `adoptedText` is that of the decision they named, where it is adopted here.
    public mutating func take(_ past: AgendaPast, adoptedText: String? = nil) {
        status = past.status
        guard status == .decided else { return }
        decisionID = adoptedText == nil ? nil : past.decisionID
        // What stands in minutes alone is what people noted of it.
        self.adoptedText = adoptedText ?? (past.decisionID == nil && !past.note.isEmpty ? past.note : nil)
    }
}

/// What an assembly made of an item, or that nobody has said so.
public struct AgendaPast: Hashable, Sendable {
    /// The day of the assembly, as the rule puts it.
    public var meeting: CalendarDate
    /// What came of it; ``AgendaStatus/submitted`` where it was not entered.
    public var status: AgendaStatus
    /// The decision, as it was entered; empty for none.
    public var decision: String
    /// The number of the decision that was named; nil for none.
    public var decisionID: Int?
    /// What people noted; empty for nothing.
    public var note: String
    /// The item as it was posted, by language.
    public var items: [String: AgendaItem]

    /// Makes an entry.
    public init(
        meeting: CalendarDate, status: AgendaStatus, decision: String = "", decisionID: Int? = nil, note: String = "",
        items: [String: AgendaItem]
    ) {
        self.decisionID = decisionID
        self.meeting = meeting
        self.status = status
        self.decision = decision
        self.note = note
        self.items = items
    }
}
