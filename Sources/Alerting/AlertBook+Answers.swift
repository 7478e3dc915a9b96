import GatewayModel

extension AlertBook {
    /// Takes a steward's answer; `voice` is by what the gateway knows the person, where two persons have to agree.
    public mutating func answer(
        _ number: Int, _ answer: StewardAnswer, person: String, means: String, voice: String? = nil, now: Instant
    ) throws(AnswerError) -> [AlertAction] {
        guard var alert = alerts.values.first(where: { $0.number == number }) else {
            throw AnswerError(code: .unknown, number: number)
        }
        var kind = AlertBook.kind(of: answer)
        var entry = AlertEntry(at: now, kind: .noted, person: person, means: means)
        switch answer {
        case .take where alert.cause == .box(.testAlarm):
            guard alert.isTestOfAll || alert.subject == person else {
                throw AnswerError(code: .notYours, number: number)
            }
            entry.kind = .taken
            alert.takenBy = person
            (alert.closedAt, alert.outcome) = (now, .test)
        case .take where alert.cause == .box(.handOver):
            guard AlertBook.isAsked(person, about: alert) else { throw AnswerError(code: .notYours, number: number) }
            kind = "alert.accepted"
            entry.kind = .taken
            alert.takenBy = person
            (alert.closedAt, alert.outcome) = (now, .ended)
        case .take:
            entry.kind = .taken
            alert.takenBy = person
            // Whoever goes ends the rest.
            alert.pause = nil
        case .decline: entry.kind = .declined
        case .seen: entry.kind = .seen
        case .note(let note): entry.note = note
        case .pause(let until, let why):
            let said = try pause(&alert, until: until, why: why, person: person, voice: voice, now: now)
            entry.kind = said.isInForce ? .paused : .pauseAsked
            (entry.note, entry.until) = (said.reason, said.until)
            if !said.isInForce { kind = "alert.pause_asked" }
        case .resolve(let outcome, let note):
            guard alert.returnedAt != nil || AlertBook.endsByHand(alert) else {
                throw AnswerError(code: .stillHolds, number: number)
            }
            entry.kind = .closed
            entry.note = note
            alert.closedAt = now
            alert.outcome = outcome
        }
        alert.entries.append(entry)
        // Another one who said so still goes.
        if answer == .decline { alert.takenBy = alert.goers.last }
        alert.settle()
        keep(alert)
        var actions: [AlertAction] = [
            .store(alert),
            .record(
                kind: kind, facts: ["alert": "\(number)", "means": means],
                erasable: AlertBook.texts(of: answer, person: person)),
        ]
        if alert.outcome == .test, alert.takenBy == person, alert.cause == .box(.testAlarm), !alert.isTestOfAll {
            actions.append(.testAnswered(person))
        }
        // "Seen" stops nothing and wakes nobody.
        if answer != .seen {
            let persons = answer == .decline ? alert.reached : nil
            actions.append(
                .notify(
                    NoticeDraft(kind: kind, alert: alert, audience: AlertBook.audience(of: alert), persons: persons)))
        }
        return actions
    }

    /// Returns the pause that runs now, or the wish that waits for a second person.
    private func pause(
        _ alert: inout Alert, until: Instant, why: String, person: String, voice: String?, now: Instant
    ) throws(AnswerError) -> AlertPause {
        guard alert.holds else { throw AnswerError(code: .nothingToPause, number: alert.number) }
        let isForPeople = protectsPeople(alert)
        let wish = AlertPause(
            at: now, until: until, reason: why, person: person, needsSecond: isForPeople, voice: voice)
        let agreed = try policy.agreed(
            wish, with: alert.pause, beside: alert.pauseWish,
            latest: policy.latestPause(forPeople: isForPeople, now: now), number: alert.number)
        (alert.pause, alert.pauseWish) = (agreed.terms, agreed.wish)
        return agreed.wish ?? agreed.terms
    }
}
