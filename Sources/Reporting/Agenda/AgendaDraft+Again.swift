import GatewayModel

/// Items that an assembly has not dealt with: they go on with what was said of them.
extension AgendaDraft {
    /// How many earlier months an item tells of at most.
    private static let mostMonths = 6

    /// The item with the facts with which it was posted, where nobody entered what came of it: what happened in those
    /// months may have been told to nobody.
    func growing(_ item: AgendaItem, from last: AgendaPast) -> AgendaItem {
        guard [.submitted, .accepted].contains(last.status), let posted = last.items[words.language],
            posted.kind == item.kind
        else { return item }
        if item.kind == .pausedAgain { return item.with(posted.facts.filter { !isLate($0) }, of: posted) }
        let months = AgendaDraft.months(in: posted.grounds)
        let told = Set(AgendaDraft.months(in: item.grounds))
        let missing = months.filter { !told.contains($0) }.suffix(AgendaDraft.mostMonths)
        guard AgendaDraft.toldByMonth.contains(item.kind), !missing.isEmpty else { return item }
        let earlier = posted.facts.filter { !isLate($0) && !item.facts.contains($0) }.compactMap { fact -> String? in
            if let month = months.first(where: { isNamed(fact, $0) }) { return missing.contains(month) ? fact : nil }
            // An item of one month alone says it in its title.
            guard months.count == 1 else { return nil }
            return words.text(
                "agenda.facts.of_month", ["month": words.month(missing[missing.startIndex]), "fact": fact])
        }
        var grown = item
        if told.count == 1, told.contains(model.facts.month) {
            grown.facts = item.facts.map { isNamed($0, model.facts.month) ? $0 : named($0, in: item.kind) }
        }
        return grown.with(earlier, of: posted, behind: Set(rules)) { ground in
            missing.contains { ground.hasSuffix("/\($0)") }
        }
    }

    /// The months that grounds speak of, `month/2026-10` and `passed/2026-10`, oldest first.
    static func months(in grounds: [String]) -> [CalendarMonth] {
        let parts = grounds.map { $0.split(separator: "/", maxSplits: 1).map(String.init) }
        return Set(parts.compactMap { $0.count == 2 ? CalendarMonth(text: $0[1]) : nil }).sorted()
    }

    /// True for a fact that says of which month it is.
    private func isNamed(_ fact: String, _ month: CalendarMonth) -> Bool {
        ["agenda.facts.of_month", "agenda.facts.so_far"].contains { key in
            let end = "\u{0}"
            let text = words.text(key, ["month": words.month(month), "date": end, "fact": end])
            return fact.hasPrefix(text.prefix { $0 != "\u{0}" })
        }
    }

    /// True for the fact that an item came up after its agenda had closed.
    func isLate(_ fact: String) -> Bool {
        let parts = words.text("agenda.facts.late", ["moment": "\u{0}"]).split(separator: "\u{0}")
        guard parts.count == 2 else { return false }
        return fact.hasPrefix(parts[0]) && fact.hasSuffix(parts[1])
    }
}

extension AgendaItem {
    /// With earlier facts behind those that lead it, and with the grounds and the evidence of what they come from.
    fileprivate func with(
        _ earlier: [String], of posted: AgendaItem, behind leading: Set<String> = [],
        grounds isTheirs: (String) -> Bool = { _ in true }
    ) -> AgendaItem {
        var item = self
        let first = facts.prefix { leading.contains($0) }
        item.facts = Array(first) + earlier.filter { !facts.contains($0) } + facts.dropFirst(first.count)
        item.grounds = posted.grounds.filter { isTheirs($0) && !grounds.contains($0) } + grounds
        item.evidence = posted.evidence.filter { !evidence.contains($0) } + evidence
        item.related = posted.related.filter { !related.contains($0) } + related
        return item
    }
}
