import Foundation
import GatewayModel

/// The JSON lines of `commons devices decode`.
public enum DecodeReport {
    /// One object per reading, one per line, then one per refusal.
    public static func lines(for decoding: Decoding) -> [String] {
        decoding.readings.map(object)
            + decoding.rejections.map { "{\"rejected\":\(quoted($0.reason + ": " + $0.explanation))}" }
    }

    /// The answer to one message of a stream: `{"readings": […], "rejected": […]}`.
    public static func line(for decoding: Decoding) -> String {
        let rejected = decoding.rejections.map { rejection in
            quoted(rejection.place.isEmpty ? rejection.reason : "\(rejection.reason) at \(rejection.place)")
        }
        return "{\"readings\":[\(decoding.readings.map(object).joined(separator: ","))],"
            + "\"rejected\":[\(rejected.joined(separator: ","))]}"
    }

    /// Answers one line `{"topic", "payload"|"payload_base64", "retained", "received_at"}`.
    public static func jsonlAnswer(forLine line: String, decoder: inout MessageDecoder) -> String {
        guard let message = message(from: line) else {
            return "{\"readings\":[],\"rejected\":[\"the line is not {\\\"topic\\\": …, \\\"payload\\\": …}\"]}"
        }
        return self.line(for: decoder.decode(message))
    }

    private static func message(from line: String) -> InboundMessage? {
        var line = line
        return line.withUTF8 { bytes in
            var scanner = JSONScanner()
            guard scanner.scan(bytes) == nil else { return nil }
            let json = JSONText(bytes: bytes, nodes: scanner.nodes)
            guard let topic = json.member("topic", of: 0) else { return nil }
            var payload: [UInt8] = []
            if let plain = json.member("payload", of: 0) {
                payload = Array(json.text(of: json.nodes[plain]).utf8)
            } else if let base64 = json.member("payload_base64", of: 0) {
                guard let data = Data(base64Encoded: json.text(of: json.nodes[base64])) else { return nil }
                payload = Array(data)
            }
            let received = json.member("received_at", of: 0).flatMap { Instant(rfc3339: json.text(of: json.nodes[$0])) }
            let retained = json.member("retained", of: 0).map { json.nodes[$0].kind == .yes } ?? false
            return InboundMessage(
                topic: json.text(of: json.nodes[topic]), payload: payload, retained: retained,
                receivedAt: received ?? Instant(milliseconds: 0))
        }
    }

    private static func object(_ reading: Reading) -> String {
        var text = "{\"device\":\(quoted(reading.stream.device)),\"sensor\":\(quoted(reading.channel))"
        text += ",\"quantity\":\(quoted(reading.quantity.rawValue)),\"value\":\(reading.value)"
        text += ",\"unit\":\(quoted(reading.unit.code))"
        if let canonical = reading.unit.canonical,
            let value = reading.value.converted(from: reading.unit, to: canonical)
        {
            text += ",\"canonical_value\":\(value),\"canonical_unit\":\(quoted(canonical.code))"
        }
        if reading.time.source == .device { text += ",\"time\":\(quoted(reading.time.instant.description))" }
        return text + ",\"kind\":\(quoted(reading.kind.rawValue))}"
    }

    private static func quoted(_ text: String) -> String {
        Escaping.json(text)
    }
}
