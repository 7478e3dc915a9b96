import Foundation
import GatewayModel

extension ReplayLine {
    /// Parses one line; a failure names the file, the line, what is wrong and what to do. Never throws.
    public static func parse(_ text: [UInt8], file: String, line: Int) -> Result<ReplayLine, ReplayProblem> {
        func failed(_ message: String, _ remedy: String) -> Result<ReplayLine, ReplayProblem> {
            .failure(ReplayProblem(Diagnostic(file: file, line: line, message: message, remedy: remedy)))
        }
        let fields: Fields
        do {
            fields = try JSONDecoder().decode(Fields.self, from: Data(text))
        } catch let error as DecodingError {
            let (message, remedy) = explanation(of: error)
            return failed(message, remedy)
        } catch {
            return failed("is not one JSON object", "write one object per line")
        }
        if let key = fields.unknownKey {
            let known = Fields.Key.allCases.map(\.rawValue)
            return failed(
                "unknown key '\(key)'",
                Diagnostic.nearest(to: key, among: known).map { "did you mean '\($0)'?" }
                    ?? "known keys are \(known.joined(separator: ", "))")
        }
        guard let receivedText = fields.receivedAt else {
            return failed("'received_at' is missing", "write when the message came, such as 2026-11-01T12:00:00Z")
        }
        guard let receivedAt = Instant(rfc3339: receivedText) else {
            return failed(
                "'\(receivedText)' is not a time with a zone", "write it in RFC 3339, such as 2026-11-01T12:00:00Z")
        }
        guard let topic = fields.topic else { return failed("'topic' is missing", "write the topic of the message") }
        guard !topic.isEmpty, !topic.utf8.contains(where: { $0 == 0x23 || $0 == 0x2B || $0 == 0 }),
            topic.utf8.count <= 65_535
        else { return failed("'\(topic)' is not a topic of a message", "leave out wildcards and empty topics") }
        switch (fields.payload, fields.payloadBase64) {
        case (let payload?, nil):
            return .success(
                ReplayLine(
                    receivedAt: receivedAt, topic: topic, payload: Array(payload.utf8), retained: fields.retained))
        case (nil, let encoded?):
            guard let data = Data(base64Encoded: encoded) else {
                return failed("'payload_base64' is not base64", "write it as RFC 4648 with its padding")
            }
            return .success(
                ReplayLine(receivedAt: receivedAt, topic: topic, payload: Array(data), retained: fields.retained))
        case (nil, nil):
            return failed("the payload is missing", "write 'payload' for text or 'payload_base64' for other bytes")
        case (_?, _?):
            return failed("both 'payload' and 'payload_base64' are given", "keep one of them")
        }
    }

    private static func explanation(of error: DecodingError) -> (message: String, remedy: String) {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            guard let key = context.codingPath.last?.stringValue else {
                return ("is not one JSON object", "write one object per line")
            }
            let form = key == "retained" ? "true or false" : "a text in quotes"
            return ("'\(key)' must be \(form)", key == "payload" ? "write JSON payloads as text, with \\\" inside" : "")
        default:
            return ("is not one JSON object", "write one object per line")
        }
    }

    /// The members of a line before they are checked.
    private struct Fields: Decodable {
        enum Key: String, CaseIterable {
            case receivedAt = "received_at"
            case topic, payload
            case payloadBase64 = "payload_base64"
            case retained, qos
        }

        private struct AnyKey: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { return nil }
        }

        var receivedAt: String?
        var topic: String?
        var payload: String?
        var payloadBase64: String?
        var retained: Bool
        var unknownKey: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            func text(_ key: Key) throws -> String? {
                let name = AnyKey(stringValue: key.rawValue)
                return container.contains(name) ? try container.decode(String.self, forKey: name) : nil
            }
            receivedAt = try text(.receivedAt)
            topic = try text(.topic)
            payload = try text(.payload)
            payloadBase64 = try text(.payloadBase64)
            let retainedKey = AnyKey(stringValue: Key.retained.rawValue)
            retained = container.contains(retainedKey) ? try container.decode(Bool.self, forKey: retainedKey) : false
            unknownKey = container.allKeys.map(\.stringValue).filter { Key(rawValue: $0) == nil }.min()
        }
    }
}

/// Why a line of a replay file cannot be read.
public struct ReplayProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Place, reason and remedy.
    public var diagnostic: Diagnostic

    /// Makes a problem.
    public init(_ diagnostic: Diagnostic) {
        self.diagnostic = diagnostic
    }

    /// `file:line: message; remedy`.
    public var description: String { diagnostic.description }
}
