import GatewayModel

/// What a destination's lane has done since the start.
public struct DeliveryCounts: Hashable, Sendable {
    /// Messages delivered, each one in a digest included.
    public var delivered = 0
    /// Messages that went out within a digest.
    public var digested = 0
    /// Attempts that will be repeated.
    public var retried = 0
    /// Attempts that ended without an answer.
    public var unknown = 0
    /// Messages that were found at the other side after an attempt without an answer.
    public var found = 0
    /// Messages refused for good.
    public var failed = 0
    /// Messages given up after the last attempt.
    public var dead = 0
    /// Messages that no longer made sense when their turn came.
    public var dropped = 0
    /// Times that the outbox itself could not be read or written.
    public var outboxErrors = 0

    /// Makes counts of nothing.
    public init() {}
}

/// How a destination is doing, for the dashboard and the doctor.
public struct DestinationStatus: Hashable, Sendable {
    /// The destination's name.
    public var name: String
    /// Since when nothing gets through; nil while it works.
    public var failingSince: Instant?
    /// The last thing that went wrong; nil while it works.
    public var lastProblem: String?
    /// True where the other side asked never to be called again.
    public var isGone: Bool
    /// The counts.
    public var counts: DeliveryCounts
}

/// Something about a destination that the gateway turns into a box alert or ends one for.
public enum DestinationEvent: Hashable, Sendable {
    /// Nothing got through for longer than the worker's limit, the other side is gone, or it refuses our key.
    case failing(destination: String, since: Instant, reason: String)
    /// Messages get through again after a ``failing(destination:since:reason:)``.
    case recovered(destination: String)
    /// What people answer there cannot be read: a person has to mend something, or it has lasted too long.
    case answersUnheard(destination: String, since: Instant, reason: String)
    /// Answers can be read, after ``answersUnheard(destination:since:reason:)`` or a start.
    case answersHeard(destination: String)
    /// Delivered, but something deserves a look, such as one refused recipient of several.
    case warning(destination: String, key: String, text: String)
    /// A message will not arrive: refused for good or given up.
    case lost(destination: String, key: String, reason: String)
}

/// Whether a message still makes sense when its turn comes.
public enum Recheck: Hashable, Sendable {
    /// Send it.
    case send
    /// Send it before all others and on its own, however long it has waited: it protects people, and still holds.
    case sendFirst
    /// Do not; the reason is recorded.
    case drop(reason: String)
}
