import GatewayModel

/// One acknowledged message as the repeat filter remembers it.
public struct PacketRecord: Hashable, Sendable {
    /// The MQTT packet identifier.
    public var id: UInt16
    /// 64-bit digest of topic and payload.
    public var digest: UInt64

    /// Makes a packet record.
    public init(id: UInt16, digest: UInt64) {
        self.id = id
        self.digest = digest
    }
}

/// What the broker part must remember across restarts.
public struct SessionMemory: Hashable, Sendable {
    /// How many packets are remembered: the newest of the current session.
    public static let packetLimit = 32_768

    /// The session's number; 0 before the first.
    public var number: Int64
    /// The MQTT client identifier, made once when the database was made.
    public var clientID: String
    /// The filters the session is subscribed to, sorted.
    public var filters: [String]
    /// True where the last run did not end cleanly.
    public var endedUncleanly: Bool
    /// When anything was committed last; nil before the first commit.
    public var lastCommit: Instant?
    /// The newest packets of this session, oldest first, at most ``packetLimit``.
    public var packets: [PacketRecord]

    /// Makes a session memory.
    public init(
        number: Int64, clientID: String, filters: [String], endedUncleanly: Bool, lastCommit: Instant? = nil,
        packets: [PacketRecord]
    ) {
        self.number = number
        self.clientID = clientID
        self.filters = filters
        self.endedUncleanly = endedUncleanly
        self.lastCommit = lastCommit
        self.packets = packets
    }
}
