import GatewayModel

/// Answers written in the room, read through `/sync` with a filter (client-server API, section "Syncing").
///
/// The homeserver vouches for who wrote. Only the people listed are heard; whatever else is said in the room is nobody's
/// answer and is not looked at twice.
extension MatrixDestination: AnswerSource {
    private struct Sync: Decodable {
        struct Event: Decodable {
            struct Content: Decodable {
                var msgtype: String?
                var body: String?
            }
            var type: String
            var sender: String
            var content: Content
        }
        struct Timeline: Decodable {
            var events: [Event]
            /// More was said than stands here; where `prevBatch` is, it goes on backwards.
            var limited: Bool?
            var prevBatch: String?

            // The service's own key.
            enum CodingKeys: String, CodingKey {
                case events, limited
                case prevBatch = "prev_batch"
            }
        }
        struct Room: Decodable {
            var timeline: Timeline?
        }
        struct Rooms: Decodable {
            var join: [String: Room]?
        }
        // The service's own key.
        var nextBatch: String
        var rooms: Rooms?

        enum CodingKeys: String, CodingKey {
            case rooms
            case nextBatch = "next_batch"
        }
    }

    /// A page of what was said, newest first; `end` is where it goes on, nil where there is no more.
    private struct Page: Decodable {
        var chunk: [Sync.Event]
        var end: String?
    }

    /// As much as a busy room says in some days; beyond that the oldest are left.
    private static let mostPages = 40

    /// Twenty events of 64 KiB, the most that one may have (client-server API, "Size limits"), have to fit.
    private var reader: HTTPClient {
        var reader = client
        reader.bodyLimit = 2 << 20
        return reader
    }

    /// True where somebody is listed.
    public var takesAnswers: Bool { !people.isEmpty }

    /// A homeserver that is asked more often limits its clients.
    public var pauseSeconds: Int { 5 }

    /// Takes what was written since the last look, after an outage page by page; what was said before the first one is not
    /// answered.
    public func takeAnswers(now: Instant, settle: (IncomingAnswer) -> Bool) -> AnswerProblem? {
        let rules: AnswerRules
        switch self.rules {
        case .failure(let error): return AnswerProblem(error)
        case .success(let known): rules = known
        }
        let since = answersPlace.value
        var url = "\(root)/sync?timeout=0&filter=\(HTTPRequest.encoded(filter(limit: since == nil ? 1 : 20)))"
        if let since { url += "&since=\(HTTPRequest.encoded(since))" }
        switch reader.send(HTTPRequest(method: .get, url: url, headers: headers)) {
        case .failure(let error): return AnswerProblem(error.message, needsPerson: false)
        case .success(let response):
            guard response.status == 200 else { return AnswerProblem(status: response.status) }
            guard let sync = response.json(Sync.self) else {
                return AnswerProblem("the answer to /sync cannot be read", needsPerson: false)
            }
            let timeline = since == nil ? nil : sync.rooms?.join?[room]?.timeline
            var (events, problem) = (timeline?.events ?? [], AnswerProblem?.none)
            if let since, timeline?.limited == true, let before = timeline?.prevBatch {
                do throws(AnswerProblem) {
                    let older = try said(before: before, since: since, rules)
                    events = older.events + events
                    problem = older.problem
                } catch {
                    // The place stays where it is, so that the next look asks again.
                    return error
                }
            }
            for heard in events.compactMap({ answer($0, rules) }) {
                guard settle(heard) else { return nil }
            }
            answersPlace.move(to: sync.nextBatch)
            return problem
        }
    }

    /// What was said between two places, oldest first (client-server API, `/rooms/…/messages`).
    ///
    /// A server that will never tell (4xx) leaves that gap open, with a problem to be told once; one that cannot tell now is
    /// asked again.
    private func said(
        before: String, since: String, _ rules: AnswerRules
    ) throws(AnswerProblem) -> (events: [Sync.Event], problem: AnswerProblem?) {
        var newestFirst: [Sync.Event] = []
        var from: String? = before
        for _ in 0..<MatrixDestination.mostPages {
            guard let place = from, place != since else { return (newestFirst.reversed(), nil) }
            let url =
                "\(root)/rooms/\(HTTPRequest.encoded(room))/messages?dir=b&limit=20&from=\(HTTPRequest.encoded(place))"
                + "&to=\(HTTPRequest.encoded(since))&filter=\(HTTPRequest.encoded("{\"types\":[\"m.room.message\"]}"))"
            switch reader.send(HTTPRequest(method: .get, url: url, headers: headers)) {
            case .failure(let error): throw AnswerProblem(error.message, needsPerson: false)
            case .success(let response):
                let problem = AnswerProblem(
                    "what was said meanwhile cannot be read: HTTP \(response.status)", needsPerson: false)
                if (400..<500).contains(response.status), ![401, 408, 425, 429].contains(response.status) {
                    return (newestFirst.reversed(), problem)
                }
                guard response.status == 200, let page = response.json(Page.self) else { throw problem }
                newestFirst += page.chunk.filter { answer($0, rules) != nil }
                from = page.end
            }
        }
        return (
            newestFirst.reversed(), AnswerProblem("more was said meanwhile than is read back", needsPerson: false)
        )
    }

    /// Nil for what is no answer at all, which most of a conversation is.
    private func answer(_ event: Sync.Event, _ rules: AnswerRules) -> IncomingAnswer? {
        guard event.type == "m.room.message", event.content.msgtype == "m.text" else { return nil }
        // A reply quotes what it answers, each line with a mark in front.
        let lines = (event.content.body ?? "").prefix(2000).split(whereSeparator: \.isNewline)
        guard let text = lines.first(where: { !$0.hasPrefix(">") }).map(String.init), rules.resemblesAnswer(text) else {
            return nil
        }
        return IncomingAnswer(
            destination: name, means: "matrix", sender: event.sender, text: text,
            judgement: rules.judge(text, from: event.sender, needsWord: false))
    }

    private func filter(limit: Int) -> String {
        let nothing = "{\"types\":[]}"
        return "{\"presence\":\(nothing),\"account_data\":\(nothing),\"room\":{\"rooms\":[\(Escaping.json(room))],"
            + "\"ephemeral\":\(nothing),\"account_data\":\(nothing),\"state\":\(nothing),"
            + "\"timeline\":{\"types\":[\"m.room.message\"],\"limit\":\(limit)}}}"
    }
}
