import GatewayModel

/// A discussion per notice in a Loomio group (Loomio's API b2, `POST /api/b2/discussions`).
///
/// Loomio does not know doubles: after a time-out the group's latest discussions are looked through for the reference.
/// Where the key goes into the body, they cannot be listed without writing it into an address, and are not.
public struct LoomioDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let url: String
    private let loomio: LoomioSettings
    private let key: String
    private let client: HTTPClient
    private let context: DestinationContext

    private struct Discussion: Decodable {
        var id: Int?
        var description: String?
    }

    private struct Reply: Decodable {
        var discussions: [Discussion]?
        var id: Int?
    }

    init(settings: DestinationSettings, loomio: LoomioSettings, key: String, context: DestinationContext) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        url = loomio.place.url + "/api/b2/discussions"
        self.loomio = loomio
        self.key = key
        client = loomio.place.client(context, secrets: [key])
        self.context = context
    }

    /// Opens one discussion; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let texts = context.texts(language)
        var body = JSONObject()
        if loomio.authentication == .body { body.set("api_key", key) }
        body.set("group_id", loomio.group)
        body.set("title", Escaping.singleLine(texts.subject(item, community: context.community), limit: 150))
        body.set("description", texts.markdown(item))
        body.set("description_format", "md")
        if loomio.tellsGroup { body.set("recipient_audience", "group") }
        switch client.send(HTTPRequest(.post, url, headers: headers, json: body)) {
        case .failure(let error): return error.outcome
        case .success(let response):
            let reply = response.json(Reply.self)
            let number = reply?.discussions?.first?.id ?? reply?.id
            return response.outcome(named: number.map(String.init))
        }
    }

    /// Looks through the latest twenty discussions for the reference.
    public func lookUp(_ item: OutboxItem, now: Instant) -> LookUpResult {
        guard loomio.authentication == .bearer else { return .unsupported }
        let query = "?group_id=\(loomio.group)&status=all&limit=20"
        switch client.send(HTTPRequest(method: .get, url: url + query, headers: headers)) {
        case .failure(let error): return .unreachable(reason: error.message)
        case .success(let response):
            guard response.status == 200 else { return .unreachable(reason: "HTTP \(response.status)") }
            // An answer that was cut cannot be read, so that absence is never taken from it.
            guard let discussions = response.json(Reply.self)?.discussions else { return .unsupported }
            let found = discussions.first { $0.description?.contains(item.key) == true }
            return found.map { .found(remoteID: $0.id.map(String.init)) } ?? .missing
        }
    }

    private var headers: [(name: String, value: String)] {
        loomio.authentication == .bearer ? [(name: "Authorization", value: "Bearer \(key)")] : []
    }
}
