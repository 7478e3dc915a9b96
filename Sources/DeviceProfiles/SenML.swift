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
            guard json.keys(of: record).allSatisfy({ !$0.hasSuffix("_") }) else {
                decoding.reject("unknown_label", "the pack has a label that must be understood (RFC 8428, 4.4)")
                return
            }
            let name = base.name + (text("n") ?? "")
            let unit = text("u") ?? base.unit
            let seconds = base.time.adding(number("t") ?? .zero) ?? .zero
            for (key, offset, kind) in [("v", base.value, ReadingKind.gauge), ("s", base.sum, .register)] {
                guard let value = number(key)?.adding(offset) else { continue }
                let cut = name.lastIndex { $0 == ":" || $0 == "/" }
                let channel = cut.map { String(name[name.index(after: $0)...]) } ?? name
                let known = Unit.parsing(unit)
                var rule = FieldRule(paths: [])
                rule.quantity =
                    known.flatMap(Quantity.suggested)
                    ?? Quantity(rawValue: unit == "%RH" ? "relative_humidity" : channel)
                rule.kind = kind
                let device = cut.map { String(name[..<$0]) } ?? message.topic
                let frame = MessageFrame(
                    stream: StreamKey(device: device, message: channel),
                    time: SenML.time(seconds, receivedAt: message.receivedAt))
                append(
                    NumberText.Found(value: value, isRounded: false, unit: nil), rule,
                    channel.isEmpty ? "value" : channel, known ?? Unit(unit), frame, into: &decoding
                ) { "" }
            }
        }
    }
}

/// Times of SenML records.
enum SenML {
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
    /// The keys of an object, in order.
    func keys(of index: Int) -> [String] {
        var keys: [String] = []
        var child = index + 1
        while child < Int(nodes[index].next) {
            keys.append(key(of: nodes[child]))
            child = Int(nodes[child].next)
        }
        return keys
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
