import GatewayModel

/// A message that a device of the village publishes, as a broker would carry it.
public struct SimulatedMessage: Hashable, Sendable {
    /// When it is published, UTC.
    public var at: Instant
    /// The topic.
    public var topic: String
    /// The payload as the device writes it, UTF-8.
    public var payload: [UInt8]
    /// The quality of service that the device publishes with, 0 or 1.
    public var qos: UInt8
    /// True for states that the device asks the broker to keep.
    public var retained: Bool

    /// Makes a message.
    public init(at: Instant, topic: String, payload: [UInt8], qos: UInt8 = 0, retained: Bool = false) {
        self.at = at
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retained = retained
    }
}
