import GatewayModel

/// What somebody says on the page of a link.
public struct LinkReply: Hashable, Sendable {
    /// The buttons.
    public enum Act: String, Hashable, Sendable, CaseIterable {
        // The raw values stand in the page's form.
        /// "I'm going."
        case going
        /// "Can't, next."
        case decline
        /// "Seen, not going."
        case seen
        /// "I agree that it rests", where another steward has asked for it.
        case agree
    }

    /// The button; nil for a note alone.
    public var act: Act?
    /// The note, one line of at most 500 characters; empty for none.
    public var note: String

    /// Makes a reply; the note is brought onto one line and cut.
    public init(act: Act?, note: String = "") {
        self.act = act
        self.note = Escaping.singleLine(note, limit: 500)
    }
}

/// What a link shows: what its notice said, and nothing beyond.
public struct LinkNotice: Sendable {
    /// The sentences of the person's language.
    public var words: Phrasebook
    /// The notice's title.
    public var title: String
    /// The notice's text.
    public var text: String
    /// True where another steward wants it to rest, which needs a second person.
    public var canAgree: Bool

    /// Makes a notice.
    public init(words: Phrasebook, title: String, text: String, canAgree: Bool = false) {
        self.canAgree = canAgree
        self.words = words
        self.title = title
        self.text = text
    }
}

/// What came of a reply.
public struct LinkOutcome: Hashable, Sendable {
    /// True where it was carried out.
    public var isDone: Bool
    /// What happened and who else goes, sentence by sentence.
    public var lines: [String]

    /// Makes an outcome.
    public init(isDone: Bool, lines: [String]) {
        self.isDone = isDone
        self.lines = lines
    }
}

/// What the answer page asks of the gateway; called by several requests at once, and must not block their threads.
public protocol AlertAnswering: Sendable {
    /// The sentences of the community's language, for those whom nobody knows.
    var words: Phrasebook { get }
    /// What a token shows; nil for one that is none, or none any more. Changes nothing.
    func notice(token: String) async -> LinkNotice?
    /// Carries a reply out and waits until it is stored; nil for a token that is none, or none any more.
    func answer(token: String, _ reply: LinkReply) async -> LinkOutcome?
}
