import GatewayModel

extension AgendaDraft {
    /// Emergency measures first: they end at this assembly, which says whether they were right.
    func emergencies() -> [AgendaItem] {
        model.facts.limitNews.emergencies.map { emergency in
            let setBy = String(emergency.setBy ?? emergency.decision)
            let values = [
                "decision": String(emergency.decision),
                "limit": emergency.isOnHomes
                    ? words.text("report.limits.on_homes", ["decision": setBy]) : words.title(emergency.limit),
                "until": words.date(emergency.until),
            ]
            return item(
                .emergencyToRatify, .decide, subject: String(emergency.decision), about: emergency.limit,
                values: values,
                facts: (emergency.isOnHomes ? [] : [rule(of: emergency.limit, emergency.scale)]) + [
                    words.text(
                        "agenda.facts.tightened",
                        [
                            "amount": words.exactAmount(emergency.amount, of: emergency.limit),
                            "until": words.date(emergency.until),
                        ])
                ], options: ["ratify", "change"], minutes: 15, related: [String(emergency.decision)],
                grounds: ["until/\(emergency.until)"],
                evidence: evidence(LimitReference(resolution: emergency.decision, limit: emergency.limit.id)))
        }
    }

    /// Stages that only the assembly declares, and those that have begun by themselves.
    func stages() -> [AgendaItem] {
        model.facts.limitNews.stages.compactMap { stage in
            let title = stage.titles.text(in: words.language) ?? stage.reference.limit
            let name = stage.levelTitles.text(in: words.language) ?? ""
            let values = [
                "stages": title, "level": String(stage.proposed ?? stage.level), "name": name,
                "since": words.date(stage.since), "decision": stage.reference.description,
            ]
            let isUnseen = stage.isOnHomes && !stage.isDeclared
            let facts = [
                words.text(
                    stage.level == 0
                        ? "agenda.facts.no_stage" : isUnseen ? "agenda.facts.stage_on_homes" : "agenda.facts.stage",
                    values.merging(["level": String(stage.level)]) { $1 })
            ]
            if stage.isOnHomes, stage.isDeclared, stage.level == 0 {
                // Said whatever the homes use, so that it tells nothing of them.
                return item(
                    .stageProposed, .inform, subject: stage.reference.description, about: nil, values: values,
                    facts: [words.text("agenda.facts.stage_unseen")], options: ["declare"], minutes: 5,
                    related: [stage.reference.description], whom: "everyone", grounds: ["unseen"],
                    evidence: evidence(stage.reference), words: "stage_unseen")
            }
            if stage.proposed != nil {
                return item(
                    .stageProposed, .decide, subject: stage.reference.description, about: nil, values: values,
                    facts: facts, options: ["declare"], minutes: 15, related: [stage.reference.description],
                    whom: "everyone", grounds: ["level/\(stage.proposed ?? 0)/\(stage.since)"],
                    evidence: evidence(stage.reference))
            }
            guard stage.level > 0 else { return nil }
            return item(
                .stageCounts, .inform, subject: stage.reference.description, about: nil, values: values, facts: facts,
                options: ["change"], doNothing: stage.wasDeclared && stage.isDeclared ? "declared" : "", minutes: 5,
                related: [stage.reference.description], whom: "everyone",
                grounds: ["level/\(stage.level)/\(stage.since)"], evidence: evidence(stage.reference),
                words: isUnseen ? "stage_on_homes" : stage.wasDeclared ? "stage_declared" : nil)
        }
    }

    /// What a limit measures was changed: old, new, when, where everybody hears it.
    func measureChanges() -> [AgendaItem] {
        let changes = model.facts.limitNews.changes
        guard !changes.isEmpty else { return [] }
        return [
            item(
                .measureChanged, .discuss, subject: "", about: nil,
                values: ["count": String(changes.count)],
                facts: changes.map { change in
                    let point: String =
                        switch change.subject {
                        case .sensor(let sensor): words.name(sensor)
                        case .home: words.text("report.alerts.household")
                        case .days: words.text("told.all_days")
                        case .limit(let titles): titles.text(in: words.language) ?? ""
                        }
                    let fact = words.text(
                        "agenda.facts.measure_changed",
                        [
                            "point": point,
                            "moment": words.moment(change.at),
                            "what": Escaping.singleLine(change.what.text(words.phrases), limit: 1000),
                            "by": author(change.author),
                        ])
                    return ([fact] + change.effects.map(sentence)).joined(separator: " ")
                }, options: ["look"], minutes: 10, related: [], whom: "everyone",
                grounds: changes.map { "change/\($0.at)" }, evidence: [.init("commons log show")])
        ]
    }

    private func author(_ author: LimitNews.Change.Author) -> String {
        switch author {
        case .settings: words.text("told.by_settings")
        case .decision(let number): words.text("told.by_decision", ["number": String(number)])
        case .person(let entry): words.text("told.by_person", ["entry": String(entry)])
        }
    }

    /// What a change means for a figure of the month before it.
    private func sentence(_ effect: LimitNews.Change.Effect) -> String {
        let text = effect.effect.text(words.phrases)
        guard let sensor = effect.sensor else { return text }
        return words.text("told.effect.of", ["point": words.name(sensor), "effect": text])
    }
}
