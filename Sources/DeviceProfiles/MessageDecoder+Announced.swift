import GatewayModel

extension MessageDecoder {
    /// Reads a message of which a discovery message said what it means; false where nothing of it was announced.
    mutating func readAnnounced(
        _ announced: [Announcement], _ message: InboundMessage, _ payload: Payload, fault: String?,
        into decoding: inout Decoding
    ) -> Bool {
        // An announced unit alone does not tell what is measured; the names of the topic then may.
        let announced = announced.filter { $0.isComputed || $0.quantity != nil }
        guard !announced.isEmpty else { return false }
        decoding.isKnownTopic = true
        decoding.profile = "ha_discovery"
        if let fault {
            decoding.reject("malformed", "the JSON cannot be read: \(fault)")
            return true
        }
        let json = JSONText(bytes: payload.bytes, nodes: scanner.nodes)
        for announcement in announced {
            if announcement.isComputed {
                decoding.reject(
                    "computed", at: "/" + announcement.path.joined(separator: "/"),
                    "the device announces a formula for this value; use the device's own messages instead")
                continue
            }
            var rule = FieldRule(paths: [])
            rule.quantity = announcement.quantity
            rule.unit = announcement.unit
            rule.kind = announcement.kind
            var frame = MessageFrame(
                stream: StreamKey(device: announcement.device ?? message.topic),
                time: ReadingTime(message.receivedAt, source: .received))
            let topicName = message.topic.split(separator: "/").last { $0 != "state" }.map(String.init) ?? ""
            let path = announcement.path.joined(separator: ".")
            let plan = FieldPlan(rule, channel: announcement.channel ?? (path.isEmpty ? topicName : path))
            if announcement.path.isEmpty, !payload.looksLikeJSON {
                readScalar(payload, plan, frame, announcement, into: &decoding)
            } else if payload.looksLikeJSON,
                let node = json.node(at: announcement.path.isEmpty ? ["value"] : announcement.path)
            {
                // `{"timestamp": 1780000000123, "value": 5}` means the same as a bare 5 at that time.
                let rule = TimeRule(path: ["timestamp"], form: .epoch)
                if announcement.path.isEmpty, let stamp = json.node(at: rule.path),
                    let instant = rule.instant(json.slice(of: json.nodes[stamp]), zone: &local)
                {
                    frame.time = ReadingTime(instant, source: .device)
                }
                readMember(node, json, plan, frame, into: &decoding)
            }
        }
        return true
    }

    /// Keeps what an attribute message says about the topics beside it: a unit or an OBIS code.
    mutating func readAnnouncement(_ message: InboundMessage, _ payload: Payload) {
        guard let slash = message.topic.lastIndex(of: "/") else { return }
        let text = payload.text
        var announcement = Announcement()
        if let meaning = OBISCode(text)?.meaning {
            announcement.quantity = meaning.quantity
            announcement.unit = meaning.unit
            announcement.kind = meaning.kind
        } else if let unit = Unit.parsing(text) {
            announcement.unit = unit
        } else {
            return
        }
        announcement.device = String(message.topic[..<slash])
        announcements.add(announcement, about: message.topic[..<slash] + "/*")
    }

    /// Keeps what a number told that only one quantity can reach, for the numbers that follow it.
    mutating func learn(from decoding: Decoding, _ message: InboundMessage) {
        guard let reading = decoding.readings.first, let slash = message.topic.lastIndex(of: "/"),
            announcements.about(message.topic).isEmpty
        else { return }
        var announcement = Announcement(device: reading.stream.device)
        announcement.quantity = reading.quantity
        announcement.unit = reading.unit
        announcement.kind = reading.kind
        announcements.add(announcement, about: message.topic[..<slash] + "/*")
    }
}
