import GatewayModel

extension AgendaDraft {
    /// Limits whose review date comes within the next assemblies. One whose budget was passed is talked about once, there.
    ///
    /// How it was kept is taken from the month, and of a limit that did not count in it from the newest of the `months`.
    func reviews(_ months: [AgendaDraft], besides passed: [AgendaItem]) -> [AgendaItem] {
        let spokenOf = Set(passed.flatMap(\.related))
        return model.reviews.filter { !spokenOf.contains($0.facts.reference.description) }.map { report in
            let facts = report.facts
            let decision = String(facts.reference.resolution)
            // Of one that counts too few homes neither how it was kept is said nor its name.
            let title =
                facts.isOnHomes
                ? words.text("report.limits.on_homes", ["decision": decision]) : words.title(facts.limit)
            return item(
                .limitExpiring, .decide, subject: facts.reference.description, about: facts.limit,
                values: ["limit": title, "date": words.date(facts.reviewBy)],
                facts: facts.isOnHomes
                    ? [words.text("agenda.facts.on_homes")]
                    : [rule(of: facts.limit, facts.scale)] + kept(report, months),
                options: ["renew", "change"], doNothing: facts.limit.goesOnAfterReview ? "goes_on" : "ends",
                minutes: 10, related: [facts.isOnHomes ? decision : facts.reference.description],
                grounds: ["review/\(facts.reviewBy)"], evidence: evidence(facts.reference))
        }
    }

    /// True for the review of a limit whose decision was replaced since: nobody has to look at it any more.
    func isReplaced(_ item: AgendaItem) -> Bool {
        guard item.kind == .limitExpiring else { return false }
        let standing = model.facts.reviewable ?? model.facts.limits
        return !standing.contains { id(of: .limitExpiring, $0.reference.description) == item.id }
    }

    /// On how many days a limit was kept; nothing where it has not counted on any.
    private func kept(_ report: LimitReport, _ months: [AgendaDraft]) -> [String] {
        if let fact = days("kept", report.counts) { return [marked(fact, mark(of: report.facts))] }
        return months.reversed().lazy.compactMap { draft in
            draft.model.limits.first { $0.facts.reference == report.facts.reference }
                .flatMap { draft.days("kept_in", $0.counts) }.map(draft.withMonth)
                .map { draft.marked($0, draft.mark(of: report.facts)) }
        }.first.map { [$0] } ?? []
    }

    private func days(_ name: String, _ counts: [LimitDayState: Int]) -> String? {
        guard counts.values.contains(where: { $0 > 0 }) else { return nil }
        return words.text(
            "agenda.facts.\(name)",
            [
                "within": String((counts[.within] ?? 0) + (counts[.near] ?? 0)), "past": String(counts[.past] ?? 0),
                "unknown": String(counts[.unknown] ?? 0),
            ])
    }
}
