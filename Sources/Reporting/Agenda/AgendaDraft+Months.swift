import GatewayModel

extension AgendaDraft {
    /// Items whose facts are a month's; each fact then says of which.
    static let toldByMonth: Set<AgendaKind> = [
        .budgetPassed, .limitPassed, .peopleAtRisk, .tooManyAlarms, .dataGap,
    ]

    /// True once the month that is drafted from is over.
    private var isOver: Bool {
        model.facts.zone.date(at: model.facts.generatedAt) >= model.facts.month.next.firstDay
    }

    /// What the month alone has to say; of one that runs only what stays true until its end.
    private func ofMonth() -> [AgendaItem] {
        budgets() + passed() + pausedAgain() + (isOver ? alarmLoad() + gaps() + errata() : [])
    }

    /// What several months have to say, oldest first: one item for each matter, with every month's facts.
    ///
    /// An agenda closes some days before the assembly, so a month may end between two of them, and what happened in it must
    /// come onto the next. With one month alone its items are as they are.
    static func together(_ drafts: [AgendaDraft], around base: AgendaDraft) -> [AgendaItem] {
        var order: [String] = []
        var parts: [String: [(draft: AgendaDraft, item: AgendaItem)]] = [:]
        for draft in drafts {
            for item in draft.ofMonth() {
                if parts[item.id] == nil { order.append(item.id) }
                parts[item.id, default: []].append((draft, item))
            }
        }
        return order.compactMap { id in
            guard let found = parts[id], var item = found.last?.item else { return nil }
            let isPlain = found.count == 1 && found[0].draft.model.facts.month == base.model.facts.month
            guard !isPlain else { return item }
            item.facts = []
            item.grounds = []
            item.evidence = []
            for (draft, part) in found {
                for fact in part.facts.map({ draft.named($0, in: part.kind) }) where !item.facts.contains(fact) {
                    item.facts.append(fact)
                }
                item.grounds += part.grounds.filter { !item.grounds.contains($0) }
                item.evidence += part.evidence.filter { !item.evidence.contains($0) }
                item.related += part.related.filter { !item.related.contains($0) }
            }
            return item
        }
    }

    /// A fact with its month, unless it is what the limit says, or how it ended.
    func named(_ fact: String, in kind: AgendaKind) -> String {
        guard AgendaDraft.toldByMonth.contains(kind), !rules.contains(fact) else { return fact }
        return withMonth(fact)
    }

    /// A fact with its month.
    func withMonth(_ fact: String) -> String {
        let key = isOver ? "agenda.facts.of_month" : "agenda.facts.so_far"
        return words.text(
            key,
            [
                "month": words.month(model.facts.month), "fact": fact,
                "date": words.date(model.facts.zone.date(at: model.facts.generatedAt)),
            ])
    }

    /// What the limits say, and how they ended, as facts.
    var rules: [String] {
        model.limits.flatMap { [rule(of: $0.facts.limit, $0.facts.scale)] + ending(of: $0.facts) }
    }

    /// What a limit says, as a fact.
    func rule(of limit: Limit, _ scale: Scale) -> String {
        words.text("agenda.facts.rule", ["limit": words.title(limit), "rule": words.rule(limit, scale)])
    }
}
