import Foundation
import GatewayModel

/// Push messages through an ntfy server (docs.ntfy.sh/publish), posted as JSON to its root address.
///
/// The alert's id is the sequence id, so that "cleared" takes the place of "raised" on servers from version 2.16 on;
/// an older server shows a second message, which is told as a warning.
public struct NtfyDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    let root: String
    private let topic: String
    private let token: String?
    let client: HTTPClient
    /// Nil where nobody answers there; a failure where its secrets cannot be read, which costs the answers alone.
    let answers: Result<NtfyAnswers, DestinationError>?
    private let context: DestinationContext

    /// A longer message would become an attachment.
    static let messageLimit = 4096

    private struct Reply: Decodable {
        var id: String?
        var message: String?
        // The service's own key.
        var sequenceID: String?

        enum CodingKeys: String, CodingKey {
            case id, message
            case sequenceID = "sequence_id"
        }
    }

    init(
        settings: DestinationSettings, ntfy: NtfySettings, topic: String, token: String?,
        answers: Result<NtfyAnswers, DestinationError>?, context: DestinationContext
    ) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        root = ntfy.url.hasSuffix("/") ? String(ntfy.url.dropLast()) : ntfy.url
        self.topic = topic
        self.token = token
        self.answers = answers
        self.context = context
        // The topic is one, where the configuration names a file for it.
        let topics = ntfy.topic.path == nil ? [] : [topic]
        client = HTTPClient(
            timeoutSeconds: ntfy.timeoutSeconds, caFile: ntfy.caFile, stop: context.stop,
            secrets: [token].compactMap { $0 } + topics)
    }

    /// The topic is a person's own where the configuration says so.
    public var hasOneReader: Bool { true }

    /// Publishes one message; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let headers = [(name: "Content-Type", value: "application/json")] + authorization
        let request = HTTPRequest(url: root + "/", headers: headers, body: Array(body(for: item).utf8))
        switch client.send(request) {
        case .failure(let error): return error.outcome
        case .success(let response):
            let reply = try? JSONDecoder().decode(Reply.self, from: Data(response.body))
            let isOld = item.alert != nil && reply?.sequenceID != item.alert
            return response.outcome(
                remoteID: reply?.id,
                warning: isOld ? "the ntfy server is older than 2.16: updates show as second messages" : nil)
        }
    }

    /// Looks through the messages that the server still keeps for the reference line.
    public func lookUp(_ item: OutboxItem, now: Instant) -> LookUpResult {
        let since = item.createdAt.milliseconds / 1000 - 60
        let url = "\(root)/\(topic)/json?poll=1&since=\(since)"
        switch client.send(HTTPRequest(method: .get, url: url, headers: authorization)) {
        case .failure(let error): return .unreachable(reason: error.message)
        case .success(let response):
            guard response.status == 200 else {
                return response.status < 500 ? .unsupported : .unreachable(reason: "HTTP \(response.status)")
            }
            for line in response.body.split(separator: 0x0A) {
                guard let reply = try? JSONDecoder().decode(Reply.self, from: Data(line)) else { continue }
                if reply.message?.contains(item.key) == true { return .found(remoteID: reply.id) }
            }
            // A longer answer was cut, so that absence proves nothing.
            return response.body.count < CurlTransfer.bodyLimit ? .missing : .unsupported
        }
    }

    /// The JSON text; the message is cut so that the reference line always fits.
    func body(for item: OutboxItem) -> String {
        let texts = context.texts(language)
        let reference = texts.answerLine(item) + "\n\n" + texts.reference(item)
        let text = Escaping.cut(Escaping.plain(item.body), toBytes: NtfyDestination.messageLimit - reference.utf8.count)
        let priority = item.hasEnded ? 3 : item.priority == .now ? 5 : item.priority == .today ? 3 : 2
        let tags = item.hasEnded ? ["white_check_mark"] : item.priority == .now ? ["rotating_light"] : []
        var members = [
            "\"topic\":\(Escaping.json(topic))",
            "\"title\":\(Escaping.json(Escaping.singleLine(item.title, limit: 200)))",
            "\"message\":\(Escaping.json(text + reference))", "\"priority\":\(priority)",
            "\"tags\":[" + tags.map(Escaping.json).joined(separator: ",") + "]",
        ]
        // A tap on the notice opens the page; opening it does nothing yet.
        if let link = item.answerLink { members.append("\"click\":\(Escaping.json(link))") }
        if let alert = item.alert { members.append("\"sequence_id\":\(Escaping.json(alert))") }
        return "{" + members.joined(separator: ",") + "}"
    }

    var authorization: [(name: String, value: String)] {
        token.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
    }
}
