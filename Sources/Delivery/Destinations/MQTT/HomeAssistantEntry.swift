import GatewayModel

/// What Home Assistant is told of something of ours (home-assistant.io, "MQTT discovery"; tried with 2024.3).
public struct HomeAssistantEntry: Sendable {
    /// `binary_sensor` or `sensor`.
    public var component: String
    /// Its own name below our node.
    public var object: String
    /// The description as JSON.
    public var text: String

    /// An alert: on while it holds and nobody has found that it is over.
    static func alert(_ id: String, number: String, prefix: String, node: String, _ place: Place) -> HomeAssistantEntry
    {
        entry(
            "binary_sensor", id, name: place.phrases.text("delivery.discovery.alert", ["number": number]),
            shown: "alert_\(number)", prefix: prefix, node: node, place,
            [
                ("stat_t", "\(prefix)/alerts/\(id)"),
                ("val_tpl", "{{ 'OFF' if value_json.figures.state in ['returned', 'closed'] else 'ON' }}"),
                ("json_attr_t", "\(prefix)/alerts/\(id)"), ("dev_cla", "problem"),
            ], isAlive: true)
    }

    /// The box itself: whether it lives, and how many alerts are open.
    public static func box(prefix: String, node: String, _ place: Place) -> [HomeAssistantEntry] {
        [
            entry(
                "binary_sensor", "running", name: place.phrases.text("delivery.discovery.running"), shown: "running",
                prefix: prefix, node: node, place,
                [
                    ("stat_t", "\(prefix)/status"),
                    ("val_tpl", "{{ 'ON' if value_json.state == 'online' else 'OFF' }}"), ("dev_cla", "connectivity"),
                ], isAlive: false),
            entry(
                "sensor", "open_alerts", name: place.phrases.text("delivery.discovery.open_alerts"),
                shown: "open_alerts", prefix: prefix, node: node, place,
                [
                    ("stat_t", "\(prefix)/status"), ("val_tpl", "{{ value_json.open_alerts | default('unknown') }}"),
                    ("stat_cla", "measurement"),
                ], isAlive: true),
        ]
    }

    /// Whose it is, and in which words.
    public struct Place: Sendable {
        /// The community's name.
        public var community: String
        /// The words.
        public var phrases: Phrasebook

        /// Makes a place.
        public init(community: String, phrases: Phrasebook) {
            self.community = community
            self.phrases = phrases
        }
    }

    /// `isAlive`: while the box is away nobody knows, and it is shown so.
    private static func entry(
        _ component: String, _ object: String, name: String, shown: String, prefix: String, node: String,
        _ place: Place, _ members: [(String, String)], isAlive: Bool
    ) -> HomeAssistantEntry {
        var all = [("name", name), ("uniq_id", "\(node)_\(object)"), ("obj_id", "\(node)_\(shown)")] + members
        if isAlive { all += [("avty_t", "\(prefix)/status"), ("avty_tpl", "{{ value_json.state }}")] }
        let device =
            "\"dev\":{\"ids\":[\(Escaping.json(node))],\"name\":\(Escaping.json(Escaping.singleLine(place.community, limit: 100))),"
            + "\"mf\":\"Commons Gateway\"}"
        let texts = all.map { "\(Escaping.json($0.0)):\(Escaping.json($0.1))" } + [device]
        return HomeAssistantEntry(component: component, object: object, text: "{" + texts.joined(separator: ",") + "}")
    }
}
