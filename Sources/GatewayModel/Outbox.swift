/// A message to people, already worded for one destination; it stands in the outbox until it is delivered.
public struct OutboxItem: Hashable, Sendable, Codable {
    /// Stable across retries and restarts, unique per destination: 32 hexadecimal digits; shown as `ref:` in the body.
    public var key: String
    /// The destination's name in the configuration.
    public var destination: String
    /// What it is about: `alert.raised`, `alert.returned`, `report.ready` …
    public var type: String
    /// How urgent.
    public var priority: Priority
    /// One line, plain text.
    public var title: String
    /// The text, plain, escaped by the destination as it needs.
    public var body: String
    /// The alert it belongs to, so that a destination can update what it showed before.
    public var alert: String?
    /// The alert that its readers answer, where it belongs to none: one about what is to be switched off.
    public var answers: String?
    /// The alerts that a message about several of them tells of; nil for all other messages.
    public var alerts: [String]?
    /// Figures for machines, as a JSON object text; `{}` where there are none.
    public var dataJSON: String
    /// When it was made.
    public var createdAt: Instant
    /// Not to be sent before this time, such as the end of the quiet hours; nil for at once.
    public var notBefore: Instant?
    /// The one person among a destination's readers whom it is for; nil for all of them.
    public var reader: String?
    /// The address at which its one reader answers; put in when it is sent, and never stored.
    public var answerLink: String?
    /// The other side's names of the messages whose place this one takes; put in when it is sent, and never stored.
    public var replaced: [String] = []

    private enum CodingKeys: String, CodingKey {
        case key, destination, type, priority, title, body, alert, answers, alerts, dataJSON, createdAt, notBefore,
            reader
    }

    /// The types of the notices that ask somebody to do something.
    public static let callingTypes: Set<String> = [
        "alert.raised", "alert.warned", "alert.called", "alert.nobody_came", "alert.declined", "alert.reminder",
        "alert.chattering", "alert.freed",
    ]

    /// The types of the notices that carry a link where their reader has one: what calls, and what asks a second person.
    public static let linkedTypes = callingTypes.union(["alert.pause_asked", "alerts.off_asked"])

    /// Since when it could be sent.
    public var waitsSince: Instant { max(createdAt, notBefore ?? createdAt) }

    /// True where it tells that something is over.
    public var hasEnded: Bool { type == "alert.returned" || type == "alert.closed" }

    /// True for agendas and the like, which are read whole.
    public var isPaper: Bool { type.hasPrefix("agenda.") }

    /// Makes an outbox item.
    public init(
        key: String, destination: String, type: String, priority: Priority, title: String, body: String,
        alert: String? = nil, dataJSON: String = "{}", createdAt: Instant, notBefore: Instant? = nil
    ) {
        self.notBefore = notBefore
        self.key = key
        self.destination = destination
        self.type = type
        self.priority = priority
        self.title = title
        self.body = body
        self.alert = alert
        self.dataJSON = dataJSON
        self.createdAt = createdAt
    }
}

/// Where a message of the outbox stands.
public enum OutboxState: String, Hashable, Sendable, Codable, CaseIterable {
    // The raw values stand in the database.
    /// Waits for its time.
    case pending
    /// An attempt is under way; found at a start, it was interrupted and its fate is unknown.
    case sending
    /// An attempt ended without an answer.
    case unknown
    /// Taken by the other side.
    case sent
    /// Not sent because it no longer made sense.
    case dropped
    /// Refused for good.
    case failed
    /// Given up after the last attempt of the schedule.
    case dead

    /// True where there is still something to do.
    public var isWaiting: Bool { self == .pending || self == .sending || self == .unknown }
}

/// One message in the outbox with its history.
public struct OutboxEntry: Hashable, Sendable {
    /// The message.
    public var item: OutboxItem
    /// Where it stands; `sending` where an attempt was interrupted.
    public var state: OutboxState
    /// Attempts so far.
    public var attempts: Int
    /// Not before this time.
    public var nextAt: Instant
    /// The key of the digest that it went out with, or may have while its fate is unknown.
    public var digest: String?
    /// Why it stands where it stands; empty for a plain success and where it was not asked for.
    public var reason = ""

    /// Makes an entry; a fresh one waits from its creation on.
    public init(
        item: OutboxItem, state: OutboxState = .pending, attempts: Int = 0, nextAt: Instant? = nil,
        digest: String? = nil
    ) {
        self.item = item
        self.state = state
        self.attempts = attempts
        self.nextAt = nextAt ?? item.notBefore ?? item.createdAt
        self.digest = digest
    }
}

/// What the worker tells the outbox about one message; every message sent or not sent has a reason.
public struct DeliveryRecord: Hashable, Sendable {
    /// The message's key.
    public var key: String
    /// The destination.
    public var destination: String
    /// The new state.
    public var state: OutboxState
    /// Attempts so far, this one included.
    public var attempts: Int
    /// When.
    public var at: Instant
    /// Not before this time; nil where nothing is left to do.
    public var nextAt: Instant?
    /// The other side's name for the message.
    public var remoteID: String?
    /// Why, in one line; empty for a plain success.
    public var reason: String
    /// The key of the digest that carried it.
    public var digest: String?
    /// Until when the destination has asked for no message at all; nil where this attempt brought no such wish.
    public var restUntil: Instant?

    /// Makes a record.
    public init(
        key: String, destination: String, state: OutboxState, attempts: Int, at: Instant, nextAt: Instant? = nil,
        remoteID: String? = nil, reason: String = "", digest: String? = nil, restUntil: Instant? = nil
    ) {
        self.restUntil = restUntil
        self.key = key
        self.destination = destination
        self.state = state
        self.attempts = attempts
        self.at = at
        self.nextAt = nextAt
        self.remoteID = remoteID
        self.reason = reason
        self.digest = digest
    }
}

/// The store of messages that wait; called from the destinations' threads, several at once.
///
/// Keys are unique per destination. Implementations keep what they are told across restarts.
public protocol Outbox: Sendable {
    /// Marks waiting messages of a destination as being sent and returns them as they stood before.
    ///
    /// At most `limit`: what is due before all else, then by priority, creation and key. `includingLater` also takes
    /// messages whose time has not come, provided that at least one is due.
    func claim(destination: String, now: Instant, limit: Int, includingLater: Bool) throws -> [OutboxEntry]
    /// The same of all that are not held back, whether their time has come or not: for a destination that is back.
    func claimAll(destination: String, now: Instant, limit: Int) throws -> [OutboxEntry]
    /// Stores what came of claimed messages, all in one commit.
    func record(_ records: [DeliveryRecord]) throws
    /// Until when a destination has last asked for no message at all, as it was recorded; nil where it never has.
    func restUntil(destination: String) throws -> Instant?
    /// When the next waiting message of a destination is due; nil where none waits.
    func nextDue(destination: String) throws -> Instant?
    /// When the oldest waiting message of a destination was made; nil where none waits.
    func oldestPending(destination: String) throws -> Instant?
    /// How many messages of a destination wait.
    func waiting(destination: String) throws -> Int
    /// The other side's names of the notices that called people to an alert, each of which it took as a message of its
    /// own; in the order in which they were made.
    func calls(to alert: String, destination: String) throws -> [String]
}
