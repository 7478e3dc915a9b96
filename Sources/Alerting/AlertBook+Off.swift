import GatewayModel

extension AlertBook {
    /// Switches a sensor or limit off until a time; where it protects people a second person has to agree.
    ///
    /// Its alerts are raised and recorded all the same, and people are told of those that still hold when it ends.
    public mutating func switchOff(
        _ subject: String, until: Instant, why: String, person: String, means: String, voice: String? = nil,
        forPeople: Bool, isHousehold: Bool, now: Instant
    ) throws(AnswerError) -> [AlertAction] {
        let wish = AlertPause(
            at: now, until: until, reason: why, person: person, needsSecond: forPeople, voice: voice)
        let before = switchedOff[subject]
        let agreed = try policy.agreed(
            wish, with: before?.terms, beside: before?.wish, latest: policy.latestOff(forPeople: forPeople, now: now))
        let off = SwitchedOff(subject: subject, terms: agreed.terms, wish: agreed.wish, isHousehold: isHousehold)
        switchedOff[subject] = off
        let isAgreed = agreed.wish == nil && agreed.terms.isInForce
        let switching = isAgreed ? AlertAction.Switching.off : .offAsked
        var actions: [AlertAction] = [
            .switched(off, switching), record(off, switching, person: person, means: means, note: why),
        ]
        guard isAgreed else { return actions }
        for var alert in open where alert.holds && AlertBook.subjects(of: alert).contains(subject) {
            rest(&alert, now: now)
            keep(alert)
            actions.append(.store(alert))
        }
        return actions
    }

    /// Switches it on again.
    public mutating func switchOn(
        _ subject: String, person: String, means: String, now: Instant
    ) throws(AnswerError) -> [AlertAction] {
        guard let off = switchedOff.removeValue(forKey: subject) else { throw AnswerError(code: .notOff) }
        return [.switched(off, .on), record(off, .on, person: person, means: means, note: nil)] + wake(now: now)
    }

    mutating func endSwitchOffs(now: Instant) -> [AlertAction] {
        var over = switchedOff.values.filter { now >= $0.terms.until }.sorted { $0.subject < $1.subject }
        guard !over.isEmpty else { return [] }
        for index in over.indices {
            if let wish = over[index].wish, now >= wish.until { over[index].wish = nil }
            switchedOff[over[index].subject] = over[index].waiting
        }
        return over.flatMap { off in
            let switching = off.terms.isInForce ? AlertAction.Switching.offEnded : .offForgotten
            return [.switched(off, switching), record(off, switching, person: nil, means: "clock", note: nil)]
        } + wake(now: now)
    }

    /// Lets an alert rest as long as its sensor or its limit is switched off, or what it follows from holds.
    func rest(_ alert: inout Alert, now: Instant) {
        guard alert.holds else { return }
        let isNew = alert.entries.count == 1
        let off = off(alert)
        if let off, alert.offUntil != nil { alert.offUntil = off.terms.until }
        if let off, alert.offUntil == nil {
            alert.offUntil = off.terms.until
            alert.entries.append(
                AlertEntry(
                    at: now, kind: .switchedOff, person: off.terms.person, note: off.terms.reason,
                    until: off.terms.until))
        }
        if let parent = parent(of: alert), alert.coveredBy == nil {
            alert.coveredBy = parent.number
            alert.entries.append(AlertEntry(at: now, kind: .covered, note: "\(parent.number)"))
        }
        if isNew, alert.entries.count > 1 { alert.isUntold = true }
        alert.settle()
    }

    mutating func wake(now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var alert in open where alert.offUntil != nil && off(alert) == nil {
            alert.offUntil = nil
            actions += resume(alert, .switchedOn, tells: true, now: now)
        }
        return actions
    }

    /// What protects people rests only by what two persons agreed on, for a day; a switch-off of one person from before
    /// a limit for people was decided does not cover it.
    private func off(_ alert: Alert) -> SwitchedOff? {
        let isForPeople = protectsPeople(alert)
        return AlertBook.subjects(of: alert).compactMap { switchedOff[$0] }
            .filter { $0.terms.isInForce && (!isForPeople || $0.terms.mayRestPeople) }
            .max { $0.terms.until < $1.terms.until }
    }

    /// The names under which an alert can be switched off: its sensor, and its limit.
    static func subjects(of alert: Alert) -> [String] {
        switch alert.cause {
        case .limit(let reference): [alert.subject, reference.description].filter { !$0.isEmpty }
        case .box(.sensorSilent): [alert.subject]
        // What the box says of itself cannot be switched off.
        case .box: []
        }
    }

    func record(
        _ off: SwitchedOff, _ switching: AlertAction.Switching, person: String?, means: String, note: String?
    ) -> AlertAction {
        let terms = switching == .offAsked ? off.wish ?? off.terms : off.terms
        let facts = ["means": means, "until": terms.until.description]
        let subject = ["subject": off.subject]
        var texts = off.isHousehold ? subject : [:]
        texts["person"] = person
        texts["note"] = note
        return .record(
            kind: "alerts.\(switching.rawValue)",
            facts: off.isHousehold ? facts : facts.merging(subject) { first, _ in first }, erasable: texts)
    }
}
