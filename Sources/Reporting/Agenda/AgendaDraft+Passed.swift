import GatewayModel

extension AgendaDraft {
    /// Budgets that were passed in the month.
    func budgets() -> [AgendaItem] {
        model.limits.compactMap { report in
            let limit = report.facts.limit
            guard case .budget(_, let period, _, _) = limit.rule, var facts = facts(ofPassed: report) else {
                return nil
            }
            // Of many short periods the last ones stand for the others.
            facts += report.facts.budgetUse.filter(\.value.isPassed).sorted { $0.key < $1.key }.suffix(5)
                .map { use in
                    marked(used(use.value, of: limit, from: use.key, isDay: period == .day), mark(of: report.facts))
                }
            // A limit that is due for review is talked about once.
            let values = values(of: report.facts)
            if report.isUpForReview { facts.append(words.text("agenda.facts.review_due", values)) }
            let isReplaced = report.facts.replaced != nil
            return item(
                .budgetPassed, isReplaced ? .discuss : .decide, subject: report.facts.reference.description,
                about: limit, values: values, facts: facts,
                options: isReplaced
                    ? ["look"]
                    : report.isUpForReview
                        ? ["save", "renew", "change"]
                        : hasLapsed(report.facts) ? ["renew", "change"] : ["save", "change"],
                doNothing: report.isUpForReview
                    ? (limit.goesOnAfterReview ? "goes_on" : "ends") : afterwards(of: report.facts),
                minutes: 15,
                related: [report.facts.reference.description] + alerts(of: report.facts).map { String($0.number) },
                grounds: ["passed/\(model.facts.month)"]
                    + (report.isUpForReview ? ["review/\(report.facts.reviewBy)"] : []),
                evidence: evidence(report.facts.reference) + [monthly])
        }
    }

    private func used(_ use: BudgetUse, of limit: Limit, from first: CalendarDate, isDay: Bool) -> String {
        let amount = words.amount(use.amount, limit.unit)
        return words.text(
            isDay ? "agenda.facts.used_on" : use.until == nil ? "agenda.facts.used" : "agenda.facts.used_until",
            [
                "date": words.date(first), "last": use.until.map(words.date) ?? "",
                "amount": use.isLowerBound ? words.text("agenda.facts.at_least", ["amount": amount]) : amount,
            ])
    }

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
            guard AgendaDraft.isAboutUse(limit.rule), homes.isDisjoint(with: limit.sensors),
                !spokenOf.contains(report.facts.reference), let told = facts(ofPassed: report)
            else { return nil }
            let protectsPeople = limit.protects == .people
            let facts = told + occurrences(of: report.facts)
            let isReplaced = report.facts.replaced != nil
            return item(
                protectsPeople ? .peopleAtRisk : .limitPassed, protectsPeople ? .discuss : .inform,
                subject: report.facts.reference.description, about: limit, values: values(of: report.facts),
                facts: facts, options: isReplaced ? ["secure"] : ["secure", "change"],
                doNothing: afterwards(of: report.facts), minutes: protectsPeople ? 15 : 5,
                related: [report.facts.reference.description] + alerts(of: report.facts).map { String($0.number) },
                grounds: ["passed/\(model.facts.month)"],
                evidence: evidence(report.facts.reference) + [monthly])
        }
    }

    /// What a limit says, and on how many of the days on which it counted it was passed, also where it has ended since; nil
    /// where it was not.
    private func facts(ofPassed report: LimitReport) -> [String]? {
        guard !report.isShownOnly, let past = report.counts[.past], past > 0 else { return nil }
        let hasEnded = !afterwards(of: report.facts).isEmpty
        let days = hasEnded ? report.counts.values.reduce(0, +) : model.dates.count
        let told = words.text("agenda.facts.past", ["past": String(past), "days": String(days)])
        let mark = alerts(of: report.facts).reduce(mark(of: report.facts)) {
            $0.union(model.disputes.mark(ofAlert: $1.number))
        }
        var facts =
            [rule(of: report.facts.limit, report.facts.scale)] + ending(of: report.facts) + [marked(told, mark)]
        if let unknown = report.counts[.unknown], unknown > 0 {
            facts.append(words.text("agenda.facts.unknown", ["unknown": String(unknown)]))
        }
        return facts
    }

    /// The month's alerts of a limit; never one that is a home's.
    func alerts(of facts: LimitFacts) -> [AlertRow] {
        let homes = Set(model.facts.alerts.filter(\.isPrivate).map(\.number))
        return model.alerts.rows.filter {
            $0.cause == .limit(facts.reference) && !$0.isHousehold && !homes.contains($0.number)
        }
    }

    /// How a limit ended, as a fact; none where it goes on.
    func ending(of facts: LimitFacts) -> [String] {
        let end = afterwards(of: facts)
        return end.isEmpty ? [] : [words.text("agenda.facts.\(end)", values(of: facts))]
    }

    /// What the words of an item about a limit may name.
    private func values(of facts: LimitFacts) -> [String: String] {
        var values = ["limit": words.title(of: facts), "date": words.date(facts.reviewBy)]
        if let replaced = facts.replaced {
            values["decision"] = String(replaced.by)
            values["last"] = words.date(replaced.lastDay)
        }
        return values
    }

    /// The words for how a limit has ended by now; empty where it goes on.
    private func afterwards(of facts: LimitFacts) -> String {
        facts.replaced != nil ? "replaced" : hasLapsed(facts) ? "lapsed" : ""
    }

    /// True where its review date has passed, also where that was after the month.
    private func hasLapsed(_ facts: LimitFacts) -> Bool {
        facts.isLapsed
            || model.facts.reviewable?.contains { $0.reference == facts.reference && $0.isLapsed } ?? false
    }

    /// False for budgets, which have an item of their own, and for rules about what was not measured.
    private static func isAboutUse(_ rule: Limit.Rule) -> Bool {
        switch rule {
        case .budget, .silence, .flatline, .measured: false
        default: true
        }
    }
}
