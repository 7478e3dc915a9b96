import GatewayModel

extension ReportWords {
    /// A total with what is missing: `412 m³`, `at least 398 m³ (38 of 40 meters)`, `we do not know`.
    func total(_ total: MonthTotal, _ unit: Unit) -> String {
        guard let amount = total.amount else { return text("report.total.\(total.certainty.rawValue)") }
        let figure = self.amount(amount, unit)
        let worded: String =
            total.certainty == .atLeast
            ? text(
                "report.total.at_least",
                [
                    "amount": figure, "measured": String(total.meters.measured),
                    "expected": String(total.meters.expected),
                ])
            : figure
        return total.hasEstimates ? text("report.total.estimated", ["amount": worded]) : worded
    }

    /// How sure a total is: `measured part 97 %`, and whether too many days are missing.
    func sureness(_ total: MonthTotal) -> String {
        let part = text("report.total.measured_part", ["percent": percent(total.measuredPercent)])
        guard total.isIncomplete else { return part }
        let incomplete = text(
            "report.total.incomplete",
            ["measured": String(total.days.measured), "expected": String(total.days.expected)])
        return part + "; " + incomplete
    }

    func coverage(_ coverage: Coverage) -> String {
        text(
            "report.total.days_measured",
            ["measured": String(coverage.measured), "expected": String(coverage.expected)])
    }

    /// `12 % more per day than in September 2026`.
    func comparison(_ comparison: Comparison) -> String {
        text(
            "report.comparison.\(comparison.verdict.rawValue)",
            ["month": month(comparison.month), "percent": percent(abs(comparison.percent ?? 0))])
    }

    /// What a limit says: `not more than 15 m³ per day`, with the people and the ground that it counts for.
    func rule(_ limit: Limit, _ scale: Scale) -> String {
        let key = "report.limit.\(limit.bound.rawValue)"
        switch limit.rule {
        case .instant(let value, _, let onDelay, _):
            let figure = exactAmount(value, limit.unit)
            if onDelay == 0 { return text(key + ".instant", ["amount": figure]) + limit.whenWords(phrases) }
            return text(key + ".instant_for", ["amount": figure, "duration": duration(onDelay)])
                + limit.whenWords(phrases)
        case .budget(let amount, let period, let basis, _) where basis == .total || basis == .perPerson:
            let per = text("limits.period.\(period.word)")
            return text(
                key + (basis == .perPerson ? ".budget_per_person" : ".budget"),
                ["amount": exactAmount(amount, limit.unit), "period": per]) + limit.whenWords(phrases)
        case .silence(let seconds):
            return text("report.limit.silence", ["duration": duration(seconds)]) + limit.whenWords(phrases)
        default: return limit.words(phrases, scale)
        }
    }

    /// How an amount is shared among communities, and where that was decided; nil for what is this community's own.
    func shared(_ limit: Limit) -> String? {
        limit.shared.map { text("limits.sentence_of", ["title": title(limit), "text": $0.words(phrases)]) }
    }

    /// What may be said ahead about a limit, a sentence each.
    func outlook(_ facts: LimitFacts, _ model: ReportModel) -> [String] {
        facts.outlook?.words(phrases, of: facts.limit) { id in
            model.facts.sensors.first { $0.sensor.id == id }.map { name($0.sensor) } ?? id.rawValue
        } ?? []
    }

    /// Why an alert was raised.
    func cause(_ cause: AlertCause, limits: [LimitReport]) -> String {
        switch cause {
        case .box(let condition): text("report.box.\(condition.rawValue)")
        case .limit(let reference):
            limits.first { $0.facts.reference == reference }.map { title($0.facts.limit) } ?? reference.description
        }
    }
}
