import GatewayModel

/// What all readings of one message share.
struct MessageFrame {
    var stream: StreamKey
    var time: ReadingTime
    var isTrusted = true
}

extension MessageDecoder {
    /// Reads a message by the field rules of its profile.
    mutating func readFields(
        _ route: TopicRoute, _ profile: DeviceProfile, _ message: InboundMessage, _ payload: Payload,
        _ announced: [Announcement], into decoding: inout Decoding
    ) {
        var frame = MessageFrame(
            stream: StreamKey(device: route.device ?? "", message: route.message),
            time: ReadingTime(message.receivedAt, source: .received))
        guard payload.looksLikeJSON else {
            frame.stream.device = route.device ?? message.topic
            let plan = plan(route.number, route, profile) { [] }
            guard let index = plan.rule else { return }
            readScalar(payload, profile.fields[index], plan.channel, frame, announced.first, into: &decoding)
            return
        }
        let json = JSONText(bytes: payload.bytes, nodes: scanner.nodes)
        for path in route.rule.required where json.node(at: path) == nil {
            decoding.reject(
                "missing", at: "/" + path.joined(separator: "/"),
                "'\(path.joined(separator: "/"))' is missing, so the message holds no decoded value; "
                    + (profile.setup.isEmpty ? "check the device's settings" : "see the profile's setup"))
            return
        }
        if route.device == nil {
            frame.stream.device = device(route, profile, json) ?? message.topic
        }
        for rule in profile.times {
            guard let node = json.node(at: rule.path),
                let instant = rule.instant(json.slice(of: json.nodes[node]), zone: &local)
            else { continue }
            frame.time = ReadingTime(instant, source: .device)
            break
        }
        for rule in profile.statuses {
            guard let node = json.node(at: rule.path) else { continue }
            let text = json.text(of: json.nodes[node])
            guard !rule.good.contains(text) else { continue }
            if rule.refuses {
                decoding.reject(
                    "device_error", at: "/" + rule.path.joined(separator: "/"), "the device reports '\(text)'")
                return
            }
            frame.isTrusted = false
        }
        walk(0, hash: route.number, json, route, profile, frame, into: &decoding)
    }

    private func device(_ route: TopicRoute, _ profile: DeviceProfile, _ json: JSONText) -> String? {
        for template in profile.device {
            let device = template.filled { name in
                if let part = route.names[name] { return part }
                guard let node = json.node(at: DeviceProfile.path(name)) else { return nil }
                let text = json.text(of: json.nodes[node])
                return text.isEmpty ? nil : text
            }
            if let device { return device }
        }
        return nil
    }

    private mutating func walk(
        _ index: Int, hash: UInt64, _ json: JSONText, _ route: TopicRoute, _ profile: DeviceProfile,
        _ frame: MessageFrame, into decoding: inout Decoding
    ) {
        let node = json.nodes[index]
        var child = index + 1
        var place: UInt64 = 0
        while child < Int(node.next) {
            let member = json.nodes[child]
            let childHash = member.keyStart < 0 ? json.mix(hash, place) : json.mix(hash, keyOf: member)
            switch member.kind {
            case .object, .array:
                walk(child, hash: childHash, json, route, profile, frame, into: &decoding)
            case .null: break
            default:
                let plan = plan(childHash, route, profile) { json.path(to: child) }
                if let rule = plan.rule {
                    readMember(child, json, profile.fields[rule], plan.channel, frame, into: &decoding)
                }
            }
            child = Int(member.next)
            place += 1
        }
    }

    func readMember(
        _ index: Int, _ json: JSONText, _ rule: FieldRule, _ channel: String, _ frame: MessageFrame,
        into decoding: inout Decoding
    ) {
        let node = json.nodes[index]
        if let reason = rule.reason {
            decoding.reject("refused", at: json.pointer(to: index), reason)
            return
        }
        var found: NumberText.Found?
        switch node.kind {
        case .number:
            found = DecimalValue.parse(json.slice(of: node)).map {
                NumberText.Found(value: $0.value, isRounded: $0.isRounded, unit: nil)
            }
        case .string:
            if let state = rule.states[json.text(of: node)] {
                found = NumberText.Found(value: state, isRounded: false, unit: nil)
            } else if node.start < node.end {
                found = NumberText.read(json.slice(of: node))
            }
        default:
            let word = node.kind == .yes ? "true" : "false"
            guard rule.kind == .state || !rule.states.isEmpty else { return }
            let value = rule.states[word] ?? DecimalValue(node.kind == .yes ? 1 : 0)
            found = NumberText.Found(value: value, isRounded: false, unit: nil)
        }
        guard let found else {
            decoding.reject("not_a_number", at: json.pointer(to: index), "the value is not a number")
            return
        }
        var unit = rule.unit
        if let name = rule.unitFrom, let text = json.nearest(name, to: index) {
            unit = rule.unitNames[text] ?? Unit.parsing(text) ?? unit
        }
        append(found, rule, channel, unit, frame, into: &decoding) { json.pointer(to: index) }
    }

    /// Reads a bare value by a rule.
    func readScalar(
        _ payload: Payload, _ rule: FieldRule, _ channel: String, _ frame: MessageFrame, _ announced: Announcement?,
        into decoding: inout Decoding
    ) {
        if let reason = rule.reason {
            decoding.reject("refused", reason)
            return
        }
        var found = NumberText.read(payload.bytes)
        if found == nil {
            let text = payload.text
            if let state = rule.states[text] ?? (rule.kind == .state ? MessageDecoder.states[text.lowercased()] : nil) {
                found = NumberText.Found(value: state, isRounded: false, unit: nil)
            } else {
                var copy = text
                found = copy.withUTF8 { NumberText.read($0) }
            }
        }
        guard let found else {
            decoding.reject("not_a_number", "the payload is not a number")
            return
        }
        append(found, rule, channel, rule.unit ?? announced?.unit, frame, into: &decoding) { "" }
    }

    private static let states: [String: DecimalValue] = [
        "true": DecimalValue(1), "on": DecimalValue(1), "open": DecimalValue(1),
        "false": DecimalValue(0), "off": DecimalValue(0), "closed": DecimalValue(0),
    ]

    /// Checks a number against its rule and makes the reading.
    func append(
        _ found: NumberText.Found, _ rule: FieldRule, _ channel: String, _ unit: Unit?, _ frame: MessageFrame,
        into decoding: inout Decoding, place: () -> String
    ) {
        guard let quantity = rule.quantity else { return }
        var value = found.value
        if let scale = rule.scale { value = value.multiplied(by: scale) ?? value }
        let unit = found.unit ?? unit ?? .unknown
        let kind = rule.kind ?? .gauge
        if rule.dropped.contains(value) || Plausibility.isSentinel(value, of: quantity, kind: kind) {
            decoding.reject("sentinel", at: place(), "\(value) stands for 'no value' at this device")
            return
        }
        if let range = rule.range ?? Plausibility.range(of: quantity, unit: unit), !range.contains(value) {
            decoding.reject(
                "out_of_range", at: place(), "\(value) is outside of \(range.lowerBound) to \(range.upperBound)")
            return
        }
        decoding.readings.append(
            Reading(
                stream: frame.stream, channel: channel, quantity: quantity, kind: kind, value: value,
                isRounded: found.isRounded, unit: unit, time: frame.time, isTrusted: frame.isTrusted))
    }
}

extension JSONText {
    /// Hashes one more key of a path.
    @inline(__always)
    func mix(_ hash: UInt64, keyOf node: JSONNode) -> UInt64 {
        var hash = hash
        for offset in Int(node.keyStart)..<Int(node.keyEnd) {
            hash = (hash ^ UInt64(bytes[offset])) &* 0x0000_0100_0000_01B3
        }
        return mix(hash, 0x2F)
    }

    @inline(__always)
    func mix(_ hash: UInt64, _ number: UInt64) -> UInt64 {
        let mixed = (hash ^ (number &+ 0x1_0000)) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 29)
    }

    /// The keys that lead from the root to a node.
    func path(to target: Int) -> [String] {
        var path: [String] = []
        var index = 0
        while index != target {
            var child = index + 1
            var place = 0
            while Int(nodes[child].next) <= target {
                child = Int(nodes[child].next)
                place += 1
            }
            path.append(nodes[child].keyStart < 0 ? String(place) : key(of: nodes[child]))
            index = child
        }
        return path
    }

    /// The JSON pointer of a node (RFC 6901).
    func pointer(to target: Int) -> String {
        path(to: target).map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
    }

    /// The text of the member of that name in the nearest object around a node.
    func nearest(_ name: String, to target: Int) -> String? {
        var found: String?
        var index = 0
        while index != target {
            if let member = member(name, of: index) { found = text(of: nodes[member]) }
            var child = index + 1
            while Int(nodes[child].next) <= target { child = Int(nodes[child].next) }
            index = child
        }
        return found
    }
}
