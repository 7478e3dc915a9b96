import GatewayModel

/// Messages in a Matrix room (Matrix specification, client-server API, section "Sending events to a room").
///
/// The transaction id is the message's key: the homeserver takes a repeat with the same token for the same event, so
/// that a second try after a time-out makes no double. Encrypted rooms are not for this account.
/// What is over is an edit (`m.replace`) of what called people to it.
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
    /// A failure where a word cannot be read, which costs the answers alone.
    let rules: Result<AnswerRules, DestinationError>
    let people: [AnsweringPerson]
    let answersPlace: AnswerPlace
    private let context: DestinationContext

    /// An event may have 64 KiB, and the text stands in it twice; only notices of a few lines are ever edited.
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
        settings: DestinationSettings, matrix: MatrixSettings, token: String,
        rules: Result<AnswerRules, DestinationError>, context: DestinationContext
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

    /// "Over" takes the place of "raised".
    public var replacesCalls: Bool { true }

    /// Writes one event, or edits what called people before; blocks for at most the time limit for each.
    ///
    /// The first call is edited, and the last one, which stands lowest in the room. Where the homeserver takes no edit,
    /// since the message was removed or is none of ours, what is new stands in a message of its own.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let event = event(for: item)
        var edited: DeliveryOutcome?
        for (number, original) in [item.replaced.first, item.replaced.dropFirst().last].enumerated() {
            guard let original else { continue }
            let outcome = put(MatrixDestination.edit(of: original, to: event), transaction: "\(item.key).\(number)")
            switch outcome {
            case .delivered: edited = edited ?? outcome
            case .permanent, .denied: continue
            case .retry, .unknown, .gone: return outcome
            }
        }
        return edited ?? put(event.content, transaction: item.key)
    }

    private func put(_ content: JSONObject, transaction: String) -> DeliveryOutcome {
        let url = "\(root)/rooms/\(HTTPRequest.encoded(room))/send/m.room.message/\(HTTPRequest.encoded(transaction))"
        switch client.send(HTTPRequest(.put, url, headers: headers, json: content)) {
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

    /// A text plain and as HTML.
    struct Event {
        var plain: String
        var html: String

        /// What stands in the room.
        var content: JSONObject {
            var content = JSONObject()
            // A notice, not a text: other programs in the room must not answer it.
            content.set("msgtype", "m.notice")
            content.set("body", plain)
            content.set("format", "org.matrix.custom.html")
            content.set("formatted_body", html)
            return content
        }
    }

    /// Takes the place of an earlier event (client-server API, "Event replacements"); programs that do not know edits
    /// show it as a message with a star in front.
    static func edit(of original: String, to event: Event) -> JSONObject {
        var relation = JSONObject()
        relation.set("rel_type", "m.replace")
        relation.set("event_id", original)
        var content = Event(plain: "* " + event.plain, html: "* " + event.html).content
        content.set("m.new_content", event.content)
        content.set("m.relates_to", relation)
        return content
    }

    /// The same text plain and as HTML, whose title is bold.
    func event(for item: OutboxItem) -> Event {
        let texts = context.texts(language)
        let title = Escaping.singleLine(texts.subject(item, community: context.community), limit: 300)
        let reference = texts.reference(item)
        let text = Escaping.cut(Escaping.plain(item.body), toBytes: MatrixDestination.textLimit)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Escaping.html(String($0)) }
        return Event(
            plain: "\(title)\n\n\(text)\n\n\(reference)",
            html: "<p><strong>\(Escaping.html(title))</strong></p><p>\(lines.joined(separator: "<br>"))</p>"
                + "<p>\(Escaping.html(reference))</p>")
    }
}
