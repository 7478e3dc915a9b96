import GatewayModel

extension AgendaDraft {
    /// Alerts that were paused a second time in a row: what people keep putting off is for everybody to talk about.
    func pausedAgain() -> [AgendaItem] {
        let limits = Dictionary(
            model.limits.map { ($0.facts.reference, $0.facts.limit) }, uniquingKeysWith: { first, _ in first })
        return model.facts.alerts.sorted { $0.number < $1.number }.compactMap { alert in
            let pauses = alert.entries.filter { $0.kind == .paused }
            guard pauses.count > 1, alert.details["visibility"] == nil,
                let row = model.alerts.rows.first(where: { $0.number == alert.number }), !row.isHousehold
            else { return nil }
            let limit: Limit? = if case .limit(let reference) = alert.cause { limits[reference] } else { nil }
            let cause = words.cause(row.cause, limits: model.limits)
            var facts = pauses.map { entry in
                words.text(
                    "agenda.facts.pause",
                    [
                        "number": String(alert.number), "from": words.moment(entry.at),
                        "until": entry.until.map(words.moment) ?? "?", "why": entry.note ?? "",
                    ])
            }
            if let sensor = row.sensor { facts.append(words.text("agenda.facts.place", ["point": words.name(sensor)])) }
            if let limit { facts.append(words.text("agenda.facts.rule", ["limit": cause, "rule": words.rule(limit)])) }
            return item(
                .pausedAgain, .discuss, subject: alert.id, about: limit,
                values: ["what": cause, "count": String(pauses.count)], facts: facts, options: ["mend", "change"],
                minutes: 10, related: [String(alert.number)],
                grounds: pauses.map { "pause/\($0.at)" },
                evidence: [.init("commons alerts explain \(alert.number)")])
        }
    }
}
