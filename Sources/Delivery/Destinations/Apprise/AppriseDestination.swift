import GatewayModel

/// Whatever Apprise reaches, through an Apprise API server: `POST /notify/KEY` (github.com/caronc/apprise-api).
///
/// One tag stands for one target: the server answers 424 where any target failed, and a second try would double what
/// the others have; so it does where no target has the tag. Nothing can be looked up, so that a double is possible after a time-out.
public struct AppriseDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let url: String
    private let tag: String
    private let client: HTTPClient
    private let context: DestinationContext

    init(settings: DestinationSettings, apprise: AppriseSettings, key: String, context: DestinationContext) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        url = apprise.place.url + "/notify/" + HTTPRequest.encoded(key)
        tag = apprise.tag
        client = apprise.place.client(context, secrets: [key])
        self.context = context
    }

    /// A tag is one target.
    public var hasOneReader: Bool { true }

    /// Sends one message; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        var body = JSONObject()
        body.set("title", Escaping.singleLine(item.title, limit: 200))
        body.set("body", context.texts(language).body(item))
        body.set(
            "type",
            item.hasEnded ? "success" : item.priority == .now ? "failure" : item.priority == .today ? "warning" : "info"
        )
        body.set("tag", tag)
        body.set("format", "text")
        switch client.send(HTTPRequest(.post, url, headers: [(name: "Accept", value: "application/json")], json: body))
        {
        case .failure(let error): return error.outcome
        case .success(let response):
            switch response.status {
            case 204: return .denied(reason: "HTTP 204: nothing is configured under this key")
            case 404: return .denied(reason: "HTTP 404: there is no Apprise API at this address")
            case 424:
                let reason = "the target of the tag '\(tag)' did not take it, or no target has this tag"
                return .retry(after: nil, reason: "HTTP 424: " + reason)
            default: return response.outcome(remoteID: nil)
            }
        }
    }
}
