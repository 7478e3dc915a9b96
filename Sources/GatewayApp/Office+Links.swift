import Alerting
import Dashboard
import GatewayModel
import Storage

/// What stewards answer by link.
extension Office {
    /// True for a steward who was not recalled.
    func mayAnswer(_ person: String, now: Instant) -> Bool {
        site.mayAnswer(person, pipeline.state.alerts.policy.roster, store, now: now)
    }

    /// Ends the links of those who were recalled, and those of alerts that were closed a day ago.
    func endLinks(now: Instant) throws {
        let persons = site.configuration.stewards.map(\.name).filter { mayAnswer($0, now: now) }
        try store.endAnswerLinks(
            keeping: persons, closedBefore: now.advanced(bySeconds: -AnswerLinks.secondsAfterClose))
    }

    /// Carries out what somebody sent from a link's page; the caller commits. Nil for a link that is none, or none any more.
    ///
    /// What is said already is not said twice: a page that is sent again changes nothing.
    func takeLink(_ token: String, _ reply: LinkReply, now: Instant) throws -> LinkOutcome? {
        guard let link = try store.answerLink(token: token), mayAnswer(link.person, now: now),
            let stored = try store.alert(id: link.alert), AnswerLinks.stands(stored, now: now)
        else { return nil }
        let book = site.book(site.configuration.stewards.first { $0.name == link.person }?.language)
        let actor = Actor(account: "answer-page", enteredFor: link.person, means: "link")
        func open() -> Alert? { pipeline.state.alerts.open.first { $0.id == link.alert } }
        var lines: [String] = []
        var isDone = true
        for answer in Office.answers(reply) {
            guard let alert = open() else {
                lines.append(book.text("answer_page.closed", ["number": "\(stored.number)"]))
                isDone = false
                break
            }
            if !hasSaid(answer, link.person, of: alert) {
                let done = performAfar(
                    .answer(alert: alert.number, answer: answer), by: actor, language: book.language, now: now)
                guard done.isDone else {
                    lines += done.lines
                    isDone = false
                    break
                }
            }
            lines.append(book.text("answer_page.done.\(Office.word(answer, of: open() ?? alert))"))
        }
        if let alert = open() {
            let others = alert.goers.filter { $0 != link.person }
            let too = alert.goers.contains(link.person) ? "others" : "others_go"
            lines.append(
                others.isEmpty
                    ? book.text("answer_page.nobody_else")
                    : book.text("answer_page.\(too)", ["persons": others.joined(separator: ", ")]))
        }
        return LinkOutcome(isDone: isDone, lines: lines)
    }

    private static func answers(_ reply: LinkReply) -> [AlertAnswer] {
        let act: AlertAnswer? =
            switch reply.act {
            case .going: .take
            case .decline: .decline
            case .seen: .seen
            case .agree: .agree
            case nil: nil
            }
        // The note first: an answer to a test message closes it.
        return [reply.note.isEmpty ? nil : .note(reply.note), act].compactMap { $0 }
    }

    /// True where the person's last word is this one already.
    private func hasSaid(_ answer: AlertAnswer, _ person: String, of alert: Alert) -> Bool {
        let said = alert.entries.filter { $0.person == person }
        let last = said.last { [.taken, .declined, .seen].contains($0.kind) }?.kind
        switch answer {
        // Whoever goes once more to what was paused meanwhile ends the pause.
        case .take: return last == .taken && alert.takenBy != nil && alert.state != .paused
        case .decline: return last == .declined
        case .seen: return last == .seen
        case .note(let note): return said.last { $0.kind == .noted }?.note == note
        case .agree:
            var subjects = [alert.subject]
            if case .limit(let reference) = alert.cause { subjects.append(reference.description) }
            let terms = [alert.pause] + subjects.map { pipeline.state.alerts.switchedOff[$0]?.terms }
            return terms.contains { $0?.isInForce == true && $0?.confirmedBy == person }
        case .pause, .resolve: return false
        }
    }

    private static func word(_ answer: AlertAnswer, of alert: Alert) -> String {
        switch answer {
        case .take where alert.cause == .box(.testAlarm): "test"
        case .decline where alert.cause == .box(.testAlarm), .seen where alert.cause == .box(.testAlarm): "test_stays"
        case .take where alert.cause == .box(.handOver): "over"
        case .take: "going"
        case .decline: alert.takenBy == nil ? "decline" : "decline_others"
        case .seen: "seen"
        case .agree: "agree"
        default: "note"
        }
    }
}
