import GatewayModel

/// One plain sentence per limit, so that an assembly hears what it adopts.
public enum PlainSentence {
    /// The sentence in the phrasebook's language; `persons` are those whom an amount per person counts for.
    public static func of(_ limit: Limit, _ book: Phrasebook, persons: Int?) -> String {
        let language = book.language
        var values = [
            "title": limit.titles[language] ?? limit.titles[""] ?? limit.id,
            "unit": book.unit(limit.unit),
        ]
        let rule: String
        switch limit.rule {
        case .instant(let value, _, let onDelay, _):
            values["value"] = book.number(value)
            values["delay"] = duration(onDelay, book)
            rule = onDelay == 0 ? "instant" : "instant_for"
        case .budget(let amount, let period, let perPerson, _):
            values["value"] = book.number(amount)
            values["period"] = book.text("limits.period.\(period.rawValue)")
            values["persons"] = persons.map(String.init) ?? "?"
            rule = perPerson ? "budget_per_person" : "budget"
        case .silence(let after):
            values["delay"] = duration(after, book)
            rule = "silence"
        }
        let sentence = book.text("limits.sentence.\(rule).\(limit.bound.rawValue)", values)
        return sentence + " " + book.text("limits.protects.\(limit.protects.rawValue)")
    }

    /// The sentence about an alert of the box that the assembly wants otherwise than it comes.
    public static func of(_ condition: BoxCondition, _ rule: BoxAlertRule, _ book: Phrasebook) -> String {
        book.text(
            "limits.box_alert.\(rule.audience.rawValue)",
            [
                "condition": book.text("report.box.\(condition.rawValue)"),
                "priority": book.text("alerts.priority.\(rule.priority.rawValue)"),
            ])
    }

    /// One sentence for each thing that a resolution decides, in its order.
    public static func all(of resolution: Resolution, _ book: Phrasebook) -> [String] {
        resolution.limits.map { of($0, book, persons: resolution.personsServed["all"]) }
            + resolution.boxAlerts.sorted { $0.key.rawValue < $1.key.rawValue }.map { of($0, $1, book) }
            + (resolution.householdDays.map { [retention($0, book)] } ?? [])
    }

    /// The sentence about how long readings of households are kept.
    public static func retention(_ days: Int, _ book: Phrasebook) -> String {
        book.text("limits.retention", ["count": "\(days)"])
    }

    /// Seconds in words: the largest unit that divides them.
    public static func duration(_ seconds: Int64, _ book: Phrasebook) -> String {
        let units: [(name: String, seconds: Int64)] = [
            ("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1),
        ]
        let unit = units.first { seconds % $0.seconds == 0 && seconds >= $0.seconds } ?? ("seconds", 1)
        return book.text("limits.duration.\(unit.name)", ["count": String(seconds / unit.seconds)])
    }
}
