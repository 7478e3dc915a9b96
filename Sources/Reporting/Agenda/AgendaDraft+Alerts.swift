import GatewayModel

extension AgendaDraft {
    /// How many alerts of one cause are told one by one; of the rest their number.
    private static let toldAlerts = 5

    /// Open alerts for the assembly: one item for each cause, which grows with its alerts.
    func alerts() -> [AgendaItem] {
        let limits = Dictionary(
            model.limits.map { ($0.facts.reference, $0.facts) }, uniquingKeysWith: { first, _ in first })
        let open = model.facts.alerts.sorted { $0.number < $1.number }.filter { alert in
            guard alert.priority == .assembly, alert.isOpen,
                model.alerts.rows.contains(where: { $0.number == alert.number })
            else { return false }
            // The budget's own item says the same and more.
            if case .limit(let reference) = alert.cause, case .budget = limits[reference]?.limit.rule { return false }
            return true
        }
        let groups = Dictionary(grouping: open, by: \.cause).values.sorted {
            ($0.first?.number ?? 0) < ($1.first?.number ?? 0)
        }
        return groups.compactMap { alerts in
            guard let first = alerts.first else { return nil }
            let found: LimitFacts? = if case .limit(let reference) = first.cause { limits[reference] } else { nil }
            let cause = words.cause(first.cause, limits: model.limits)
            var facts: [String] = []
            let rows = alerts.compactMap { alert in model.alerts.rows.first { $0.number == alert.number } }
            if rows.count > AgendaDraft.toldAlerts {
                facts.append(
                    words.text(
                        "agenda.facts.alerts_before",
                        [
                            "count": String(rows.count - AgendaDraft.toldAlerts),
                            "moment": words.moment(rows[0].onset),
                        ]))
            }
            facts += rows.suffix(AgendaDraft.toldAlerts).map(told)
            if let found {
                let rule = words.rule(found.limit, found.scale)
                facts.append(words.text("agenda.facts.rule", ["limit": cause, "rule": rule]))
            }
            var evidence: [AgendaItem.Evidence] = []
            if case .limit(let reference) = first.cause { evidence += self.evidence(reference) }
            var item = item(
                .alert, .discuss, subject: subject(of: first.cause), about: found?.limit, values: ["what": cause],
                facts: facts, options: ["look", "change"], minutes: 10, related: alerts.map { String($0.number) },
                grounds: alerts.map { "alert/\($0.id)" },
                evidence: alerts.suffix(AgendaDraft.toldAlerts).map { .init("commons alerts explain \($0.number)") }
                    + evidence)
            if first.cause == .box(.peopleAtRisk) { item.isAboutPeopleAtRisk = true }
            return item
        }
    }

    /// One alert in a sentence, with its place where that may be named.
    private func told(_ row: AlertRow) -> String {
        let sentence = words.text(
            row.lasted == nil ? "agenda.facts.alert_on" : "agenda.facts.alert_over",
            [
                "number": String(row.number), "moment": words.moment(row.onset),
                "duration": words.duration(row.lasted ?? 0),
            ])
        let place = row.sensor.map { words.text("agenda.facts.place", ["point": words.name($0)]) }
        return [sentence, place, words.mark(model.disputes.mark(ofAlert: row.number))].compactMap { $0 }
            .joined(separator: " ")
    }

    private func subject(of cause: AlertCause) -> String {
        switch cause {
        case .limit(let reference): reference.description
        case .box(let condition): condition.rawValue
        }
    }
}
