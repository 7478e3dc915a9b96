import Crypto
import GatewayModel

/// Messages in a conversation of Nextcloud Talk (nextcloud-talk.readthedocs.io/en/latest/chat).
///
/// `referenceId` names the message but does not stop doubles: after a time-out the conversation's last messages are
/// looked through for it.
public struct TalkDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let url: String
    private let headers: [(name: String, value: String)]
    private let client: HTTPClient
    private let context: DestinationContext

    /// Fifty messages fit into what is read of an answer.
    private static let looked = 50
    private static let messageLimit = 30_000

    private struct Message: Decodable {
        var id: Int
        var referenceId: String?
    }

    private struct Envelope<Content: Decodable>: Decodable {
        struct Inner: Decodable {
            var data: Content
        }
        var ocs: Inner
    }

    init(settings: DestinationSettings, talk: TalkSettings, password: String, context: DestinationContext) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        url = talk.place.url + "/ocs/v2.php/apps/spreed/api/v1/chat/" + talk.conversation
        let login = Base64.encode(Array("\(talk.user):\(password)".utf8))
        headers = [
            (name: "Authorization", value: "Basic \(login)"),
            (name: "OCS-APIRequest", value: "true"), (name: "Accept", value: "application/json"),
        ]
        client = talk.place.client(context, secrets: [password, login])
        self.context = context
    }

    /// Writes one message; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let texts = context.texts(language)
        let title = Escaping.singleLine(texts.subject(item, community: context.community), limit: 300)
        let reference = "\n\n" + texts.reference(item)
        var body = JSONObject()
        body.set(
            "message",
            Escaping.cut("\(title)\n\n\(Escaping.plain(item.body))", toBytes: TalkDestination.messageLimit) + reference)
        body.set("referenceId", TalkDestination.reference(item))
        body.set("silent", item.priority != .now || item.hasEnded)
        switch client.send(HTTPRequest(.post, url, headers: headers, json: body)) {
        case .failure(let error): return error.outcome
        case .success(let response):
            switch response.status {
            case 404: return .denied(reason: "HTTP 404: the account is not in that conversation")
            case 412: return .retry(after: nil, reason: "HTTP 412: the conversation's lobby is closed")
            default:
                return response.outcome(named: (response.json(Envelope<Message>.self)?.ocs.data.id).map(String.init))
            }
        }
    }

    /// Looks through the last messages for the reference.
    public func lookUp(_ item: OutboxItem, now: Instant) -> LookUpResult {
        let query = "?lookIntoFuture=0&setReadMarker=0&limit=\(TalkDestination.looked)"
        switch client.send(HTTPRequest(method: .get, url: url + query, headers: headers)) {
        case .failure(let error): return .unreachable(reason: error.message)
        // Not modified: there is no message at all.
        case .success(let response) where response.status == 304: return .missing
        case .success(let response):
            guard response.status == 200, let messages = response.json(Envelope<[Message]>.self)?.ocs.data else {
                return response.status == 200 ? .unsupported : .unreachable(reason: "HTTP \(response.status)")
            }
            let found = messages.first { $0.referenceId == TalkDestination.reference(item) }
            return found.map { .found(remoteID: String($0.id)) } ?? .missing
        }
    }

    /// The SHA-256 of the key in hexadecimal digits, as the documentation asks for.
    static func reference(_ item: OutboxItem) -> String {
        SHA256.hash(data: Array(item.key.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
