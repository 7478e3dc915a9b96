import Foundation
import Synchronization

@testable import Delivery

/// `whsec_` and 32 bytes.
let testSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

struct MailRecord: Decodable {
    var sender: String
    var recipients: [String]
    var encrypted: Bool
    var user: String?
    var identity: String
    var title: String
    var text: String
    var headers: [[String]]
    var longestLine: Int

    enum CodingKeys: String, CodingKey {
        case sender, recipients, encrypted, user, identity, title, text, headers
        case longestLine = "longest_line"
    }
}

struct WebRecord: Decodable {
    var method: String
    var path: String
    var headers: [String: String]
    var body: String

    var bytes: [UInt8] { [UInt8](Data(base64Encoded: body) ?? Data()) }

    func json<Body: Decodable>(_ type: Body.Type) throws -> Body {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}

struct WebhookBody: Decodable {
    struct Content: Decodable {
        var title: String
        var text: String
        var figures: [String: Double]?
    }
    var type: String
    var timestamp: String
    var data: Content
}

struct NtfyBody: Decodable {
    var topic: String
    var title: String
    var message: String
    var priority: Int
    var tags: [String]
    var sequenceID: String?

    enum CodingKeys: String, CodingKey {
        case topic, title, message, priority, tags
        case sequenceID = "sequence_id"
    }
}

struct CommandInput: Decodable {
    var ref: String
    var title: String
    var text: String
}

struct ProgramRecord: Decodable {
    var input: String
    var environment: [String: String]
    var arguments: [String]
    var descriptors: [Int]
}

/// Stands for the broker connection and keeps what was published.
final class RecordingPublisher: StatePublishing {
    struct Published: Equatable {
        var topic: String
        var payload: [UInt8]
        var retain: Bool
    }

    private let result: StatePublishResult
    private let messages = Mutex<[Published]>([])
    var published: [Published] { messages.withLock { $0 } }

    init(_ result: StatePublishResult) {
        self.result = result
    }

    var prefix: String { "commons/alder-court" }
    var isConnected: Bool { result == .confirmed }

    func announce(
        discovery: String, component: String, object: String, payload: [UInt8], timeoutSeconds: Int
    ) -> StatePublishResult {
        publish(
            topic: "\(discovery)/\(component)/node/\(object)/config", payload: payload, retain: true,
            timeoutSeconds: timeoutSeconds)
    }

    func publish(topic: String, payload: [UInt8], retain: Bool, timeoutSeconds: Int) -> StatePublishResult {
        messages.withLock { $0.append(Published(topic: topic, payload: payload, retain: retain)) }
        return result
    }
}
