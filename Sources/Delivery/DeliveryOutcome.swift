import GatewayModel

/// What came of one attempt to deliver.
public enum DeliveryOutcome: Hashable, Sendable {
    /// Taken by the other side, with its own name for the message and, where something deserves a look, a sentence.
    case delivered(remoteID: String?, warning: String? = nil)
    /// Surely not taken; try again, not before `after` seconds where the other side said so.
    case retry(after: Int64?, reason: String)
    /// Never to be taken as it is; trying again is of no use.
    case permanent(reason: String)
    /// Not taken, and nothing else will be before a person mends the configuration: a wrong key, a room that is gone.
    case denied(reason: String)
    /// Perhaps taken: the connection ended before the answer. Look before sending again.
    case unknown(reason: String)
    /// The other side asks never to be called again; the destination stops until its configuration changes.
    case gone(reason: String)
}

/// What a look at the other side found of a message whose fate was unknown.
public enum LookUpResult: Hashable, Sendable {
    /// It is there.
    case found(remoteID: String?)
    /// It is not there.
    case missing
    /// The service cannot tell; sending again with the same key is the best there is.
    case unsupported
    /// The service could not be asked; the message stays unknown.
    case unreachable(reason: String)
}

/// A place that notices go to; implementations block and are called on one thread each.
public protocol Destination: Sendable {
    /// The name in the configuration, unique.
    var name: String { get }
    /// Who reads there.
    var audience: Audience { get }
    /// The language of its texts (BCP 47).
    var language: String { get }
    /// Delivers one message; must carry the same identity for the same `item.key` at every attempt.
    func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome
    /// Looks whether a message has arrived.
    func lookUp(_ item: OutboxItem, now: Instant) -> LookUpResult
    /// Why this message is none of its business, for the record; nil where it is.
    func declines(_ item: OutboxItem) -> String?
    /// True where what is sent there has one reader by its settings: what is meant for one person may stand in it.
    var hasOneReader: Bool { get }
    /// True where it edits what called people to an alert into the word that the alert is over.
    var replacesCalls: Bool { get }
    /// True where each notice takes the place of the last one of its alert: then every one has to come, in its order.
    var keepsStates: Bool { get }
    /// True where it knows by itself that it can be reached now; false where only a try tells.
    var isKnownToListen: Bool { get }
}

extension Destination {
    /// Services without a way to look.
    public func lookUp(_ item: OutboxItem, now: Instant) -> LookUpResult { .unsupported }

    /// Most take everything that their audience may hear.
    public func declines(_ item: OutboxItem) -> String? { nil }

    /// Rooms, forums, folders and paper are read by many.
    public var hasOneReader: Bool { false }

    /// Few let a message be changed, or need to be told which one.
    public var replacesCalls: Bool { false }

    /// Most show one message after the other, and one for many where they had to wait.
    public var keepsStates: Bool { false }

    /// Most are reached by a connection of each message's own.
    public var isKnownToListen: Bool { false }
}

/// Text in a destination's language with its `ref:` line, by which a person or a look-up finds a message again.
struct DestinationTexts: Sendable {
    /// The sentences.
    let phrases: Phrasebook

    /// The subject line of a mail or a page.
    func subject(_ item: OutboxItem, community: String) -> String {
        phrases.text("delivery.subject.\(item.priority.rawValue)", ["community": community, "title": item.title])
    }

    /// The body with the reference below it.
    func body(_ item: OutboxItem) -> String {
        Escaping.plain(item.body) + answerLine(item) + "\n\n" + reference(item)
    }

    /// The line with the address to answer at, below the text; empty for what has none.
    func answerLine(_ item: OutboxItem) -> String {
        item.answerLink.map { "\n\n" + phrases.text("delivery.answer_link", ["link": $0]) } ?? ""
    }

    /// The body for services that read Markdown, line by line so that nothing in it is taken for a mark.
    func markdown(_ item: OutboxItem) -> String {
        let lines = Escaping.plain(item.body).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { Escaping.markdown(String($0)) }.joined(separator: "  \n") + "\n\n" + reference(item)
    }

    /// The line that names the message.
    func reference(_ item: OutboxItem) -> String {
        phrases.text("delivery.ref", ["key": item.key])
    }
}
