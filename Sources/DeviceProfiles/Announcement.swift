import GatewayModel

/// What a discovery or attribute message said about the values of another topic.
struct Announcement: Hashable, Sendable {
    /// Where the value stands within the payload; empty for a bare value.
    var path: [String] = []
    /// The topic of the message that announced it; empty where a later message can only replace it.
    var source = ""
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
    private var topicsBySource: [String: Set<String>] = [:]
    private var count = 0
    /// Rises with every change, so that a message can be told that changed what is known.
    private(set) var revision = 0

    /// What is known about a topic, or about all topics beside it.
    func about(_ topic: String) -> [Announcement] {
        guard !byTopic.isEmpty else { return [] }
        if let own = byTopic[topic] { return own }
        guard let slash = topic.lastIndex(of: "/") else { return [] }
        return byTopic[topic[..<slash] + "/*"] ?? []
    }

    /// Keeps an announcement, replacing an earlier one about the same place.
    mutating func add(_ announcement: Announcement, about topic: String) {
        let before = byTopic[topic] ?? []
        guard !before.contains(announcement) else { return }
        var known = before.filter { $0.path != announcement.path }
        guard known.count < 200, count + known.count - before.count < Announcements.limit else { return }
        known.append(announcement)
        count += known.count - before.count
        revision += 1
        byTopic[topic] = known
        for replaced in before where !known.contains(where: { $0.source == replaced.source }) {
            topicsBySource[replaced.source]?.remove(topic)
            if topicsBySource[replaced.source]?.isEmpty ?? false { topicsBySource[replaced.source] = nil }
        }
        if !announcement.source.isEmpty { topicsBySource[announcement.source, default: []].insert(topic) }
    }

    /// Forgets what the messages of one topic announced.
    mutating func forget(from source: String) {
        for topic in topicsBySource.removeValue(forKey: source) ?? [] {
            revision += 1
            let known = byTopic[topic] ?? []
            let rest = known.filter { $0.source != source }
            count -= known.count - rest.count
            byTopic[topic] = rest.isEmpty ? nil : rest
        }
    }
}
