import GatewayModel

/// What the acknowledged loop drives; every method is called on the ingest thread only.
public protocol BatchHandler: AnyObject {
    /// Applies a message to the uncommitted state and says how soon it must be committed.
    func receive(_ message: ReceivedMessage) -> Urgency
    /// Commits everything received since the last commit together with its packets; throws where nothing was written.
    func commit(_ packets: [ReplayFilter.Entry], now: Instant) throws
    /// Forgets everything received since the last commit.
    func discard(now: Instant)
    /// Tries a write to the store; throws while writes fail.
    func probe(now: Instant) throws
    /// The broker has no memory of us: its messages belong to a new session from now on.
    func sessionStarted(now: Instant) throws
    /// The wanted filters have been subscribed.
    func subscribed(_ filters: [String]) throws
    /// The connection was made or lost.
    func connectionChanged(_ state: ConnectionState, now: Instant)
    /// A message that was committed before came again; it is acknowledged and not handled.
    func repeated()
    /// Keeps a message raw that was pending at two crashes; it is acknowledged and reported.
    func putAside(_ message: ReceivedMessage)
    /// Lets time pass; called about once a second.
    func tick(now: Instant) -> Urgency
}

/// Whether the broker can be heard.
public enum ConnectionState: Sendable, Hashable {
    /// Subscribed and listening.
    case listening
    /// Not connected, for that reason.
    case away(reason: String)
}
