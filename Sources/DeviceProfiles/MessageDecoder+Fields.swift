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
        _ route: TopicRoute, _ message: InboundMessage, _ payload: Payload, _ announced: [Announcement],
        into decoding: inout Decoding
    ) {
        var frame = MessageFrame(
            stream: StreamKey(device: route.device ?? "", message: route.message),
            time: ReadingTime(message.receivedAt, source: .received))
        guard payload.looksLikeJSON else {
            readBare(route, message, payload, announced.first, frame, into: &decoding)
            return
        }
        let json = JSONText(bytes: payload.bytes, nodes: scanner.nodes)
        for path in route.rule.required where json.node(at: path) == nil {
            decoding.reject(
                "missing", at: "/" + path.joined(separator: "/"),
                "'\(path.joined(separator: "/"))' is missing, so the message holds no decoded value; "
                    + (route.profile.setup.isEmpty ? "check the device's settings" : "see the profile's setup"))
            return
        }
        if route.device == nil {
            frame.stream.device = device(route, json) ?? message.topic
        }
        for rule in route.profile.times {
            guard let node = json.node(at: rule.path),
                let instant = rule.instant(json.slice(of: json.nodes[node]), zone: &local)
            else { continue }
            frame.time = ReadingTime(instant, source: .device)
            break
        }
        var complaint: (place: String, text: String)?
        var isRefused = false
        for rule in route.profile.statuses {
            guard let node = json.node(at: rule.path) else { continue }
            let text = json.text(of: json.nodes[node])
            guard !rule.good.contains(text) else { continue }
            complaint = (rule.place, text)
            frame.isTrusted = false
            isRefused = rule.refuses
            if isRefused { break }
        }
        if !isRefused {
            decoding.readings.reserveCapacity(min(json.nodes.count, 12))
            walk(0, hash: route.number, json, route, frame, into: &decoding)
        }
        if let complaint, decoding.readings.isEmpty {
            decoding.reject("device_error", at: complaint.place, "the device reports '\(complaint.text)'")
        }
    }

    /// Reads a payload that is no JSON: one number, state or text.
    private mutating func readBare(
        _ route: TopicRoute, _ message: InboundMessage, _ payload: Payload, _ announced: Announcement?,
        _ frame: MessageFrame, into decoding: inout Decoding
    ) {
        var frame = frame
        let named = route.device ?? route.profile.device.lazy.compactMap { $0.filled { route.names[$0] } }.first
        frame.stream.device = named ?? message.topic
        let plan = plan(route.number, route) { [] }.fitting { rule in
            // Other members of a message are never there beside a bare value.
            guard rule.conditions.allSatisfy({ route.names[$0.name] != nil }) else { return false }
            return rule.values.map { NumberText.read(payload.bytes).map(\.value).map($0.contains) ?? false } ?? true
        }
        if plan.isReading {
            readScalar(payload, plan, frame, announced, into: &decoding)
        }
        let isUnread = decoding.readings.isEmpty && decoding.rejections.isEmpty
        if isUnread, route.profile.priority == 0, payload.bytes.count > 0 {
            decoding.reject("unknown_field", "the topic's last part does not tell what is measured; write a profile")
        }
    }

    private func device(_ route: TopicRoute, _ json: JSONText) -> String? {
        for template in route.profile.device {
            let device = template.filled { name, path in
                if let part = route.names[name] { return part }
                guard let node = json.node(at: path) else { return nil }
                let text = json.text(of: json.nodes[node])
                return text.isEmpty ? nil : text
            }
            if let device { return device }
        }
        return nil
    }

    private mutating func walk(
        _ index: Int, hash: UInt64, _ json: JSONText, _ route: TopicRoute, _ frame: MessageFrame,
        into decoding: inout Decoding
    ) {
        let node = json.nodes[index]
        var frame = frame
        if index > 0, node.kind == .object {
            for rule in route.profile.timesBeside {
                guard let place = json.node(at: rule.path, from: index),
                    let instant = rule.instant(json.slice(of: json.nodes[place]), zone: &local)
                else { continue }
                frame.time = ReadingTime(instant, source: .device)
            }
        }
        var child = index + 1
        var place: UInt64 = 0
        while child < Int(node.next) {
            let member = json.nodes[child]
            let childHash = member.keyStart < 0 ? json.mix(hash, place) : json.mix(hash, keyOf: member)
            switch member.kind {
            case .object, .array:
                walk(child, hash: childHash, json, route, frame, into: &decoding)
            case .null: break
            default:
                var plan = plan(childHash, route) { json.path(to: child) }
                if plan.isConditional { plan = plan.fitting { $0.holds(json, route.names, at: child) } }
                guard plan.isReading else { break }
                if plan.rule.hasOwnFrame {
                    let own = ownFrame(of: child, json, plan.rule, route, frame)
                    readMember(child, json, plan, own, into: &decoding)
                } else {
                    readMember(child, json, plan, frame, into: &decoding)
                }
            }
            child = Int(member.next)
            place += 1
        }
    }

    /// The frame of a value that has a device or a time of its own.
    private mutating func ownFrame(
        of index: Int, _ json: JSONText, _ rule: FieldRule, _ route: TopicRoute, _ frame: MessageFrame
    ) -> MessageFrame {
        var own = frame
        if let template = rule.device {
            let device = template.filled { name in
                switch name {
                case "device": frame.stream.device
                case "parent": json.path(to: index).dropLast().last
                default: route.names[name] ?? json.nearest(name, to: index)
                }
            }
            own.stream.device = device ?? frame.stream.device
        }
        if let time = rule.time, let place = json.node(at: time.path) ?? json.nearestNode(time.path[0], to: index),
            let instant = time.instant(json.slice(of: json.nodes[place]), zone: &local)
        {
            own.time = ReadingTime(instant, source: .device)
        }
        return own
    }

    func readMember(
        _ index: Int, _ json: JSONText, _ plan: FieldPlan, _ frame: MessageFrame,
        into decoding: inout Decoding
    ) {
        let node = json.nodes[index]
        if let reason = plan.rule.reason {
            if !plan.rule.good.contains(json.text(of: node)) {
                decoding.reject("refused", at: json.pointer(to: index), reason)
            }
            return
        }
        var found: NumberText.Found?
        switch node.kind {
        case .number:
            found = DecimalValue.parse(json.slice(of: node)).map {
                NumberText.Found(value: $0.value, isRounded: $0.isRounded, unit: nil)
            }
        case .string:
            if let state = plan.rule.states[json.text(of: node)] {
                found = NumberText.Found(value: state, isRounded: false, unit: nil)
            } else if node.start < node.end {
                found = NumberText.read(json.slice(of: node))
            }
        default:
            let word = node.kind == .yes ? "true" : "false"
            guard plan.kind == .state || !plan.rule.states.isEmpty else { return }
            let value = plan.rule.states[word] ?? DecimalValue(node.kind == .yes ? 1 : 0)
            found = NumberText.Found(value: value, isRounded: false, unit: nil)
        }
        guard let found else {
            if !plan.isByUnit {
                decoding.reject("not_a_number", at: json.pointer(to: index), "the value is not a number")
            }
            return
        }
        var unit: Unit?
        if let name = plan.rule.unitFrom, let text = json.nearest(name, to: index) {
            unit = plan.rule.unitNames[text] ?? Unit.parsing(text)
        } else if node.keyEnd - node.keyStart == 5, json.key(of: node) == "value",
            let own = json.sibling("unit", of: index).flatMap(Unit.parsing)
        {
            unit = own
        }
        append(found, plan, unit, frame, into: &decoding) { json.pointer(to: index) }
    }

    /// Reads a bare value by a rule.
    func readScalar(
        _ payload: Payload, _ plan: FieldPlan, _ frame: MessageFrame, _ announced: Announcement?,
        into decoding: inout Decoding
    ) {
        if let reason = plan.rule.reason {
            if !plan.rule.good.contains(payload.text) { decoding.reject("refused", reason) }
            return
        }
        var found = NumberText.read(payload.bytes)
        if found == nil {
            let text = payload.text
            if let state = plan.rule.states[text]
                ?? (plan.kind == .state ? MessageDecoder.states[text.lowercased()] : nil)
            {
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
        var unit: Unit?
        // What the device says about its unit counts more than what the topic's name suggests.
        if let own = announced?.unit, plan.unit == .unknown || own.canonical == plan.unit.canonical { unit = own }
        append(found, plan, unit, frame, into: &decoding) { "" }
    }

    private static let states: [String: DecimalValue] = [
        "true": DecimalValue(1), "on": DecimalValue(1), "open": DecimalValue(1),
        "false": DecimalValue(0), "off": DecimalValue(0), "closed": DecimalValue(0),
    ]

    /// Checks a number against its plan and makes the reading; `unit` is what the message itself says.
    func append(
        _ found: NumberText.Found, _ plan: FieldPlan, _ unit: Unit?, _ frame: MessageFrame,
        into decoding: inout Decoding, place: () -> String
    ) {
        let told = found.unit ?? unit
        let named = plan.isByUnit ? told.flatMap(Quantity.suggested) : plan.rule.quantity
        guard let quantity = named else { return }
        var value = found.value
        if let scale = plan.rule.scale { value = value.multiplied(by: scale) ?? value }
        if let told, let wanted = plan.unit.canonical, told.canonical != wanted {
            decoding.reject("unit_mismatch", at: place(), "\(told.code) is no unit of \(quantity.rawValue)")
            return
        }
        if plan.rule.dropped.contains(value) || Plausibility.isSentinel(value, unit: told ?? plan.unit, kind: plan.kind)
        {
            decoding.reject("sentinel", at: place(), "\(value) stands for 'no value' at this device")
            return
        }
        let range = told.map { plan.rule.range ?? Plausibility.range(of: quantity, unit: $0) } ?? plan.range
        if let range, !range.contains(value) {
            decoding.reject(
                "out_of_range", at: place(), "\(value) is outside of \(range.lowerBound) to \(range.upperBound)")
            return
        }
        var channel = plan.channel
        if plan.mayCollide,
            decoding.readings.contains(where: { $0.channel == channel && $0.stream.device == frame.stream.device })
        {
            // Two values of one name, such as `power` of grid and battery: the second one is told by its whole path.
            channel = place().split(separator: "/").joined(separator: ".")
        }
        if let sheet = plan.rule.meter { decoding.sheets.append((decoding.readings.count, sheet)) }
        decoding.readings.append(
            Reading(
                stream: frame.stream, channel: channel, quantity: quantity, kind: plan.kind, value: value,
                isRounded: found.isRounded, unit: told ?? plan.unit, time: frame.time, isTrusted: frame.isTrusted))
    }
}
