import GatewayModel

/// Push messages through a Gotify server (gotify.net/docs/pushmsg): `POST /message` with the application's token.
///
/// An application may not read messages, so that nothing can be looked up: a double is possible after a time-out.
public struct GotifyDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let url: String
    private let token: String
    private let client: HTTPClient
    private let context: DestinationContext

    private struct Reply: Decodable {
        var id: Int
    }

    init(settings: DestinationSettings, gotify: GotifySettings, token: String, context: DestinationContext) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        url = gotify.place.url + "/message"
        self.token = token
        client = gotify.place.client(context, secrets: [token])
        self.context = context
    }

    /// An application is one person's.
    public var hasOneReader: Bool { true }

    /// Publishes one message; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        var body = JSONObject()
        body.set("title", Escaping.singleLine(item.title, limit: 200))
        body.set("message", context.texts(language).body(item))
        // 8 and more ring through on Android; 4 and more make a sound.
        body.set("priority", item.hasEnded ? 4 : item.priority == .now ? 8 : item.priority == .today ? 5 : 2)
        // The token stands in a header, since addresses end up in logs.
        let request = HTTPRequest(.post, url, headers: [(name: "X-Gotify-Key", value: token)], json: body)
        switch client.send(request) {
        case .failure(let error): return error.outcome
        case .success(let response): return response.outcome(named: (response.json(Reply.self)?.id).map(String.init))
        }
    }
}
