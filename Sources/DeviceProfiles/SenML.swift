import GatewayModel

extension MessageDecoder {
    /// Reads a pack of Sensor Measurement Lists (RFC 8428).
    mutating func readSenML(
        _ route: TopicRoute, _ message: InboundMessage, _ payload: Payload, into decoding: inout Decoding
    ) {
        guard payload.looksLikeJSON, scanner.nodes[0].kind == .array else {
            decoding.reject("malformed", "a SenML pack is a JSON list")
            return
        }
        let json = JSONText(bytes: payload.bytes, nodes: scanner.nodes)
        guard !json.holdsUnknownLabel else {
            decoding.reject("unknown_label", "the pack has a label that must be understood (RFC 8428, 4.4)")
            return
        }
        let rules = route.profile.fields
        var base = (name: "", unit: "", time: DecimalValue.zero, value: DecimalValue.zero, sum: DecimalValue.zero)
        var record = 1
        while record < json.nodes.count {
            defer { record = Int(json.nodes[record].next) }
            func text(_ key: String) -> String? {
                json.exactMember(key, of: record).map { json.text(of: json.nodes[$0]) }
            }
            func number(_ key: String) -> DecimalValue? {
                json.exactMember(key, of: record).flatMap { DecimalValue.parse(json.slice(of: json.nodes[$0]))?.value }
            }
            base.name = text("bn") ?? base.name
            base.unit = text("bu") ?? base.unit
            base.time = number("bt") ?? base.time
            base.value = number("bv") ?? base.value
            base.sum = number("bs") ?? base.sum
            let name = base.name + (text("n") ?? "")
            let unit = text("u") ?? base.unit
            let seconds = base.time.adding(number("t") ?? .zero) ?? .zero
            for (key, offset, kind) in [("v", base.value, ReadingKind.gauge), ("s", base.sum, .register)] {
                guard let value = number(key)?.adding(offset) else { continue }
                let cut = name.lastIndex { $0 == ":" || $0 == "/" }
                let channel = cut.map { String(name[name.index(after: $0)...]) } ?? name
                var rule = FieldRule(paths: [])
                let (known, quantity) = SenML.meaning(of: unit, channel: channel, rules)
                rule.quantity = quantity
                rule.kind = kind
                let device = cut.map { String(name[..<$0]) } ?? message.topic
                let frame = MessageFrame(
                    stream: StreamKey(device: device, message: channel),
                    time: SenML.time(seconds, receivedAt: message.receivedAt))
                append(
                    NumberText.Found(value: value, isRounded: false, unit: nil), FieldPlan(rule, channel: channel),
                    known, frame, into: &decoding
                ) { "" }
            }
        }
    }
}

/// Units and times of SenML records.
enum SenML {
    /// The unit and what is measured: units of SenML's own first, then the record's name, then what the unit suggests.
    static func meaning(of unit: String, channel: String, _ rules: [FieldRule]) -> (unit: Unit, quantity: Quantity) {
        switch unit {
        case "%RH": return (Unit("%"), "relative_humidity")
        case "%EL": return (Unit("%"), "battery")
        case "count": return (.one, "count")
        case "/": return (.one, "ratio")
        default: break
        }
        let known = unit.isEmpty ? .unknown : Unit.parsing(unit) ?? .unknown
        let rule = FieldPlan.make(path: [channel], names: [:], rules: rules).rule
        if let named = rule.quantity, FieldName.fits(known, rule) { return (known, named) }
        return (known, Quantity.suggested(by: known) ?? Quantity(rawValue: channel.isEmpty ? "value" : channel))
    }

    /// Below 2^28 seconds a time is relative to the reception (RFC 8428, 4.5.3).
    static func time(_ seconds: DecimalValue, receivedAt: Instant) -> ReadingTime {
        guard let milliseconds = seconds.multiplied(by: DecimalValue(1000))?.rounded(places: 0).mantissa else {
            return ReadingTime(receivedAt, source: .received)
        }
        if milliseconds == 0 { return ReadingTime(receivedAt, source: .received) }
        if milliseconds < 268_435_456_000 {
            return ReadingTime(receivedAt.advanced(byMilliseconds: milliseconds), source: .device)
        }
        return ReadingTime(Instant(milliseconds: milliseconds), source: .device)
    }
}

extension JSONText {
    /// True where a record has a label that ends in an underscore, which must be understood.
    var holdsUnknownLabel: Bool {
        nodes.contains { $0.keyEnd > $0.keyStart && bytes[Int($0.keyEnd) - 1] == 0x5F }
    }

    /// The member of exactly that key, with regard to case.
    func exactMember(_ name: String, of index: Int) -> Int? {
        guard nodes[index].kind == .object else { return nil }
        var child = index + 1
        while child < Int(nodes[index].next) {
            if key(of: nodes[child]) == name { return child }
            child = Int(nodes[child].next)
        }
        return nil
    }
}
