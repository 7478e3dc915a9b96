import GatewayModel

/// What is known better than closed reports said.
extension AgendaDraft {
    /// Of the month's own report.
    func errata() -> [AgendaItem] { errata(of: model.facts.month, model.errata) }

    /// Of reports of other months, the oldest first: late readings reach them long after their assembly.
    func olderErrata() -> [AgendaItem] {
        model.facts.olderErrata.sorted { $0.key < $1.key }.flatMap { errata(of: $0, $1) }
    }

    private func errata(of month: CalendarMonth, _ errata: [Erratum]) -> [AgendaItem] {
        let grounds = errata.map {
            "\($0.resource.rawValue)/\($0.number ?? 0)/\($0.after?.description ?? "")"
        }
        guard !errata.isEmpty, !isTold(.reportChanged, month.description, grounds) else { return [] }
        return [
            item(
                .reportChanged, .inform, subject: month.description, about: nil,
                values: ["month": words.month(month)], facts: errata.map { fact(of: $0, in: month) },
                options: ["tell"], minutes: 5, related: [], grounds: grounds,
                evidence: [.init("commons report --month \(month)")])
        ]
    }

    /// True where an earlier assembly that was held has heard of all of it.
    private func isTold(_ kind: AgendaKind, _ subject: String, _ grounds: [String]) -> Bool {
        let meeting = model.facts.nextMeetingDay ?? assembly
        let told = model.facts.agendaPast[id(of: kind, subject), default: []].filter {
            $0.meeting < meeting && !model.facts.cancelledMeetings.contains($0.meeting) && $0.status != .deferred
        }
        return Set(told.flatMap { $0.items.values.flatMap(\.grounds) }).isSuperset(of: grounds)
    }

    private func fact(of erratum: Erratum, in month: CalendarMonth) -> String {
        let text = words.text(
            erratum.newer == nil ? "agenda.facts.erratum" : "agenda.facts.erratum_between",
            [
                "resource": words.resource(erratum.resource),
                "before": words.total(erratum.before, erratum.unit, in: erratum.number),
                "after": words.total(erratum.after, erratum.unit, in: erratum.newer),
            ])
        var facts = model.facts
        facts.month = month
        return marked(text, DisputeReport(facts).mark(of: erratum.resource, points: facts.sensors))
    }
}
