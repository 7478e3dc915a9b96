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

    /// True where somebody is listed.
    public var takesAnswers: Bool { !people.isEmpty }

    /// A homeserver that is asked more often limits its clients.
    public var pauseSeconds: Int { 5 }

    /// Takes what was written since the last look; what was said before the first one is not answered.
    public func takeAnswers(now: Instant, settle: (IncomingAnswer) -> Bool) -> AnswerProblem? {
        let rules: AnswerRules
        switch self.rules {
        case .failure(let error): return AnswerProblem(error)
        case .success(let known): rules = known
        }
        let since = answersPlace.value
        var url = "\(root)/sync?timeout=0&filter=\(HTTPRequest.encoded(filter(limit: since == nil ? 1 : 20)))"
        if let since { url += "&since=\(HTTPRequest.encoded(since))" }
        switch client.send(HTTPRequest(method: .get, url: url, headers: headers)) {
        case .failure(let error): return AnswerProblem(error.message, needsPerson: false)
        case .success(let response):
            guard response.status == 200 else { return AnswerProblem(status: response.status) }
            guard let sync = response.json(Sync.self) else {
                return AnswerProblem("the answer to /sync cannot be read", needsPerson: false)
            }
            let events = since == nil ? [] : sync.rooms?.join?[room]?.timeline?.events ?? []
            for event in events where event.type == "m.room.message" && event.content.msgtype == "m.text" {
                guard let answer = answer(event, rules) else { continue }
                guard settle(answer) else { return nil }
            }
            answersPlace.move(to: sync.nextBatch)
            return nil
        }
    }

    /// Nil for what is no answer at all, which most of a conversation is.
    private func answer(_ event: Sync.Event, _ rules: AnswerRules) -> IncomingAnswer? {
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
