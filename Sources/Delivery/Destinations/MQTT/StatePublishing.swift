/// What came of publishing a state.
public enum StatePublishResult: Hashable, Sendable {
    /// The broker has it (PUBACK).
    case confirmed
    /// The broker is away; nothing was sent.
    case notConnected
    /// It was sent, and no confirmation came in time.
    case unconfirmed
}

/// Publishes below the gateway's own prefix at QoS 1; the connection to the broker that is not for readings does this.
public protocol StatePublishing: Sendable {
    /// Publishes and waits for the broker's confirmation; blocks for at most `timeoutSeconds`, from any thread.
    ///
    /// `topic` is relative to the gateway's prefix. An empty retained payload removes what was retained there.
    func publish(topic: String, payload: [UInt8], retain: Bool, timeoutSeconds: Int) -> StatePublishResult

    /// True while the broker hears us; from any thread.
    var isConnected: Bool { get }

    /// The gateway's own prefix, for texts that name whole topics.
    var prefix: String { get }

    /// Publishes retained what home automation should know of something of ours, below `discovery`, under our own node;
    /// an empty payload takes it back. Blocks for at most `timeoutSeconds`.
    func announce(
        discovery: String, component: String, object: String, payload: [UInt8], timeoutSeconds: Int
    ) -> StatePublishResult
}
