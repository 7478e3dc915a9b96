import GRDB
import GatewayModel

extension Store {
    /// The last notice of each alert that each destination has published below the gateway's own prefix, by the names that
    /// the broker's destinations give them (`alerts/…`).
    public func lastPublished() throws(StoreError) -> [OutboxItem] {
        try read("outbox") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT body FROM outbox WHERE id IN (
                        SELECT max(id) FROM outbox WHERE state = 'sent' AND remote_id LIKE 'alerts/%'
                        AND json_extract(body, '$.alert') IS NOT NULL
                        GROUP BY destination, json_extract(body, '$.alert'))
                    ORDER BY id
                    """
            ).map { try JSONText.decode(OutboxItem.self, $0) }
        }
    }

    /// The last notice of each type that belongs to no alert and that each destination has published (`notices/…`).
    public func lastPublishedNotices() throws(StoreError) -> [OutboxItem] {
        try read("outbox") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT body FROM outbox WHERE id IN (
                        SELECT max(id) FROM outbox WHERE state = 'sent' AND remote_id LIKE 'notices/%'
                        GROUP BY destination, remote_id)
                    ORDER BY id
                    """
            ).map { try JSONText.decode(OutboxItem.self, $0) }
        }
    }
}
