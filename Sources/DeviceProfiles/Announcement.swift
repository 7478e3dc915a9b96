import GatewayModel

/// What a discovery or attribute message said about the values of another topic.
struct Announcement: Sendable {
    /// Where the value stands within the payload; empty for a bare value.
    var path: [String] = []
    var device: String?
    var channel: String?
    var quantity: Quantity?
    var unit: Unit?
    var kind: ReadingKind?
    /// True where the value would have to be computed first, so that the raw number must not be stored.
    var isComputed = false
}

/// What was announced so far, by topic; bounded, so that a hostile sender cannot fill the memory.
struct Announcements: Sendable {
    private static let limit = 20_000
    private var byTopic: [String: [Announcement]] = [:]

    /// What is known about a topic, or about all topics beside it.
    func about(_ topic: String) -> [Announcement] {
        guard !byTopic.isEmpty else { return [] }
        if let own = byTopic[topic] { return own }
        guard let slash = topic.lastIndex(of: "/") else { return [] }
        return byTopic[topic[..<slash] + "/*"] ?? []
    }

    /// Keeps an announcement, replacing an earlier one about the same place.
    mutating func add(_ announcement: Announcement, about topic: String) {
        guard byTopic.count < Announcements.limit || byTopic[topic] != nil else { return }
        var known = byTopic[topic] ?? []
        known.removeAll { $0.path == announcement.path }
        guard known.count < 200 else { return }
        known.append(announcement)
        byTopic[topic] = known
    }
}
