import GRDB
import GatewayModel

extension Store: Outbox {
    static let waitingStates = "state IN ('pending', 'sending', 'unknown')"

    /// Marks waiting messages of a destination as being sent and returns them as they stood before.
    public func claim(destination: String, now: Instant, limit: Int, includingLater: Bool) throws -> [OutboxEntry] {
        let isOneDue =
            "EXISTS (SELECT 1 FROM outbox WHERE destination = ?1 AND \(Store.waitingStates) AND next_at <= ?2)"
        return try claim(destination, now, limit, laterIf: includingLater ? isOneDue : "FALSE")
    }

    /// Marks all that are not held back as being sent, whether their time has come or not.
    public func claimAll(destination: String, now: Instant, limit: Int) throws -> [OutboxEntry] {
        try claim(destination, now, limit, laterIf: "TRUE")
    }

    private func claim(
        _ destination: String, _ now: Instant, _ limit: Int, laterIf condition: String
    ) throws -> [OutboxEntry] {
        try write("outbox") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT body, state, attempts, next_at, digest FROM outbox
                    WHERE destination = ?1 AND \(Store.waitingStates)
                    AND (next_at <= ?2 OR (\(condition) AND coalesce(json_extract(body, '$.notBefore'), 0) <= ?2))
                    ORDER BY next_at > ?2,
                        CASE json_extract(body, '$.priority') WHEN 'now' THEN 0 WHEN 'today' THEN 1 ELSE 2 END,
                        created_at, key
                    LIMIT ?3
                    """, arguments: [destination, now.milliseconds, limit])
            let entries = try rows.map { try Store.outboxEntry($0) }
            for entry in entries {
                try db.execute(
                    sql: "UPDATE outbox SET state = 'sending' WHERE destination = ? AND key = ?",
                    arguments: [destination, entry.item.key])
            }
            return entries
        }
    }

    /// Stores what came of claimed messages, all in one commit; of one that is done `next_at` says when it was. What must not
    /// be sent any more, decided while it was on its way, is not tried again.
    public func record(_ records: [DeliveryRecord]) throws {
        try write("outbox") { db in
            for record in records {
                try db.execute(
                    sql: """
                        UPDATE outbox SET state = ?, attempts = ?, next_at = coalesce(?, next_at),
                        remote_id = coalesce(?, remote_id), reason = ?, digest = ? WHERE destination = ? AND key = ?
                        AND NOT (state = 'dropped' AND ?)
                        """,
                    arguments: [
                        record.state.rawValue, record.attempts,
                        (record.nextAt ?? (record.state.isWaiting ? nil : record.at))?.milliseconds, record.remoteID,
                        record.reason, record.digest, record.destination, record.key, record.state.isWaiting,
                    ])
                guard let restUntil = record.restUntil else { continue }
                try db.execute(
                    sql: "INSERT OR REPLACE INTO destination_rest VALUES (?, ?)",
                    arguments: [record.destination, restUntil.milliseconds])
            }
        }
    }

    /// Until when a destination has last asked for no message at all; nil where it never has.
    public func restUntil(destination: String) throws -> Instant? {
        try read("outbox") { db in
            try Int64.fetchOne(
                db, sql: "SELECT until FROM destination_rest WHERE destination = ?", arguments: [destination]
            ).map(Instant.init(milliseconds:))
        }
    }

    /// When the next waiting message of a destination is due; nil where none waits.
    public func nextDue(destination: String) throws -> Instant? {
        try earliest("next_at", of: destination)
    }

    /// When the oldest waiting message of a destination was made; nil where none waits.
    public func oldestPending(destination: String) throws -> Instant? {
        try earliest("created_at", of: destination)
    }

    /// How many messages of a destination wait.
    public func waiting(destination: String) throws -> Int {
        try read("outbox") { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM outbox WHERE destination = ? AND \(Store.waitingStates)",
                arguments: [destination]) ?? 0
        }
    }

    /// The other side's names of the notices that called people to an alert, in the order in which they were made.
    public func calls(to alert: String, destination: String) throws -> [String] {
        try read("outbox") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT json_extract(body, '$.type'), remote_id FROM outbox
                    WHERE destination = ? AND state = 'sent' AND digest IS NULL AND remote_id IS NOT NULL
                    AND json_extract(body, '$.alert') = ?
                    ORDER BY created_at, key
                    """, arguments: [destination, alert])
            return rows.filter { OutboxItem.callingTypes.contains($0[0]) }.map { $0[1] as String }
        }
    }

    /// Every message of the outbox with the reason for its state, in the order in which they were made.
    public func outboxEntries() throws(StoreError) -> [OutboxEntry] {
        try read("outbox") { db in
            try Row.fetchAll(db, sql: "SELECT body, state, attempts, next_at, digest, reason FROM outbox ORDER BY id")
                .map { row in
                    var entry = try Store.outboxEntry(row)
                    entry.reason = row[5]
                    return entry
                }
        }
    }

    /// The notices of an alert that will not arrive, in the order in which that was found.
    public func undelivered(alert: String) throws(StoreError) -> [UndeliveredNotice] {
        try read("outbox") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT destination, state, next_at, reason FROM outbox
                    WHERE state IN ('dropped', 'failed', 'dead') AND json_extract(body, '$.alert') = ?
                    ORDER BY next_at, id
                    """, arguments: [alert]
            ).map(UndeliveredNotice.init)
        }
    }

    /// The messages that were refused for good or given up since an instant, in the order in which that was found.
    public func lost(since: Instant) throws(StoreError) -> [UndeliveredNotice] {
        try read("outbox") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT destination, state, next_at, reason FROM outbox
                    WHERE state IN ('failed', 'dead') AND next_at >= ? ORDER BY next_at, id
                    """, arguments: [since.milliseconds]
            ).map(UndeliveredNotice.init)
        }
    }

    private func earliest(_ column: String, of destination: String) throws(StoreError) -> Instant? {
        try read("outbox") { db in
            try Int64.fetchOne(
                db, sql: "SELECT min(\(column)) FROM outbox WHERE destination = ? AND \(Store.waitingStates)",
                arguments: [destination]
            ).map(Instant.init(milliseconds:))
        }
    }

    private static func outboxEntry(_ row: Row) throws -> OutboxEntry {
        OutboxEntry(
            item: try JSONText.decode(OutboxItem.self, row[0]), state: OutboxState(rawValue: row[1]) ?? .dead,
            attempts: row[2], nextAt: Instant(milliseconds: row[3]), digest: row[4])
    }

    /// What destinations called the notices that they took about a sensor's alerts of a period, by destination.
    public func delivered(
        about sensor: SensorID, from: Instant, until: Instant
    ) throws(StoreError) -> [String: [String]] {
        try read("outbox") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT destination, remote_id FROM outbox WHERE remote_id IS NOT NULL
                    AND json_extract(body, '$.alert') IN
                        (SELECT id FROM alert WHERE \(Store.isAboutSensor) AND onset >= ?2 AND onset < ?3)
                    ORDER BY id
                    """, arguments: [sensor.rawValue, from.milliseconds, until.milliseconds])
            return Dictionary(grouping: rows, by: { $0[0] as String }).mapValues { $0.map { $0[1] as String } }
        }
    }
}

/// A message that will not arrive.
public struct UndeliveredNotice: Hashable, Sendable {
    /// The destination that it was for.
    public var destination: String
    /// `dropped`, `failed` or `dead`.
    public var state: OutboxState
    /// When that was found.
    public var at: Instant
    /// Why, as the destination or the outbox said.
    public var reason: String

    init(_ row: Row) {
        destination = row[0]
        state = OutboxState(rawValue: row[1]) ?? .dead
        at = Instant(milliseconds: row[2])
        reason = row[3]
    }
}
