import GatewayModel
import StrictYAML

/// Reads one entry of `limits:` in a resolution, in everyday words and units.
enum LimitEntry {
    private static let keys =
        [
            "id", "title", "bound", "protects", "resource", "sensors", "priority", "response", "floor",
            "waives_confirmation", "season", "days", "hours", "at_stage", "shared", "rule",
        ] + RuleEntry.kinds

    /// The limit; nil where a problem was reported that leaves it incomplete.
    static func limit(_ field: Field) -> Limit? {
        guard let fields = field.mapping(keys: keys),
            let id = fields.required("id", example: "tank-minimum")?.string(),
            let titles = fields.required("title", example: "Water in the tank")?.texts(),
            let protects = fields.required("protects", example: "people")?.choice(Protects.self),
            let resource = fields.required("resource", example: "water")?.string(),
            let priority = fields.required("priority", example: "today")?.choice(Priority.self)
        else { return nil }
        let plain = fields["rule"].flatMap(PlainRule.parse)
        // What is wrong with the rule was said; that the bound is missing then would mislead.
        guard fields["rule"] == nil || plain != nil else { return nil }
        let bound: Bound?
        if let plain, fields["bound"] == nil {
            bound = plain.bound
        } else {
            bound = fields.required("bound", example: "at_least")?.choice(Bound.self)
        }
        guard let bound else { return nil }
        if let plain, plain.bound != bound {
            fields["bound"]?.report(
                "the bound says something else than the rule", remedy: "leave bound: out, the rule says it")
        }
        for key in RuleEntry.kinds where plain != nil {
            fields[key]?.report("a limit needs exactly one rule", remedy: "leave one of rule: and \(key): out")
        }
        let said = [
            ("season", plain?.season != nil), ("days", plain?.days != nil), ("hours", plain?.hours != nil),
        ]
        for (key, isSaid) in said where isSaid {
            fields[key]?.report("the rule says its \(key) already", remedy: "leave one of the two out")
        }
        let sensors = fields.required("sensors", example: "[tank/level]").map(RuleEntry.sensors) ?? []
        let season = plain?.season ?? fields["season"].flatMap(YearSpan.read)
        guard let (rule, unit) = plain.map({ ($0.rule, $0.unit) }) ?? RuleEntry.rule(fields, season: season)
        else { return nil }
        guard let details = RuleDetails(fields, plain: plain) else { return nil }
        var limit = Limit(
            id: id, titles: titles, bound: bound, protects: protects, resource: Resource(rawValue: resource),
            sensors: sensors, unit: unit, rule: rule, priority: priority, responses: fields["response"]?.texts() ?? [:],
            floor: fields["floor"]?.string(), waivesConfirmation: fields["waives_confirmation"]?.boolean() ?? false,
            season: season, days: plain?.days ?? fields["days"].flatMap(CountedDays.read),
            hours: plain?.hours ?? fields["hours"].flatMap(DayWindow.read),
            atStage: fields["at_stage"].flatMap(StagesEntry.condition))
        if let shared = fields["shared"] {
            // What is wrong with it was said; that it is missing then would mislead.
            guard let read = SharedBudget.read(shared) else { return nil }
            limit.shared = read
        }
        (limit.leastMeasured, limit.warnsOnCourse) = (details.leastMeasured, details.warnsOnCourse)
        return limit
    }
}
