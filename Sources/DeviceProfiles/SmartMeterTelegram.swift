import GatewayModel

/// A code of the Object Identification System of meters, such as `1-0:1.8.0` (IEC 62056-61).
struct OBISCode: Hashable, Sendable {
    let text: String
    private let c: Int
    private let d: Int
    private let medium: Int

    /// Nil where the text is not `A-B:C.D.E` with an optional `*F`.
    init?(_ text: String) {
        let numbers = text.split { "-:.*".contains($0) }.map { Int($0) }
        guard (5...6).contains(numbers.count), !numbers.contains(nil), text.contains(":"), text.contains("-") else {
            return nil
        }
        self.text = text
        medium = numbers[0] ?? 0
        c = numbers[2] ?? 0
        d = numbers[3] ?? 0
    }

    /// What the code measures, nil where it is no measurement.
    var meaning: (quantity: Quantity, unit: Unit, kind: ReadingKind)? {
        if medium == 0, c == 24, d == 2 { return (Quantity(rawValue: "gas_volume"), Unit("m3"), .register) }
        if medium == 7 || medium == 8, d == 0 || c == 3 || c == 1 {
            return (Quantity(rawValue: medium == 7 ? "gas_volume" : "volume"), Unit("m3"), .register)
        }
        guard medium == 1 else { return nil }
        switch (c, d) {
        case (1, 8), (2, 8), (21, 8), (22, 8), (41, 8), (42, 8), (61, 8), (62, 8), (15, 8), (16, 8):
            return (Quantity(rawValue: "energy"), Unit("Wh"), .register)
        case (3, 8), (4, 8): return (Quantity(rawValue: "reactive_energy"), Unit("var.h"), .register)
        case (1, 7), (2, 7), (21, 7), (22, 7), (41, 7), (42, 7), (61, 7), (62, 7), (15, 7), (16, 7), (36, 7), (56, 7),
            (76, 7):
            return (Quantity(rawValue: "active_power"), Unit("W"), .gauge)
        case (3, 7), (4, 7), (23, 7), (24, 7): return (Quantity(rawValue: "reactive_power"), Unit("var"), .gauge)
        case (31, 7), (51, 7), (71, 7), (11, 7): return (Quantity(rawValue: "current"), Unit("A"), .gauge)
        case (32, 7), (52, 7), (72, 7), (12, 7): return (Quantity(rawValue: "voltage"), Unit("V"), .gauge)
        case (14, 7): return (Quantity(rawValue: "frequency"), Unit("Hz"), .gauge)
        case (13, 7), (33, 7), (53, 7), (73, 7): return (Quantity(rawValue: "power_factor"), Unit("1"), .gauge)
        default: return nil
        }
    }
}

extension MessageDecoder {
    /// Reads a whole telegram of a European smart meter (DSMR P1 companion standard); a part of one is refused.
    mutating func readTelegram(
        _ route: TopicRoute, _ message: InboundMessage, _ payload: Payload, into decoding: inout Decoding
    ) {
        let lines = String(decoding: payload.bytes, as: UTF8.self).split { $0.isNewline }
        guard lines.contains(where: { $0.hasPrefix("/") }), lines.contains(where: { $0.hasPrefix("!") }) else {
            decoding.reject("fragment", "a part of a telegram; let the reader publish whole telegrams")
            return
        }
        var frame = MessageFrame(
            stream: StreamKey(device: route.device ?? message.topic),
            time: ReadingTime(message.receivedAt, source: .received))
        let form = TimeRule(path: [], form: .dsmr)
        for line in lines {
            let parts = line.split { "()".contains($0) }.map(String.init)
            guard parts.count >= 2, let code = OBISCode(parts[0]) else { continue }
            var stamp = parts[1]
            let time = stamp.withUTF8 { form.instant($0, zone: &local) }
            if code.text == "0-0:1.0.0", let time {
                frame.time = ReadingTime(time, source: .device)
                continue
            }
            guard let meaning = code.meaning else { continue }
            var own = frame
            if parts.count > 2, let time { own.time = ReadingTime(time, source: .device) }
            let value = parts[parts.count - 1].split(separator: "*")
            guard let number = value.first.flatMap({ DecimalValue($0) }) else { continue }
            var rule = FieldRule(paths: [])
            rule.quantity = meaning.quantity
            rule.kind = meaning.kind
            let unit = value.count > 1 ? Unit.parsing(String(value[1])) ?? meaning.unit : meaning.unit
            append(
                NumberText.Found(value: number, isRounded: false, unit: nil), FieldPlan(rule, channel: code.text), unit,
                own,
                into: &decoding
            ) { code.text }
        }
    }
}
