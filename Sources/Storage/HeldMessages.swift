import Foundation
import GRDB
import GatewayModel

/// A message that came while the clock was not right; dated once it is.
public struct HeldMessage: Hashable, Sendable {
    /// Which start of the machine it came in.
    public var boot: String
    /// Milliseconds since that start.
    public var uptime: Int64
    /// The topic.
    public var topic: String
    /// The payload as received.
    public var payload: [UInt8]
    /// The quality of service it arrived with.
    public var qos: Int
    /// Milliseconds that it had waited at the broker at most and at least; nil where it came at once.
    public var waited: ClosedRange<Int64>?
    /// The latest time that was known to have passed when it came; nil where none was.
    public var knownBefore: Instant?

    /// Makes a held message.
    public init(
        boot: String, uptime: Int64, topic: String, payload: [UInt8], qos: Int, waited: ClosedRange<Int64>?,
        knownBefore: Instant?
    ) {
        self.boot = boot
        self.uptime = uptime
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.waited = waited
        self.knownBefore = knownBefore
    }
}

extension Store {
    /// The oldest held messages with their numbers, at most so many.
    public func heldMessages(limit: Int) throws(StoreError) -> [(number: Int64, message: HeldMessage)] {
        try read("held messages") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, boot, uptime, topic, payload, qos, waited_least, waited_longest, known_before
                    FROM held_message ORDER BY id LIMIT ?
                    """, arguments: [limit]
            ).map { row in
                let payload: [UInt8] = try row.withUnsafeData(atIndex: 4) { $0.map { Array($0) } ?? [] }
                let least: Int64? = row[6]
                let longest: Int64? = row[7]
                return (
                    row[0],
                    HeldMessage(
                        boot: row[1], uptime: row[2], topic: row[3], payload: payload, qos: row[5],
                        waited: least.flatMap { least in longest.map { least...max(least, $0) } },
                        knownBefore: (row[8] as Int64?).map(Instant.init(milliseconds:)))
                )
            }
        }
    }

    /// What a person said about the clock: which start of the machine it holds for, and the time at that start.
    public func clockSetting() throws(StoreError) -> (boot: String, start: Instant)? {
        try read("clock") { db in
            guard let text = try String.fetchOne(db, sql: "SELECT value FROM property WHERE name = 'clock'") else {
                return nil
            }
            let parts = text.split(separator: " ")
            return parts.count == 2 ? Int64(parts[1]).map { (String(parts[0]), Instant(milliseconds: $0)) } : nil
        }
    }

    /// Keeps what a person said about the clock, with its record.
    public func setClock(boot: String, start: Instant, record: ActRecord) throws(StoreError) {
        try write("clock") { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO property VALUES ('clock', ?)",
                arguments: ["\(boot) \(start.milliseconds)"])
            try record.write(db)
        }
    }

    static func store(_ held: [HeldMessage], releasedThrough: Int64?, _ db: Database) throws {
        for message in held {
            try db.cachedStatement(
                sql: """
                    INSERT INTO held_message
                    (boot, uptime, topic, payload, qos, waited_least, waited_longest, known_before)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                message.boot, message.uptime, message.topic, Data(message.payload), message.qos,
                message.waited?.lowerBound, message.waited?.upperBound, message.knownBefore?.milliseconds,
            ])
        }
        if let releasedThrough {
            try db.execute(sql: "DELETE FROM held_message WHERE id <= ?", arguments: [releasedThrough])
        }
    }
}
