import Foundation
import GatewayModel

/// Answers over a second ntfy topic that telephones write to (docs.ntfy.sh/subscribe/api: `poll=1`, `since=`).
///
/// ntfy does not tell who wrote: the personal word alone does, and on a public server whoever may read the topic reads
/// the words too, which is why the topic must be closed to others.
extension NtfyDestination: AnswerSource {
    /// A line of the JSON stream.
    private struct Message: Decodable {
        var id: String
        var event: String
        var message: String?
        var time: Int64?
    }

    /// True where there is a reply topic and a person with a word.
    public var takesAnswers: Bool { answers != nil }

    /// A server refills one request in five seconds (docs.ntfy.sh/publish, limitations).
    public var pauseSeconds: Int { 15 }

    /// Takes the messages after the last one that was settled.
    public func takeAnswers(now: Instant, settle: (IncomingAnswer) -> Bool) -> AnswerProblem? {
        let answers: NtfyAnswers
        switch self.answers {
        case nil: return nil
        case .failure(let error): return AnswerProblem(error)
        case .success(let way): answers = way
        }
        let since = answers.place.value ?? "\(now.milliseconds / 1000)"
        let url = "\(root)/\(answers.topic)/json?poll=1&since=\(since)"
        switch client.send(HTTPRequest(method: .get, url: url, headers: authorization)) {
        case .failure(let error): return AnswerProblem(error.message, needsPerson: false)
        case .success(let response):
            guard response.status == 200 else { return AnswerProblem(status: response.status) }
            if answers.place.value == nil { answers.place.move(to: since) }
            for line in response.body.split(separator: 0x0A) {
                guard let message = try? JSONDecoder().decode(Message.self, from: Data(line)),
                    message.event == "message", let text = message.message, NtfySettings.isTopic(message.id)
                else { continue }
                let answer = IncomingAnswer(
                    destination: name, means: "ntfy", sender: "", text: String(text.prefix(200)),
                    judgement: answers.rules.judge(text))
                guard settle(answer) else { return nil }
                answers.place.move(to: message.id)
            }
            return nil
        }
    }
}

/// What a destination needs to take answers over ntfy.
struct NtfyAnswers: Sendable {
    var topic: String
    var rules: AnswerRules
    var place: AnswerPlace
}
