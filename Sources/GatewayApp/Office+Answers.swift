import Delivery
import GatewayModel
import Storage

/// What people send back from afar.
extension Office {
    /// Carries out an answer, or enters its refusal in the record book; the caller commits. Returns what to log.
    func take(_ answer: IncomingAnswer, now: Instant) -> CommandReply {
        let before = pipeline.batch.outbox.count
        let reply = settle(answer, now: now)
        // The notice of what was done says so already, where it comes back the same way at once.
        let isHeard = pipeline.batch.outbox.dropFirst(before).contains {
            $0.destination == answer.destination && $0.notBefore == nil
        }
        if !isHeard { pipeline.batch.outbox += confirmation(of: answer, reply, now: now) }
        return reply
    }

    /// Whoever answers sees what came of it, above all of an answer that was mistyped; strangers, and those who are
    /// stewards no more, get nothing.
    private func confirmation(of answer: IncomingAnswer, _ reply: CommandReply, now: Instant) -> [OutboxItem] {
        let people: [AnsweringPerson] =
            switch site.configuration.destinations.first(where: { $0.name == answer.destination })?.kind {
            case .sms(let sms): sms.people
            case .matrix(let matrix): matrix.people
            default: []
            }
        let person: String?
        var refusal: String?
        switch answer.judgement {
        case .act(let name, _, _):
            guard mayAnswer(name, now: now) else { return [] }
            person = name
        case .refused(.unknownSender), .refused(.recalled): return []
        case .refused(let reason):
            person = people.first { $0.sender == answer.sender }?.name
            refusal = "told.answer_refused.\(reason.rawValue)"
        }
        return pipeline.notices.reply(to: answer, reader: person, now: now) { book in
            let values = ["person": person ?? ""]
            let text = refusal.map { book.text($0) } ?? reply.lines.joined(separator: " ")
            return (book.text(reply.isDone ? "told.answer_done_title" : "told.answer_refused_title", values), text)
        }
    }

    private func settle(_ answer: IncomingAnswer, now: Instant) -> CommandReply {
        switch answer.judgement {
        case .act(let person, _, _) where !mayAnswer(person, now: now):
            pipeline.batch.records.append(
                RecordEntry(
                    at: now, kind: "answer.refused",
                    facts: ["means": answer.means, "reason": AnswerRefusal.recalled.rawValue],
                    erasable: ["sender": person, "destination": answer.destination]))
            return .refused("an answer by \(answer.means) was refused: \(AnswerRefusal.recalled.rawValue)")
        case .act(let person, let alert, let says):
            let actor = Actor(account: answer.destination, enteredFor: person, means: answer.means)
            let language = site.configuration.destinations.first { $0.name == answer.destination }?.language
            return performAfar(.answer(alert: alert, answer: says.answer), by: actor, language: language, now: now)
        case .refused(let refusal):
            // The text may hold a word that is nearly right; it is kept nowhere.
            pipeline.batch.records.append(
                RecordEntry(
                    at: now, kind: "answer.refused",
                    facts: ["means": answer.means, "reason": refusal.rawValue],
                    erasable: ["sender": String(answer.sender.prefix(100)), "destination": answer.destination]))
            return .refused("an answer by \(answer.means) was refused: \(refusal.rawValue)")
        }
    }
}

extension AnswerWord {
    /// What is done for it.
    fileprivate var answer: AlertAnswer {
        switch self {
        case .yes: .take
        case .no: .decline
        case .seen: .seen
        case .agree: .agree
        }
    }
}
