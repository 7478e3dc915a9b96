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
    /// The key of the digest that it went out with while its fate is unknown.
    public var digest: String?

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

    /// Makes a record.
    public init(
        key: String, destination: String, state: OutboxState, attempts: Int, at: Instant, nextAt: Instant? = nil,
        remoteID: String? = nil, reason: String = "", digest: String? = nil
    ) {
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
    /// Ordered by priority, then creation, then key; at most `limit`. `includingLater` also takes messages whose time
    /// has not come, provided that at least one is due.
    func claim(destination: String, now: Instant, limit: Int, includingLater: Bool) throws -> [OutboxEntry]
    /// Stores what came of claimed messages, all in one commit.
    func record(_ records: [DeliveryRecord]) throws
    /// When the next waiting message of a destination is due; nil where none waits.
    func nextDue(destination: String) throws -> Instant?
    /// When the oldest waiting message of a destination was made; nil where none waits.
    func oldestPending(destination: String) throws -> Instant?
    /// How many messages of a destination wait.
    func waiting(destination: String) throws -> Int
}
