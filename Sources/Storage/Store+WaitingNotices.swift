import GRDB
import GatewayModel

/// Notices that wait while what they tell of becomes something else.
extension Store {
    /// The messages about many alerts that are held back until a later time, in the order in which they were made; nobody
    /// has tried to send them.
    public func heldDigests(now: Instant) throws(StoreError) -> [OutboxItem] {
        try waitingNotices().filter { item in item.alerts != nil && item.notBefore.map { $0 > now } ?? false }
    }

    /// The messages about alerts that wait for their destinations, in the order in which they were made.
    public func waitingNotices() throws(StoreError) -> [OutboxItem] {
        try read("outbox") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT body FROM outbox WHERE \(Store.waitingStates)
                    AND (json_extract(body, '$.alert') IS NOT NULL OR json_extract(body, '$.alerts') IS NOT NULL)
                    ORDER BY id
                    """
            ).map { try JSONText.decode(OutboxItem.self, $0) }
        }
    }

    /// The messages about one alert alone that wait for their destinations, in the order in which they were made.
    public func waitingNotices(about alert: String) throws(StoreError) -> [OutboxItem] {
        try read("outbox") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT body FROM outbox WHERE \(Store.waitingStates) AND json_extract(body, '$.alert') = ?
                    ORDER BY id
                    """, arguments: [alert]
            ).map { try JSONText.decode(OutboxItem.self, $0) }
        }
    }

    /// Words messages anew that wait still.
    static func change(_ notices: [OutboxItem], _ db: Database) throws {
        for item in notices {
            try db.execute(
                sql: "UPDATE outbox SET body = ? WHERE destination = ? AND key = ? AND \(waitingStates)",
                arguments: [try JSONText.encode(item), item.destination, item.key])
        }
    }

    /// Lets messages that wait go nowhere, with the reason.
    static func leaveOut(_ notices: [LeftOutNotice], at now: Instant, _ db: Database) throws {
        for notice in notices {
            try db.execute(
                sql: """
                    UPDATE outbox SET state = 'dropped', reason = ?, next_at = ?
                    WHERE destination = ? AND key = ? AND \(waitingStates)
                    """, arguments: [notice.reason, now.milliseconds, notice.destination, notice.key])
        }
    }
}
