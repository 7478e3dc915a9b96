import GRDB
import GatewayModel

/// Whether a database holds a community's own readings or simulated ones; never both.
public enum DatabaseKind: String, Hashable, Sendable, CaseIterable {
    /// Simulated or replayed data.
    case demonstration
    /// Real sensors.
    case real
}

/// The gateway's memory: one SQLite database in one data folder.
///
/// One process writes, from one thread, synchronously; every write is one transaction that is on the disk when the call
/// returns. Reads come from any thread and see the state of the last commit. Errors are ``StoreError``; after a failed
/// write nothing is changed.
public final class Store: Sendable {
    /// What kind of database to open and how.
    public struct Options: Hashable, Sendable {
        /// The community's id, as in its configuration.
        public var community: String
        /// Demonstration or real.
        public var kind: DatabaseKind
        /// Bytes of ballast to keep for a full disk.
        var ballastBytes = 8 << 20

        /// Makes options.
        public init(community: String, kind: DatabaseKind) {
            self.community = community
            self.kind = kind
        }
    }

    static let databaseName = "gateway.sqlite"

    /// The data folder.
    public let folder: String
    /// The community the database belongs to.
    public let community: String
    /// Demonstration or real.
    public let kind: DatabaseKind
    /// True where the store was opened beside a running gateway.
    public let isReadOnly: Bool
    /// The MQTT client identifier, made with the database.
    public let clientID: String
    /// When the database was made.
    public let createdAt: Instant?

    let pool: DatabasePool
    let lock: FolderLock?
    let ballast: Ballast
    let spans: JournalSpans
    let damageList: DamageList

    init(
        folder: String, pool: DatabasePool, lock: FolderLock?, ballast: Ballast, spans: JournalSpans,
        damage: [DamagedStretch], properties: [String: String]
    ) throws(StoreError) {
        guard let community = properties["community"], let kind = DatabaseKind(rawValue: properties["kind"] ?? ""),
            let clientID = properties["client_id"]
        else {
            throw StoreError(
                .corrupt, "open", cause: "the database does not say whose it is",
                remedy: "Restore the data folder from a backup.")
        }
        self.folder = folder
        self.community = community
        self.kind = kind
        self.clientID = clientID
        createdAt = properties["created_at"].flatMap { Instant(rfc3339: $0) }
        self.pool = pool
        self.lock = lock
        self.ballast = ballast
        self.spans = spans
        damageList = DamageList(damage)
        isReadOnly = lock == nil
    }

    /// Closes the database and gives the data folder free; later calls fail.
    public func close() throws(StoreError) {
        do {
            try pool.close()
        } catch {
            throw StoreError(error, context: "close")
        }
        lock?.release()
    }
}
