import GatewayModel

/// Messages in a Matrix room (Matrix specification, client-server API, section "Sending events to a room").
///
/// The transaction id is the message's key: the homeserver takes a repeat with the same token for the same event, so
/// that a second try after a time-out makes no double. Encrypted rooms are not for this account.
public struct MatrixDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    let room: String
    let root: String
    let headers: [(name: String, value: String)]
    let client: HTTPClient
    let rules: AnswerRules
    let people: [AnsweringPerson]
    let answersPlace: AnswerPlace
    private let context: DestinationContext

    /// An event may have 64 KiB, and the text stands in it twice.
    private static let textLimit = 20_000

    private struct Reply: Decodable {
        // The service's own keys.
        var eventID: String?
        var retryAfterMilliseconds: Int64?

        enum CodingKeys: String, CodingKey {
            case eventID = "event_id"
            case retryAfterMilliseconds = "retry_after_ms"
        }
    }

    init(
        settings: DestinationSettings, matrix: MatrixSettings, token: String, rules: AnswerRules,
        context: DestinationContext
    ) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        room = matrix.room
        root = matrix.place.url + "/_matrix/client/v3"
        headers = [(name: "Authorization", value: "Bearer \(token)")]
        client = matrix.place.client(context, secrets: [token])
        self.rules = rules
        people = matrix.people
        answersPlace = AnswerPlace(folder: context.answersFolder, name: settings.name)
        self.context = context
    }

    /// Writes one event; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let url = "\(root)/rooms/\(HTTPRequest.encoded(room))/send/m.room.message/\(HTTPRequest.encoded(item.key))"
        switch client.send(HTTPRequest(.put, url, headers: headers, json: event(for: item))) {
        case .failure(let error): return error.outcome
        case .success(let response):
            let reply = response.json(Reply.self)
            let outcome = response.outcome(named: reply?.eventID)
            if case .retry(nil, let reason) = outcome, let wait = reply?.retryAfterMilliseconds {
                // Servers from before version 1.10 of the specification say it in the body only.
                return .retry(after: max(0, wait.addingReportingOverflow(999).partialValue) / 1000, reason: reason)
            }
            return outcome
        }
    }

    /// The same text plain and as HTML, whose title is bold.
    func event(for item: OutboxItem) -> JSONObject {
        let texts = context.texts(language)
        let title = Escaping.singleLine(texts.subject(item, community: context.community), limit: 300)
        let reference = texts.reference(item)
        let text = Escaping.cut(Escaping.plain(item.body), toBytes: MatrixDestination.textLimit)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Escaping.html(String($0)) }
        var event = JSONObject()
        // A notice, not a text: other programs in the room must not answer it.
        event.set("msgtype", "m.notice")
        event.set("body", "\(title)\n\n\(text)\n\n\(reference)")
        event.set("format", "org.matrix.custom.html")
        event.set(
            "formatted_body",
            "<p><strong>\(Escaping.html(title))</strong></p><p>\(lines.joined(separator: "<br>"))</p>"
                + "<p>\(Escaping.html(reference))</p>")
        return event
    }
}
