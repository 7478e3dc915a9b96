import GRDB
import GatewayModel

/// A device profile by which a channel that measures a sensor was read.
public struct ProfileUse: Hashable, Comparable, Sendable, Codable {
    /// The device's identity.
    public var device: String
    /// The channel within the device.
    public var channel: String
    /// The profile's name.
    public var profile: String

    /// Makes a use.
    public init(device: String, channel: String, profile: String) {
        self.device = device
        self.channel = channel
        self.profile = profile
    }

    /// Orders by device, channel and profile.
    public static func < (left: ProfileUse, right: ProfileUse) -> Bool {
        (left.device, left.channel, left.profile) < (right.device, right.channel, right.profile)
    }
}

extension Store {
    /// By which profiles channels that measure sensors were ever read.
    public func profileUses() throws(StoreError) -> Set<ProfileUse> {
        try read("profile uses") { db in
            Set(
                try String.fetchAll(db, sql: "SELECT value FROM property WHERE name LIKE 'read by %'")
                    .map { try JSONText.decode(ProfileUse.self, $0) })
        }
    }

    /// How the profiles in use read messages, as noted the last time: their rules by name, empty for one that was gone.
    public func notedProfiles() throws(StoreError) -> [String: String] {
        try read("profiles") { db in
            Dictionary(
                try Row.fetchAll(db, sql: "SELECT name, value FROM property WHERE name LIKE 'profile %'").map {
                    (String(($0[0] as String).dropFirst("profile ".count)), $0[1] as String)
                }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Notes by which profiles channels are read, and how these read; `acts` say in the same transaction what differs.
    public func note(
        _ uses: [ProfileUse], profiles: [String: String], acts: [ActRecord] = []
    ) throws(StoreError) {
        try write("note profiles") { db in
            var values = profiles.map { ("profile " + $0.key, $0.value) }
            for use in uses {
                values.append(
                    ("read by \(use.profile): \(use.device) \(use.channel)", try JSONText.encode(use)))
            }
            for (name, value) in values {
                try db.execute(sql: "INSERT OR REPLACE INTO property VALUES (?, ?)", arguments: [name, value])
            }
            for act in acts { try act.write(db) }
        }
    }
}
