/// One profile that may read the messages of one topic, with everything that the topic alone decides.
final class TopicRoute: Sendable {
    let profile: DeviceProfile
    let rule: TopicRule
    /// True where the profile knows the topic and wants nothing of it.
    let isIgnored: Bool
    /// The named parts of the topic.
    let names: [String: String]
    /// The part of the topic that stands before the path within the message.
    let field: [String]
    /// The device where the topic alone names it.
    let device: String?
    let message: String
    /// True where a number may tell what the topic measures.
    let tells: Bool
    /// Tells the routes apart in the memory of field plans.
    let number: UInt64

    private init(
        _ topic: String, _ profile: DeviceProfile, _ rule: TopicRule, names: [String: String], isIgnored: Bool,
        number: UInt64
    ) {
        self.profile = profile
        self.rule = rule
        self.isIgnored = isIgnored
        self.names = names
        self.number = number
        tells = profile.fields.contains { $0.tells }
        field = names["field"].map { $0.split(separator: "/").map(String.init) } ?? []
        device = profile.device.isEmpty ? names["device"] ?? topic : profile.device[0].filled { names[$0] }
        message = rule.message ?? field.joined(separator: "/")
    }

    /// Every profile that knows the topic: by priority, then those that name more of the topic's words, then by name.
    static func routes(for topic: String, in catalog: ProfileCatalog, number: () -> UInt64) -> [TopicRoute] {
        let segments = topic.split(separator: "/").map {
            String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        guard segments.count <= 32 else { return [] }
        var found: [(words: Int, routes: [TopicRoute])] = []
        for profile in catalog.profiles {
            let ignored = profile.ignoredTopics.first { $0.match(segments) != nil }
            var words = ignored?.words ?? 0
            var routes: [TopicRoute] = []
            for rule in profile.topics {
                // What is recognised by its contents is read even where the rest of the topic is of no interest.
                guard ignored == nil || !rule.recognisedBy.isEmpty, let names = rule.pattern.match(segments) else {
                    continue
                }
                words = max(words, rule.pattern.words)
                routes.append(TopicRoute(topic, profile, rule, names: names, isIgnored: false, number: number()))
            }
            if let ignored {
                let rule = TopicRule(pattern: ignored)
                routes.append(TopicRoute(topic, profile, rule, names: [:], isIgnored: true, number: number()))
            }
            if !routes.isEmpty { found.append((words, routes)) }
        }
        found.sort { left, right in
            let (one, other) = (left.routes[0].profile, right.routes[0].profile)
            return (other.priority, right.words, one.name) < (one.priority, left.words, other.name)
        }
        return found.flatMap(\.routes)
    }
}
