import GatewayModel

extension AgendaDraft {
    /// A list of delegates that waits at the console, and decisions on paper that lack signatures.
    func decisions() -> [AgendaItem] {
        let facts = model.facts.decisions
        return (facts.recovery.map { [recovery($0)] } ?? []) + facts.waiting.map(waiting)
            + facts.unreadable.map(unreadable) + (facts.ending.map(ending) ?? [])
    }

    /// A list of delegates too few of whom may sign soon: while they may, they sign the next one.
    private func ending(_ ending: DecisionFacts.Ending) -> [AgendaItem] {
        guard let horizon = model.facts.reviewHorizon, ending.lastAssembly < horizon else { return [] }
        let values = ["needed": String(ending.needed), "date": words.date(ending.lastAssembly)]
        return [
            item(
                .delegatesEnding, .decide, subject: String(ending.number), about: nil, values: values,
                facts: ending.persons.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { person, until in
                    words.text("agenda.facts.key_ends", ["person": person, "date": words.date(until)])
                }, options: ["list"], minutes: 15, related: [String(ending.number)], whom: "everyone",
                grounds: ["until/\(ending.lastAssembly)"], evidence: [.init("commons limits verify")])
        ]
    }

    private func recovery(_ recovery: DecisionFacts.Recovery) -> AgendaItem {
        let values = ["decision": String(recovery.number), "moment": words.moment(recovery.endsAt)]
        let facts =
            [
                words.text("agenda.facts.recovery_begun", ["moment": words.moment(recovery.begunAt)]),
                words.text(
                    "agenda.facts.fingerprint",
                    ["sha256": Document.checkNumberLines(recovery.sha256).joined(separator: " ")]),
            ]
            + recovery.persons.sorted { $0.key < $1.key }.map { person, keys in
                words.text("agenda.facts.delegate", ["person": person, "keys": keys.joined(separator: ", ")])
            }
        return item(
            .recoveryWaiting, .decide, subject: recovery.sha256, about: nil, values: values, facts: facts,
            options: ["keep", "stop"], minutes: 15, related: [String(recovery.number)], whom: "everyone",
            grounds: ["sha256/\(recovery.sha256)"],
            evidence: [
                .init(
                    words.text("agenda.evidence.decision", ["decision": String(recovery.number)]),
                    sha256: recovery.sha256)
            ])
    }

    private func unreadable(_ file: DecisionFacts.Unreadable) -> AgendaItem {
        item(
            .signaturesMissing, .decide, subject: "file/\(file.name)", about: nil, values: ["file": file.name],
            facts: [file.reason], options: ["mend"], minutes: 5, related: [], whom: "everyone",
            grounds: ["unreadable/\(file.name)"], evidence: [.init("commons check")], words: "unreadable_decision")
    }

    private func waiting(_ waiting: DecisionFacts.Waiting) -> AgendaItem {
        let values = [
            "decision": String(waiting.number), "assembly": words.date(waiting.assembly),
            "signed": String(waiting.signed), "needed": String(waiting.needed),
            "missing": waiting.missing.joined(separator: ", "),
        ]
        return item(
            .signaturesMissing, .decide, subject: String(waiting.number), about: nil, values: values,
            facts: [
                words.text("agenda.facts.signed", values), words.text("agenda.facts.not_signed", values),
                SigningState.onPaper(waiting.minutes).text(words.phrases),
            ]
                + (waiting.passedBy.map {
                    [words.text("agenda.facts.passed_over", ["decision": values["decision"] ?? "", "by": String($0)])]
                } ?? []), options: ["sign", "list"], minutes: 10, related: [String(waiting.number)], whom: "everyone",
            grounds: ["decision/\(waiting.number)"], evidence: [.init("commons limits verify")])
    }
}
