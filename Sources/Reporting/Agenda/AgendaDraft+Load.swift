import GatewayModel

extension AgendaDraft {
    /// More alarms than volunteers can bear, by the budget of the configuration, with the ten worst causes.
    func alarmLoad() -> [AgendaItem] {
        let load = model.load
        guard load.isTooMuch else { return [] }
        var facts = [words.load(load, stewards: model.facts.stewardCount), words.budget(load.budget)]
        if load.busiest > 0 { facts.append(words.text("agenda.facts.busiest", ["count": String(load.busiest)])) }
        facts += load.causes.prefix(10).map { cause in
            words.text(
                cause.wrong > 0 ? "agenda.facts.top_false" : "agenda.facts.top",
                [
                    "what": words.cause(cause.cause, limits: model.limits), "count": String(cause.count),
                    "wrong": String(cause.wrong),
                ])
        }
        return [
            item(
                .tooManyAlarms, .discuss, subject: "", about: nil,
                values: ["month": words.month(model.facts.month)], facts: facts, options: ["fix", "help"], minutes: 15,
                related: [], grounds: ["month/\(model.facts.month)"], evidence: [monthly])
        ]
    }
}
