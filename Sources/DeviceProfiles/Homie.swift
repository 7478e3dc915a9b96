import GatewayModel

extension MessageDecoder {
    /// Reads a message of the Homie convention (homieiot.github.io, versions 3 to 5).
    ///
    /// `{device}/{node}/{property}` holds the value; its unit stands in `$unit` or in the device's `$description`.
    mutating func readHomie(
        _ route: TopicRoute, _ message: InboundMessage, _ payload: Payload, _ announced: [Announcement],
        into decoding: inout Decoding
    ) {
        let segments = message.topic.split(separator: "/").map(String.init)
        guard let last = segments.last else { return }
        let device = route.names["device"] ?? message.topic
        if last == "$unit", segments.count > 3 {
            let property = segments.dropLast()
            announceHomie(property.joined(separator: "/"), payload.text, device, Array(property.suffix(2)))
            return
        }
        if last == "$description", payload.looksLikeJSON {
            readDescription(segments.dropLast().joined(separator: "/"), payload, device)
            return
        }
        guard !segments.contains(where: { $0.hasPrefix("$") }), last != "set", !payload.looksLikeJSON,
            let announcement = announced.first
        else { return }
        var rule = FieldPlan.make(path: [last], names: [:], rules: route.profile.fields).rule
        rule.isIgnored = false
        rule.quantity = rule.quantity ?? announcement.unit.flatMap(Quantity.suggested)
        rule.unit = announcement.unit ?? rule.unit
        let frame = MessageFrame(
            stream: StreamKey(device: device, message: announcement.channel ?? ""),
            time: ReadingTime(message.receivedAt, source: .received))
        let plan = FieldPlan(rule, channel: announcement.channel ?? last)
        readScalar(payload, plan, frame, announcement, into: &decoding)
    }

    private mutating func announceHomie(_ topic: String, _ unit: String, _ device: String, _ property: [String]) {
        guard let unit = Unit.parsing(unit) else { return }
        var announcement = Announcement(device: device)
        announcement.channel = property.joined(separator: ".")
        announcement.unit = unit
        announcements.add(announcement, about: topic)
    }

    private mutating func readDescription(_ base: String, _ payload: Payload, _ device: String) {
        let json = JSONText(bytes: payload.bytes, nodes: scanner.nodes)
        guard let nodes = json.member("nodes", of: 0) else { return }
        var node = nodes + 1
        while node < Int(json.nodes[nodes].next) {
            let name = json.key(of: json.nodes[node])
            if let properties = json.member("properties", of: node) {
                var property = properties + 1
                while property < Int(json.nodes[properties].next) {
                    let key = json.key(of: json.nodes[property])
                    if let unit = json.member("unit", of: property) {
                        announceHomie("\(base)/\(name)/\(key)", json.text(of: json.nodes[unit]), device, [name, key])
                    }
                    property = Int(json.nodes[property].next)
                }
            }
            node = Int(json.nodes[node].next)
        }
    }
}
