import GatewayModel

/// A watcher that waits for the box's daily sign of life (healthchecks.io/docs/http_api, Uptime Kuma's push monitors).
///
/// Any 2xx answer counts; a ping that came twice is one.
public struct PingDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Always the public: nobody reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let url: String
    private let method: HTTPRequest.Method
    private let client: HTTPClient

    /// The type of the notice that says that the box lives.
    public static let signOfLife = "life.sign"

    init(
        settings: DestinationSettings, ping: PingSettings, url: String, context: DestinationContext
    ) throws(DestinationError) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        guard WebAddress.problem(of: url) == nil else {
            // The address is a secret: it is not repeated here.
            throw DestinationError(
                .secretMalformed, "the address of the destination '\(settings.name)' is not one that is protected",
                remedy: "write one line with https://; http:// is for this box only")
        }
        self.url = url
        method = ping.method
        client = HTTPClient(
            timeoutSeconds: ping.timeoutSeconds, caFile: ping.caFile, stop: context.stop, secrets: [url])
    }

    /// Why it stays silent for a message.
    public func declines(_ item: OutboxItem) -> String? {
        item.type == PingDestination.signOfLife ? nil : "a ping says nothing but that the box lives"
    }

    /// Pings once; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        var request = HTTPRequest(method: method, url: url)
        if method == .post {
            request.headers = [("Content-Type", "text/plain; charset=utf-8")]
            let text = "\(Escaping.singleLine(item.title, limit: 200))\n\(Escaping.plain(item.body))\nref: \(item.key)"
            request.body = Array(Escaping.cut(text, toBytes: 9000).utf8)
        }
        switch client.send(request) {
        case .failure(let error): return error.outcome
        case .success(let response): return response.outcome(remoteID: nil)
        }
    }
}
