import Foundation
import GRDB
import GatewayModel

/// A message in which a device said what other messages mean: discovery, units, codes.
public struct DeviceAnnouncement: Hashable, Sendable {
    /// The topic; the newest message of a topic is the one that holds.
    public var topic: String
    /// The payload as received; empty where the device took its announcement back.
    public var payload: [UInt8]
    /// When it came.
    public var heardAt: Instant

    /// Makes an announcement.
    public init(topic: String, payload: [UInt8], heardAt: Instant) {
        self.topic = topic
        self.payload = payload
        self.heardAt = heardAt
    }
}

extension Store {
    /// What devices announced, in the order in which their topics were first heard.
    public func announcements() throws(StoreError) -> [DeviceAnnouncement] {
        try read("announcements") { db in
            try Row.fetchAll(db, sql: "SELECT topic, payload, heard_at FROM announcement ORDER BY id").map { row in
                let payload: [UInt8] = try row.withUnsafeData(atIndex: 1) { $0.map { Array($0) } ?? [] }
                return DeviceAnnouncement(topic: row[0], payload: payload, heardAt: Instant(milliseconds: row[2]))
            }
        }
    }

    static func store(_ announcements: [DeviceAnnouncement], _ db: Database) throws {
        for announcement in announcements {
            guard !announcement.payload.isEmpty else {
                try db.execute(sql: "DELETE FROM announcement WHERE topic = ?", arguments: [announcement.topic])
                continue
            }
            // Many devices repeat themselves; what says nothing new is not written.
            try db.cachedStatement(
                sql: """
                    INSERT INTO announcement (topic, payload, heard_at) VALUES (?, ?, ?)
                    ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload, heard_at = excluded.heard_at
                    WHERE payload <> excluded.payload
                    """
            ).execute(arguments: [
                announcement.topic, Data(announcement.payload), announcement.heardAt.milliseconds,
            ])
        }
    }
}
