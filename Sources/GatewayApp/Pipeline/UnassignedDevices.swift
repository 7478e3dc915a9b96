import GatewayModel

/// What is heard from devices that measure no sensor: identity, count and last message, in memory only.
///
/// At most ``limit`` devices are remembered; further ones are only counted, so that a neighbour's traffic costs nothing.
struct UnassignedDevices: Sendable {
    /// One device.
    struct Entry: Sendable {
        var count: Int
        var topic: String
        var payload: [UInt8]
        var lastSeen: Instant
        var profile: String?
        var firstSeen: Instant
        /// What it measures, as far as its messages told.
        var channels: Set<String>
    }

    static let limit = 500
    private(set) var entries: [String: Entry] = [:]
    private(set) var overflow = 0

    mutating func note(_ device: String, _ message: InboundMessage, profile: String?, channels: [String]) {
        if entries[device] == nil, entries.count >= UnassignedDevices.limit {
            overflow += 1
            return
        }
        let known = entries[device]
        entries[device] = Entry(
            count: (known?.count ?? 0) + 1, topic: message.topic, payload: Array(message.payload.prefix(4096)),
            lastSeen: message.receivedAt, profile: profile, firstSeen: known?.firstSeen ?? message.receivedAt,
            channels: (known?.channels ?? []).union(channels))
    }
}
