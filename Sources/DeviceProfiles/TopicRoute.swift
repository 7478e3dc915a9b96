/// One profile that may read the messages of one topic, with everything that the topic alone decides.
struct TopicRoute: Sendable {
    /// The profile's place in the catalog.
    var profile: Int
    var rule: TopicRule
    /// True where the profile knows the topic and wants nothing of it.
    var isIgnored = false
    /// The named parts of the topic.
    var names: [String: String] = [:]
    /// The part of the topic that stands before the path within the message.
    var field: [String] = []
    /// The device where the topic alone names it.
    var device: String?
    var message = ""
    /// Tells the routes apart in the memory of field plans.
    var number: UInt64 = 0

    /// Every profile that knows the topic, in the order of the catalog.
    static func routes(for topic: String, in catalog: ProfileCatalog) -> [TopicRoute] {
        let segments = topic.split(separator: "/").map {
            String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        guard segments.count <= 32 else { return [] }
        var routes: [TopicRoute] = []
        for (index, profile) in catalog.profiles.enumerated() {
            let ignored = profile.ignoredTopics.first { $0.match(segments) != nil }
            for rule in profile.topics {
                // What is recognised by its contents is read even where the rest of the topic is of no interest.
                guard ignored == nil || !rule.recognisedBy.isEmpty, let names = rule.pattern.match(segments) else {
                    continue
                }
                var route = TopicRoute(profile: index, rule: rule, names: names)
                route.field = names["field"].map { $0.split(separator: "/").map(String.init) } ?? []
                route.device =
                    profile.device.isEmpty
                    ? names["device"] ?? topic : profile.device[0].filled { names[$0] }
                route.message = rule.message ?? route.field.joined(separator: "/")
                routes.append(route)
            }
            if let ignored {
                routes.append(TopicRoute(profile: index, rule: TopicRule(pattern: ignored), isIgnored: true))
            }
        }
        return routes
    }
}
