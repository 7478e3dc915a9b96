import GatewayModel
import StrictYAML

/// Reads `stages:` and what belongs to it.
enum StagesEntry {
    /// One entry of `stages:`; nil where a problem was reported.
    static func stages(_ field: Field) -> Stages? {
        guard let fields = field.mapping(keys: ["id", "title", "resource", "declared", "levels"]),
            let id = fields.required("id", example: "drought")?.string(),
            let titles = fields.required("title", example: "Drought")?.texts(),
            let resource = fields.required("resource", example: "water")?.string(),
            let declaration = fields.required("declared", example: "in_advance")?.choice(Stages.Declaration.self),
            let levels = fields.required("levels", example: "[…]")?.list()
        else { return nil }
        let read = levels.compactMap(level)
        guard read.count == levels.count, !read.isEmpty else {
            if levels.isEmpty { field.report("'\(id)' has no level", remedy: "add at least one under levels:") }
            return nil
        }
        for (index, (milder, sterner)) in zip(read, read.dropFirst()).enumerated()
        where sterner.enter.isLooser(than: milder.enter) {
            levels[index + 1].report(
                "level \(index + 2) of '\(id)' begins before level \(index + 1)",
                remedy: "write the mildest level first")
        }
        return Stages(
            id: id, titles: titles, resource: Resource(rawValue: resource), declaration: declaration, levels: read)
    }

    /// `drought 1` or `drought 1-2`; `drought 0` while no level is entered.
    static func condition(_ field: Field) -> StageCondition? {
        let words = field.string()?.split(separator: " ") ?? []
        let ends = words.count == 2 ? words[1].split(separator: "-").compactMap { Int($0) } : []
        guard words.count == 2, let first = ends.first, let last = ends.last, ends.count <= 2, first >= 0, first <= last
        else {
            field.report("this is no level of a stage", remedy: "write `drought 1` or `drought 1-2`")
            return nil
        }
        return StageCondition(stages: String(words[0]), levels: first...last)
    }

    /// One entry of `declares:`, such as `{stages: 4/drought, level: 1}`.
    static func declaration(_ field: Field, number: Int) -> StageDeclaration? {
        guard let fields = field.mapping(keys: ["stages", "level"]),
            let name = fields.required("stages", example: "4/drought")?.string(),
            let level = fields.required("level", example: "1")?.integer(in: 0...20)
        else { return nil }
        let reference =
            name.contains("/") ? LimitReference(text: name) : LimitReference(resolution: number, limit: name)
        guard let reference else {
            fields["stages"]?.report("'\(name)' names no stages", remedy: "write NUMBER/ID, such as 4/drought")
            return nil
        }
        return StageDeclaration(stages: reference, level: level)
    }

    private static func level(_ field: Field) -> Stages.Level? {
        guard let fields = field.mapping(keys: ["title", "enter", "leave", "stays"]),
            let titles = fields.required("title", example: "Drought level 1")?.texts(),
            let enter = fields.required("enter", example: "{…}").flatMap(condition(of:)),
            let leaving = fields.required("leave", example: "by_assembly")
        else { return nil }
        var leave: DayCondition?
        if leaving.isMapping {
            guard let condition = condition(of: leaving) else { return nil }
            leave = condition
        } else if leaving.string() != "by_assembly" {
            leaving.report("'leave' must be a condition", remedy: "or `by_assembly` where only the assembly ends it")
            return nil
        }
        let stays = fields["stays"]?.seconds() ?? 86_400
        guard stays % 86_400 == 0 else {
            fields["stays"]?.report("a level lasts whole days", remedy: "write for example `7 d`")
            return nil
        }
        return Stages.Level(titles: titles, enter: enter, leave: leave, stays: max(1, Int(stays / 86_400)))
    }

    private static func condition(of field: Field) -> DayCondition? {
        guard let fields = field.anyMapping() else { return nil }
        for (key, make) in [("all", DayCondition.all), ("any", DayCondition.any)] {
            guard let parts = fields[key] else { continue }
            guard fields.keys == [key] else {
                field.report("'\(key)' stands alone", remedy: "put the other conditions into its list")
                return nil
            }
            let read = parts.list().compactMap(condition(of:))
            return read.count == parts.list().count && !read.isEmpty ? make(read) : nil
        }
        return comparison(field).map { .compare($0) }
    }

    private static func comparison(_ field: Field) -> DayComparison? {
        let measures = DayComparison.Measure.allCases.map(\.rawValue)
        guard let fields = field.mapping(keys: measures + ["more_than", "less_than", "of", "unit", "days", "over"])
        else {
            return nil
        }
        let named = measures.filter { fields[$0] != nil }
        guard named.count == 1, let measure = DayComparison.Measure(rawValue: named[0]), let whose = fields[named[0]]
        else {
            field.report(
                "a condition looks at one figure",
                remedy: "write one of \(measures.joined(separator: ", ")) with sensors")
            return nil
        }
        guard (fields["more_than"] != nil) != (fields["less_than"] != nil),
            let bound = fields["more_than"] ?? fields["less_than"]
        else {
            field.report("a condition has `more_than` or `less_than`", remedy: "write for example `more_than: 450 m3`")
            return nil
        }
        let sensors = RuleEntry.sensors(whose)
        let isMore = fields["more_than"] != nil
        let days = fields["days"]?.integer(in: 1...366) ?? 1
        let over = fields["over"]?.integer(in: 1...366) ?? 1
        guard let of = fields["of"] else {
            return bound.amount().map {
                DayComparison(
                    sensors: sensors, measure: measure, isMore: isMore, reference: .value($0.0), unit: $0.1, days: days,
                    over: over)
            }
        }
        guard let permille = bound.permille(in: 1...100_000), let (reference, unit) = reference(of, fields) else {
            return nil
        }
        return DayComparison(
            sensors: sensors, measure: measure, isMore: isMore, permille: permille, reference: reference, unit: unit,
            days: days, over: over)
    }

    /// `500 m3`, `{last_year: […]}`, `{last_month: […]}` or `{sensors: […]}`; all but the first with `unit:` beside.
    private static func reference(_ field: Field, _ beside: Fields) -> (DayComparison.Reference, Unit)? {
        guard field.isMapping else { return field.amount().map { (.value($0.0), $0.1) } }
        guard let fields = field.mapping(keys: ["last_year", "last_month", "sensors"]), fields.keys.count == 1,
            let key = fields.keys.first, let whose = fields[key].map(RuleEntry.sensors),
            let unit = beside.required("unit", example: "m3").flatMap({ $0.unit($0.string() ?? "") })
        else { return nil }
        switch key {
        case "last_year": return (.lastYear(whose), unit)
        case "last_month": return (.lastMonth(whose), unit)
        default: return (.sensors(whose), unit)
        }
    }
}

extension DayCondition {
    /// True where both are one comparison of the same figure, and this one's bound is reached first.
    fileprivate func isLooser(than other: DayCondition) -> Bool {
        guard case .compare(let own) = self, case .compare(let others) = other, own.sensors == others.sensors,
            own.measure == others.measure, own.over == others.over, own.isMore == others.isMore,
            own.isNumber ? others.isNumber : own.reference == others.reference, let bound = own.bound(in: own.unit),
            let least = others.bound(in: own.unit)
        else { return false }
        return own.isMore ? bound < least : bound > least
    }
}

extension DayComparison {
    fileprivate var isNumber: Bool {
        if case .value = reference { true } else { false }
    }

    /// What the figure is compared with, in a unit; of other figures the share of them. Nil where the units differ in kind.
    fileprivate func bound(in unit: Unit) -> DecimalValue? {
        guard case .value(let value) = reference else { return DecimalValue(mantissa: Int64(permille), scale: 3) }
        return value.multiplied(byRatio: Int64(permille), 1000)?.converted(from: self.unit, to: unit)
    }
}

extension LimitReference {
    /// Reads `12/tank-minimum`; nil for anything else.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), number > 0, !parts[1].isEmpty else { return nil }
        self.init(resolution: number, limit: String(parts[1]))
    }
}
