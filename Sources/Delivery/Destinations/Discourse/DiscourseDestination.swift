import GatewayModel

/// A topic per alert on a Discourse forum, later notices as its replies (docs.discourse.org, `POST /posts.json`).
///
/// The topic's `external_id` is the alert's id, which the forum keeps unique; the reference line of each post tells
/// whether it is there. The forum is looked at before anything is written.
public struct DiscourseDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let root: String
    private let category: Int
    private let headers: [(name: String, value: String)]
    private let client: HTTPClient
    private let context: DestinationContext

    private struct Post: Decodable {
        var id: Int
    }

    private struct Topic: Decodable {
        struct Stream: Decodable {
            struct Post: Decodable {
                var id: Int
                var cooked: String?
            }
            var posts: [Post]
        }
        // The service's own key.
        var postStream: Stream
        var id: Int

        enum CodingKeys: String, CodingKey {
            case id
            case postStream = "post_stream"
        }
    }

    private enum Look {
        case none
        case topic(Topic)
        case failed(DeliveryOutcome)
    }

    init(settings: DestinationSettings, discourse: DiscourseSettings, key: String, context: DestinationContext) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        root = discourse.place.url
        category = discourse.category
        headers = [
            (name: "Api-Key", value: key), (name: "Api-Username", value: discourse.user),
            (name: "Accept", value: "application/json"),
        ]
        client = discourse.place.client(context, secrets: [key])
        self.context = context
    }

    /// Writes a topic or a reply; blocks for at most three times the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        switch look(item) {
        case .failed(let outcome): return outcome
        case .none: return post(topic(item))
        case .topic(let topic):
            if let post = DiscourseDestination.post(of: item, in: topic) { return .delivered(remoteID: "\(post)") }
            return post(reply(item, to: topic.id))
        }
    }

    /// Looks for the reference line in the alert's topic.
    public func lookUp(_ item: OutboxItem, now: Instant) -> LookUpResult {
        switch look(item) {
        case .failed: return .unreachable(reason: "the forum cannot be asked")
        case .none: return .missing
        case .topic(let topic):
            return DiscourseDestination.post(of: item, in: topic).map { .found(remoteID: "\($0)") } ?? .missing
        }
    }

    private func post(_ body: JSONObject) -> DeliveryOutcome {
        switch client.send(HTTPRequest(.post, root + "/posts.json", headers: headers, json: body)) {
        case .failure(let error): return error.outcome
        case .success(let response):
            let outcome = response.outcome(named: (response.json(Post.self)?.id).map(String.init))
            // Another attempt has made the topic meanwhile: the next look finds it.
            if response.status == 422, case .permanent(let reason) = outcome,
                reason.lowercased().contains("external")
            {
                return .unknown(reason: reason)
            }
            return outcome
        }
    }

    private func topic(_ item: OutboxItem) -> JSONObject {
        let subject = Escaping.singleLine(
            context.texts(language).subject(item, community: context.community), limit: 200)
        let time = item.createdAt.rfc3339(offsetSeconds: context.zone.offsetSeconds(at: item.createdAt)).prefix(16)
        var body = JSONObject()
        // A forum refuses equal titles: the time and the end of the key make them different.
        body.set("title", "\(subject), \(time.split(separator: "T").joined(separator: " ")) (\(item.key.suffix(6)))")
        body.set("raw", context.texts(language).markdown(item))
        body.set("category", category)
        body.set("external_id", DiscourseDestination.externalID(item))
        return body
    }

    private func reply(_ item: OutboxItem, to topic: Int) -> JSONObject {
        var body = JSONObject()
        let title = "**" + Escaping.markdown(item.title) + "**\n\n"
        body.set("raw", title + context.texts(language).markdown(item))
        body.set("topic_id", topic)
        return body
    }

    /// The forum answers with a redirect to the topic, which is asked for on the forum's own address.
    private func look(_ item: OutboxItem) -> Look {
        let address = root + "/t/external_id/\(DiscourseDestination.externalID(item)).json"
        switch client.send(HTTPRequest(method: .get, url: address, headers: headers)) {
        case .failure(let error): return .failed(.retry(after: nil, reason: error.message))
        case .success(let response):
            switch response.status {
            case 404: return .none
            case 200: return read(response)
            case 301, 302, 303, 307, 308:
                guard let number = DiscourseDestination.topicNumber(in: response.headers["location"] ?? "") else {
                    return .failed(.retry(after: nil, reason: "the forum points elsewhere"))
                }
                let request = HTTPRequest(method: .get, url: root + "/t/\(number).json", headers: headers)
                switch client.send(request) {
                case .failure(let error): return .failed(.retry(after: nil, reason: error.message))
                case .success(let response): return read(response)
                }
            default: return .failed(response.outcome(remoteID: nil))
            }
        }
    }

    private func read(_ response: HTTPResponse) -> Look {
        if response.status == 200, let topic = response.json(Topic.self) { return .topic(topic) }
        if response.status == 200 { return .failed(.retry(after: nil, reason: "the topic cannot be read")) }
        return .failed(response.outcome(remoteID: nil))
    }

    private static func post(of item: OutboxItem, in topic: Topic) -> Int? {
        topic.postStream.posts.first { $0.cooked?.contains(item.key) == true }?.id
    }

    /// `https://forum.example.org/t/the-title/123.json`: 123.
    static func topicNumber(in location: String) -> Int? {
        let parts = location.prefix { $0 != "?" && $0 != "#" }.split(separator: "/")
        guard parts.contains("t"), let last = parts.last else { return nil }
        return Int(last.prefix { $0 != "." })
    }

    /// At most 50 letters, digits, dashes and underscores, unique without regard to case.
    static func externalID(_ item: OutboxItem) -> String {
        let text = item.alert ?? item.key
        return String(text.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(50))
    }
}
