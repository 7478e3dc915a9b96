import GatewayModel

extension MessageDecoder {
    /// Keeps what a Home Assistant discovery message says about a state topic.
    ///
    /// Source: home-assistant.io, "MQTT discovery": single components and the device form with `cmps`.
    mutating func readDiscovery(_ route: TopicRoute, _ message: InboundMessage, _ payload: Payload) {
        // An empty message takes the announcement back; every other one replaces it.
        announcements.forget(from: message.topic)
        guard payload.looksLikeJSON else { return }
        // Switches, lights and the like are announced too; only sensors have numbers to read.
        let component = route.names["component"] ?? "sensor"
        guard component == "sensor" || component == "device" else { return }
        let json = JSONText(bytes: payload.bytes, nodes: scanner.nodes)
        let device = HomeAssistantDiscovery.device(json)
        if let components = HomeAssistantDiscovery.member(json, 0, "cmps", "components") {
            let shared = HomeAssistantDiscovery.text(json, 0, "stat_t", "state_topic")
            var child = components + 1
            while child < Int(json.nodes[components].next) {
                let platform = HomeAssistantDiscovery.text(json, child, "p", "platform")
                if platform == nil || platform == "sensor" {
                    announce(json, child, device, message.topic, sharedTopic: shared)
                }
                child = Int(json.nodes[child].next)
            }
        } else {
            announce(json, 0, device, message.topic, sharedTopic: nil)
        }
    }

    private mutating func announce(
        _ json: JSONText, _ index: Int, _ device: String?, _ source: String, sharedTopic: String?
    ) {
        guard var topic = HomeAssistantDiscovery.text(json, index, "stat_t", "state_topic") ?? sharedTopic else {
            return
        }
        let base = HomeAssistantDiscovery.text(json, index, "~", "~") ?? HomeAssistantDiscovery.text(json, 0, "~", "~")
        if let base {
            if topic.hasPrefix("~") { topic = base + topic.dropFirst() }
            if topic.hasSuffix("~") { topic = topic.dropLast() + base }
        }
        var announcement = Announcement(source: source, device: device)
        announcement.channel = HomeAssistantDiscovery.text(json, index, "uniq_id", "unique_id")
        announcement.unit =
            HomeAssistantDiscovery.text(json, index, "unit_of_meas", "unit_of_measurement").flatMap(Unit.parsing)
        let deviceClass = HomeAssistantDiscovery.text(json, index, "dev_cla", "device_class")
        announcement.quantity =
            deviceClass.flatMap { HomeAssistantDiscovery.quantities[$0] }.map { Quantity(rawValue: $0) }
            ?? announcement.unit.flatMap(Quantity.suggested)
        switch HomeAssistantDiscovery.text(json, index, "stat_cla", "state_class") {
        case "total_increasing", "total": announcement.kind = .register
        default: announcement.kind = .gauge
        }
        switch HomeAssistantDiscovery.Template(HomeAssistantDiscovery.text(json, index, "val_tpl", "value_template")) {
        case .value: announcement.path = []
        case .member(let path): announcement.path = path
        case .computed(let path):
            announcement.path = path
            announcement.isComputed = true
        }
        announcements.add(announcement, about: topic)
    }
}

/// The words of Home Assistant's discovery messages.
enum HomeAssistantDiscovery {
    /// Device classes of sensors (home-assistant.io, "Sensor entity") as quantities.
    static let quantities: [String: String] = [
        "temperature": "temperature", "humidity": "relative_humidity", "moisture": "soil_moisture",
        "power": "active_power",
        "apparent_power": "apparent_power", "reactive_power": "reactive_power", "energy": "energy", "water": "volume",
        "gas": "gas_volume", "volume": "volume", "volume_storage": "volume", "volume_flow_rate": "volume_flow",
        "voltage": "voltage", "current": "current", "frequency": "frequency", "power_factor": "power_factor",
        "battery": "battery", "pressure": "pressure", "atmospheric_pressure": "pressure", "illuminance": "illuminance",
        "irradiance": "irradiance", "distance": "distance", "wind_speed": "wind_speed",
        "wind_direction": "wind_direction",
        "precipitation": "rain", "precipitation_intensity": "rain_rate", "conductivity": "conductivity", "ph": "ph",
        "carbon_dioxide": "co2", "pm25": "pm2_5", "signal_strength": "signal_strength", "weight": "mass",
        "energy_storage": "energy",
    ]

    /// What a value template takes from the payload.
    enum Template {
        case value
        case member([String])
        /// A formula over the member; nothing may be stored under the announced unit.
        case computed([String])

        init(_ text: String?) {
            guard let text, !text.isEmpty else {
                self = .value
                return
            }
            let plain = Template.withoutBlanks(text)
            guard plain.hasPrefix("{{"), plain.hasSuffix("}}") else {
                self = .computed(Template.path(plain) ?? [])
                return
            }
            var body = plain.dropFirst(2).dropLast(2)
            // Filters that only round or convert leave the number that was sent, which is what is stored.
            while let bar = body.lastIndex(of: "|"), Template.keeps(body[bar...].dropFirst()) { body = body[..<bar] }
            if body == "value" {
                self = .value
            } else if let path = Template.path(String(body)), Template.isBare(body) {
                self = .member(path)
            } else {
                self = .computed(Template.path(String(body)) ?? [])
            }
        }

        /// The template without the blanks between its words; those within quotation marks belong to a key.
        private static func withoutBlanks(_ text: String) -> String {
            var quote: Character?
            return text.filter { character in
                if character == quote {
                    quote = nil
                } else if quote == nil, character == "'" || character == "\"" {
                    quote = character
                }
                return quote != nil || !character.isWhitespace
            }
        }

        private static func keeps(_ filter: Substring) -> Bool {
            let name = filter.prefix { $0.isLetter || $0 == "_" }
            let rest = filter.dropFirst(name.count)
            guard rest.isEmpty || (rest.first == "(" && rest.last == ")" && !rest.dropFirst().contains("(")) else {
                return false
            }
            return ["float", "int", "round", "is_defined", "default"].contains(name)
        }

        private static func isBare(_ body: Substring) -> Bool {
            body.hasPrefix("value_json") && !body.contains { "*+|(){}".contains($0) }
                && !(body.contains("/") && !body.contains("'")) && !(body.contains("-") && !body.contains("'"))
        }

        /// The keys of the first `value_json.a.b` or `value_json['a']['b']` of a template.
        private static func path(_ body: String) -> [String]? {
            guard let start = body.firstRange(of: "value_json") else { return nil }
            var path: [String] = []
            var rest = body[start.upperBound...]
            while let first = rest.first {
                if first == "." {
                    let key = rest.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                    guard !key.isEmpty else { break }
                    path.append(String(key))
                    rest = rest.dropFirst(key.count + 1)
                } else if first == "[", let close = rest.firstIndex(of: "]") {
                    path.append(rest[rest.index(after: rest.startIndex)..<close].filter { $0 != "'" && $0 != "\"" })
                    rest = rest[rest.index(after: close)...]
                } else {
                    break
                }
            }
            return path.isEmpty ? nil : path
        }
    }

    static func member(_ json: JSONText, _ index: Int, _ short: String, _ long: String) -> Int? {
        json.member(long, of: index) ?? json.member(short, of: index)
    }

    static func text(_ json: JSONText, _ index: Int, _ short: String, _ long: String) -> String? {
        member(json, index, short, long).flatMap {
            json.nodes[$0].kind == .string ? json.text(of: json.nodes[$0]) : nil
        }
    }

    /// The first identifier of the device.
    static func device(_ json: JSONText) -> String? {
        guard let device = member(json, 0, "dev", "device"), let ids = member(json, device, "ids", "identifiers") else {
            return nil
        }
        let first = json.nodes[ids].kind == .array ? json.member("0", of: ids) : ids
        return first.map { json.text(of: json.nodes[$0]) }
    }
}
