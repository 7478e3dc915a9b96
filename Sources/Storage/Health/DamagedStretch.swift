import GRDB
import GatewayModel
import Synchronization

/// Stored readings that cannot be read, with what is known of them from outside.
public struct DamagedStretch: Hashable, Sendable {
    /// Where they stand.
    public enum Place: String, Hashable, Sendable {
        /// A block of one stream.
        case block
        /// A commit that is not in blocks yet.
        case journal
    }

    /// The row's number.
    public var id: Int64
    /// Block or journal.
    public var place: Place
    /// When the first reading was measured.
    public var first: Instant
    /// When the last reading was measured.
    public var last: Instant
    /// How many readings; 0 where that is not known.
    public var count: Int
    /// What does not fit.
    public var reason: String

    init(_ id: Int64, place: Place, first: Int64?, last: Int64?, count: Int, reason: String) {
        self.id = id
        self.place = place
        self.first = Instant(milliseconds: first ?? 0)
        self.last = Instant(milliseconds: last ?? 0)
        self.count = count
        self.reason = reason
    }

    init(_ block: BlockTable.Entry, reason: String) {
        self.init(block.id, place: .block, first: block.first, last: block.last, count: 0, reason: reason)
    }

    init(_ id: Int64, place: Place, _ reason: String, _ db: Database) {
        let row = try? Row.fetchOne(
            db, sql: "SELECT first_time, last_time, reading_count FROM \(place.rawValue) WHERE id = ?",
            arguments: [id])
        self.init(id, place: place, first: row?[0], last: row?[1], count: row?[2] ?? 0, reason: reason)
    }

    /// The stream that a block belongs to; nil for a commit, which may hold readings of all.
    public var stream: StreamID? { place == .block ? StreamID(rawValue: id >> 32) : nil }

    /// What is damaged; nil where the error has another reason.
    static func reason(of error: any Error) -> String? {
        if let broken = error as? BrokenBytes { return broken.reason }
        guard let database = error as? DatabaseError else { return nil }
        switch database.resultCode {
        case .SQLITE_CORRUPT: return "\(database.extendedResultCode)"
        default: return nil
        }
    }
}

/// The damage that was met since the store was opened, or found by an examination before; any thread.
final class DamageList: Sendable {
    private let found: Mutex<[Key: DamagedStretch]>

    private struct Key: Hashable {
        var place: DamagedStretch.Place
        var id: Int64
    }

    init(_ known: [DamagedStretch]) {
        let pairs = known.map { (Key(place: $0.place, id: $0.id), $0) }
        found = Mutex(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    }

    var all: [DamagedStretch] {
        found.withLock { $0.values.sorted { ($0.first, $0.id) < ($1.first, $1.id) } }
    }

    func forget() { found.withLock { $0 = [:] } }

    func note(_ stretch: DamagedStretch) {
        found.withLock { $0[Key(place: stretch.place, id: stretch.id)] = stretch }
    }

    /// What `body` reads; nil where its bytes are damaged, which is noted, and thrown too where `strictly` is set.
    func spare<Result>(
        _ stretch: (String) -> DamagedStretch, strictly: Bool = false, _ body: () throws -> Result
    ) throws -> Result? {
        do {
            return try body()
        } catch {
            guard let reason = DamagedStretch.reason(of: error) else { throw error }
            note(stretch(reason))
            if strictly { throw error }
            return nil
        }
    }
}

extension Store {
    /// Stored readings that could not be read, oldest first; reading passes over them.
    public var damage: [DamagedStretch] { damageList.all }

    static func knownDamage(_ db: Database) throws -> [DamagedStretch] {
        guard try db.tableExists("damaged") else { return [] }
        return try Row.fetchAll(db, sql: "SELECT id, place, first_time, last_time, reading_count, reason FROM damaged")
            .compactMap { row in
                DamagedStretch.Place(rawValue: row[1]).map {
                    DamagedStretch(row[0], place: $0, first: row[2], last: row[3], count: row[4], reason: row[5])
                }
            }
    }

    /// Keeps what was met, so that it is known after a restart; called by the writer's thread.
    public func keepDamage() throws(StoreError) {
        let all = damageList.all
        guard !all.isEmpty else { return }
        try write("damage") { db in
            for stretch in all {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO damaged VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [
                        stretch.place.rawValue, stretch.id, stretch.first.milliseconds, stretch.last.milliseconds,
                        stretch.count, stretch.reason,
                    ])
            }
        }
    }
}
