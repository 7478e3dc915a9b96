import GatewayModel

/// What the report says of the gateway itself.
public struct GatewayFacts: Hashable, Sendable {
    /// The version that runs.
    public var version: String
    /// The version before, where it changed within the month.
    public var versionBefore: String?
    /// The check number of the record book's last entry, 64 hexadecimal digits; empty where the book has no entry.
    public var recordHead: String
    /// How many entries the record book has.
    public var recordEntries: Int64
    /// The share of messages that came without a guarantee (QoS 0), in percent; nil where none came.
    public var unguaranteedPercent: Int?
    /// How things stand with the copies of the box.
    public var backup: BackupFacts

    /// Makes facts about the gateway.
    public init(
        version: String, versionBefore: String? = nil, recordHead: String, recordEntries: Int64,
        unguaranteedPercent: Int? = nil, backup: BackupFacts
    ) {
        self.version = version
        self.versionBefore = versionBefore
        self.recordHead = recordHead
        self.recordEntries = recordEntries
        self.unguaranteedPercent = unguaranteedPercent
        self.backup = backup
    }
}

/// How things stand with the copies of the box, for a community that would lose its memory with it.
public struct BackupFacts: Hashable, Sendable {
    /// What can be said of them.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// Nobody has set up backups.
        case notConfigured = "not_configured"
        /// They are set up, and none was good yet.
        case never
        /// The newest is as young as it should be.
        case good
        /// The newest is twice as old as it should be.
        case overdue
        /// The last try failed.
        case failed
    }

    /// What can be said.
    public var state: State
    /// When the newest good one was made; nil where there is none or nobody knows of one.
    public var lastGoodAt: Instant?

    /// Makes facts.
    public init(state: State, lastGoodAt: Instant? = nil) {
        self.state = state
        self.lastGoodAt = lastGoodAt
    }
}
