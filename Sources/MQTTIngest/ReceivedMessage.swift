import GatewayModel

/// A message as the broker handed it over, with what its acknowledgement needs.
public struct ReceivedMessage: Sendable, Hashable {
    /// Whether the message came at once or waited at the broker.
    public enum Timing: Sendable, Hashable {
        /// It came as it was published.
        case live
        /// It waited; it was published between these two instants.
        case queued(earliest: Instant, latest: Instant)
    }

    /// Topic, payload, retain flag, time of receipt.
    public var message: InboundMessage
    /// The MQTT packet identifier; 0 at QoS 0.
    public var packetID: UInt16
    /// The quality of service it arrived with, 0 to 2.
    public var qos: Int
    /// The broker says that it sends the message again.
    public var isDuplicate: Bool
    /// Whether it waited.
    public var timing: Timing
    /// Its time of receipt was worked out afterwards, since the clock was not right when it came.
    public var isRedated = false
    /// Its levels were watched when it came, before anybody knew what time it was.
    public var isWatched = false

    /// Makes a received message.
    public init(
        message: InboundMessage, packetID: UInt16 = 0, qos: Int = 0, isDuplicate: Bool = false, timing: Timing = .live
    ) {
        self.message = message
        self.packetID = packetID
        self.qos = qos
        self.isDuplicate = isDuplicate
        self.timing = timing
    }

    /// 64-bit digest of topic and payload (FNV-1a), for recognising a repeat beside its packet identifier.
    public var digest: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in message.topic.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        for byte in message.payload { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}

/// How soon a received message must be committed.
public enum Urgency: Sendable, Hashable {
    /// With the next commit that is due.
    case whenDue
    /// At once: an alert was raised or returned.
    case now
}
