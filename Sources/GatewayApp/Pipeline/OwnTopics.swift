import MQTTIngest

/// What gateways say themselves, which no gateway takes for measurements.
struct OwnTopics: Sendable {
    private let prefix: String

    /// Makes the rule for a prefix; an empty one is nobody's.
    init(prefix: String) {
        self.prefix = prefix
    }

    /// True below the own prefix, and for descriptions of a gateway's alerts for home automation, ours or a neighbours'.
    func contain(_ topic: String) -> Bool {
        if !prefix.isEmpty, topic == prefix || topic.hasPrefix(prefix + "/") { return true }
        guard topic.hasSuffix("/config") else { return false }
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        return levels.count == 5 && levels[2].hasPrefix("commons_")
    }
}
