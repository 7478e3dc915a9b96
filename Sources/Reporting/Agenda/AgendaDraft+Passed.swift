import GatewayModel

extension AgendaDraft {
    /// Limits that were passed in the month and are no budgets: what protects people is talked about, the rest is told.
    ///
    /// Limits that look at homes are left out: on how many days a home passed one is its own business.
    func passed() -> [AgendaItem] {
        let homes = Set(model.facts.sensors.map(\.sensor).filter { $0.visibility == .household }.map(\.id))
        let spokenOf = Set(
            model.facts.alerts.filter { $0.priority == .assembly && $0.isOpen }.compactMap { alert in
                if case .limit(let reference) = alert.cause { reference } else { nil }
            })
        return model.limits.compactMap { report in
            let limit = report.facts.limit
            guard !report.facts.isLapsed, let past = report.counts[.past], past > 0,
                AgendaDraft.isAboutUse(limit.rule), homes.isDisjoint(with: limit.sensors),
                !spokenOf.contains(report.facts.reference)
            else { return nil }
            let protectsPeople = limit.protects == .people
            var facts = [
                rule(of: limit, report.facts.scale),
                words.text("agenda.facts.past", ["past": String(past), "days": String(model.dates.count)]),
            ]
            if let unknown = report.counts[.unknown], unknown > 0 {
                facts.append(words.text("agenda.facts.unknown", ["unknown": String(unknown)]))
            }
            return item(
                protectsPeople ? .peopleAtRisk : .limitPassed, protectsPeople ? .discuss : .inform,
                subject: report.facts.reference.description, about: limit, values: ["limit": words.title(limit)],
                facts: facts, options: ["secure", "change"], minutes: protectsPeople ? 15 : 5,
                related: [report.facts.reference.description], grounds: ["passed/\(model.facts.month)"],
                evidence: evidence(report.facts.reference) + [monthly])
        }
    }

    /// False for budgets, which have an item of their own, and for rules about what was not measured.
    private static func isAboutUse(_ rule: Limit.Rule) -> Bool {
        switch rule {
        case .budget, .silence, .flatline, .measured: false
        default: true
        }
    }
}
