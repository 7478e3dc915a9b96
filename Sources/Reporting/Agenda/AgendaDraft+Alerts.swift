import GatewayModel

extension AgendaDraft {
    /// How many alerts of one cause are told one by one; of the rest their number.
    private static let toldAlerts = 5
    /// How many times a limit was passed are told one by one where their days are told anyhow.
    private static let toldOccurrences = 3

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
            facts += rows.suffix(AgendaDraft.toldAlerts).map { told($0, of: found?.limit) }
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

    /// One alert: since when, how long, how far it went, and its place where that may be named.
    private func told(_ row: AlertRow, of limit: Limit?) -> String {
        let place = row.sensor.map { words.text("agenda.facts.place", ["point": words.name($0)]) }
        return [told(row), limit.flatMap { worst(row, of: $0) }, place, mark(of: row)].compactMap { $0 }
            .joined(separator: " ")
    }

    private func told(_ row: AlertRow) -> String {
        words.text(
            row.lasted == nil ? "agenda.facts.alert_on" : "agenda.facts.alert_over",
            [
                "number": String(row.number), "moment": words.moment(row.onset),
                "duration": words.duration(row.lasted ?? 0),
            ])
    }

    private func mark(of row: AlertRow) -> String? { words.mark(model.disputes.mark(ofAlert: row.number)) }

    /// How far an alert went past its limit; nil where it has no value, none in the limit's unit, or one that adds up homes.
    private func worst(_ row: AlertRow, of limit: Limit) -> String? {
        let homes = Set(model.facts.sensors.map(\.sensor).filter { $0.visibility == .household }.map(\.id))
        guard let worst = row.worst, let at = row.worstAt, limit.amountUnit == limit.unit,
            homes.isDisjoint(with: limit.sensors)
        else { return nil }
        let values = ["amount": words.amount(worst, limit.unit), "moment": words.moment(at)]
        return words.text(limit.bound == .atLeast ? "agenda.facts.lowest" : "agenda.facts.highest", values)
    }

    /// The times at which a limit was passed in the month, oldest first: those that went furthest, and how many more.
    func occurrences(of facts: LimitFacts) -> [String] {
        let limit = facts.limit
        let rows = alerts(of: facts)
        func isFurther(_ one: AlertRow, _ other: AlertRow) -> Bool {
            if let value = one.worst, let than = other.worst, value != than {
                return limit.bound == .atLeast ? value < than : value > than
            }
            return (one.lasted ?? .max, other.number) > (other.lasted ?? .max, one.number)
        }
        let told = Set(rows.sorted(by: isFurther).prefix(AgendaDraft.toldOccurrences).map(\.number))
        let place = limit.sensors.count > 1
        return rows.filter { told.contains($0.number) }.map { row in
            place
                ? self.told(row, of: limit)
                : [self.told(row), worst(row, of: limit), mark(of: row)].compactMap { $0 }.joined(separator: " ")
        }
            + (rows.count > told.count
                ? [words.text("agenda.facts.more_times", ["count": String(rows.count - told.count)])] : [])
    }

    private func subject(of cause: AlertCause) -> String {
        switch cause {
        case .limit(let reference): reference.description
        case .box(let condition): condition.rawValue
        }
    }
}
