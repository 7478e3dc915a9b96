import Delivery
import GatewayModel
import Storage

/// What people send back from afar.
extension Office {
    /// Carries out an answer, or enters its refusal in the record book; the caller commits. Returns what to log.
    func take(_ answer: IncomingAnswer, now: Instant) -> CommandReply {
        switch answer.judgement {
        case .act(let person, _, _) where !mayAnswer(person, now: now),
            .agree(let person, _) where !mayAnswer(person, now: now):
            pipeline.batch.records.append(
                RecordEntry(
                    at: now, kind: "answer.refused",
                    facts: ["means": answer.means, "reason": AnswerRefusal.recalled.rawValue],
                    erasable: ["sender": person, "destination": answer.destination]))
            return .refused("an answer by \(answer.means) was refused: \(AnswerRefusal.recalled.rawValue)")
        case .act(let person, let alert, let isYes):
            let actor = Actor(account: answer.destination, enteredFor: person, means: answer.means)
            return perform(.answer(alert: alert, answer: isYes ? .take : .decline), by: actor, now: now)
        case .agree(let person, let alert):
            let actor = Actor(account: answer.destination, enteredFor: person, means: answer.means)
            return perform(.answer(alert: alert, answer: .agree), by: actor, now: now)
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
