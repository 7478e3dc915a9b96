import Foundation
import GatewayModel

/// One line of a replay file: a message with the time at which it was received.
///
/// JSON Lines with `received_at` (RFC 3339), `topic`, `payload` (text) or `payload_base64`, and `retained`.
public struct ReplayLine: Hashable, Sendable {
    /// When it was received, UTC.
    public var receivedAt: Instant
    /// The topic, without wildcards.
    public var topic: String
    /// The payload.
    public var payload: [UInt8]
    /// True where it was a stored copy.
    public var retained: Bool

    /// Makes a line.
    public init(receivedAt: Instant, topic: String, payload: [UInt8], retained: Bool = false) {
        self.receivedAt = receivedAt
        self.topic = topic
        self.payload = payload
        self.retained = retained
    }

    /// Makes the line of a simulated message, received when it was published.
    public init(_ message: SimulatedMessage) {
        self.init(
            receivedAt: message.at, topic: message.topic, payload: message.payload, retained: message.retained)
    }

    /// The line as JSON, without its line break; a payload that is not UTF-8 is written in base64.
    public var json: String {
        let body =
            String(validating: payload, as: UTF8.self).map { "\"payload\":\(Escaping.json($0))" }
            ?? "\"payload_base64\":\"\(Data(payload).base64EncodedString())\""
        let time = receivedAt.description
        return "{\"received_at\":\"\(time)\",\"topic\":\(Escaping.json(topic)),\(body),\"retained\":\(retained)}"
    }

    /// The message as the broker would hand it over.
    public var message: InboundMessage {
        InboundMessage(topic: topic, payload: payload, retained: retained, receivedAt: receivedAt)
    }
}
