import GatewayModel
import StrictYAML

/// Reads one entry of `limits:` in a resolution, in everyday words and units.
enum LimitEntry {
    private static let keys = [
        "id", "title", "bound", "protects", "resource", "sensors", "priority", "response", "floor",
        "waives_confirmation", "instant", "budget", "silence",
    ]

    /// The limit; nil where a problem was reported that leaves it incomplete.
    static func limit(_ field: Field) -> Limit? {
        guard let fields = field.mapping(keys: keys),
            let id = fields.required("id", example: "tank-minimum")?.string(),
            let titles = fields.required("title", example: "Water in the tank")?.texts(),
            let bound = fields.required("bound", example: "at_least")?.choice(Bound.self),
            let protects = fields.required("protects", example: "people")?.choice(Protects.self),
            let resource = fields.required("resource", example: "water")?.string(),
            let priority = fields.required("priority", example: "today")?.choice(Priority.self)
        else { return nil }
        let sensors = (fields.required("sensors", example: "[tank/level]")?.list() ?? []).compactMap { $0.string() }
            .map(SensorID.init(rawValue:))
        guard let (rule, unit) = rule(fields) else { return nil }
        return Limit(
            id: id, titles: titles, bound: bound, protects: protects, resource: Resource(rawValue: resource),
            sensors: sensors, unit: unit, rule: rule, priority: priority, responses: fields["response"]?.texts() ?? [:],
            floor: fields["floor"]?.string(), waivesConfirmation: fields["waives_confirmation"]?.boolean() ?? false)
    }

    private static func rule(_ fields: Fields) -> (Limit.Rule, Unit)? {
        let kinds = ["instant", "budget", "silence"].filter { fields[$0] != nil }
        guard kinds.count == 1 else {
            fields.owner.report(
                "a limit needs exactly one rule", remedy: "write one of instant:, budget: or silence:")
            return nil
        }
        return fields["instant"].flatMap(instant) ?? fields["budget"].flatMap(budget)
            ?? fields["silence"].flatMap(silence)
    }

    private static func instant(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["value", "deadband", "for", "clears_after"]),
            let (value, unit) = fields.required("value", example: "100 cm").flatMap(amount)
        else { return nil }
        var deadband = DecimalValue.zero
        if let (width, widthUnit) = fields["deadband"].flatMap(amount) {
            guard let converted = LimitEntry.difference(width, from: widthUnit, to: unit) else {
                fields["deadband"]?.report(
                    "the deadband has another unit than the value", remedy: "write both in one unit")
                return nil
            }
            deadband = converted
        }
        let rule = Limit.Rule.instant(
            value: value, deadband: deadband, onDelay: fields["for"]?.seconds() ?? 0,
            offDelay: fields["clears_after"]?.seconds() ?? 0)
        return (rule, unit)
    }

    private static func budget(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["amount", "per", "per_person", "warn_at"]),
            let (amount, unit) = fields.required("amount", example: "90 L").flatMap(amount),
            let period = fields.required("per", example: "month")?.choice(BudgetPeriod.self)
        else { return nil }
        let warnings = fields["warn_at"]?.list().compactMap { $0.integer(in: 1...100) } ?? []
        let rule = Limit.Rule.budget(
            amount: amount, period: period, perPerson: fields["per_person"]?.boolean() ?? false,
            warnAt: Set(warnings).sorted())
        return (rule, unit)
    }

    private static func silence(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["after"]),
            let after = fields.required("after", example: "6 h")?.seconds()
        else { return nil }
        return (.silence(after: max(60, after)), Unit("s"))
    }

    /// A number with its unit, such as `90 L` or `31.5 %`.
    private static func amount(_ field: Field) -> (DecimalValue, Unit)? {
        guard let text = field.string() else { return nil }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard let number = parts.first.flatMap({ DecimalValue($0) }), parts.count == 2 else {
            field.report("'\(text)' is not an amount with its unit", remedy: "write for example `90 L` or `100 cm`")
            return nil
        }
        guard let unit = Unit.parsing(String(parts[1])), unit.definition != nil else {
            let nearest = Diagnostic.nearest(to: String(parts[1]), among: UnitDefinition.known.keys.sorted())
            field.report(
                "the unit '\(parts[1])' is not known",
                remedy: nearest.map { "did you mean '\($0)'?" } ?? "write its UCUM code, such as L, m3, kWh, Cel")
            return nil
        }
        return (number, unit)
    }

    /// A difference in another unit of the dimension; zero points do not matter, so 1 K is 1 degree Celsius.
    private static func difference(_ width: DecimalValue, from source: Unit, to target: Unit) -> DecimalValue? {
        guard let upper = width.converted(from: source, to: target),
            let zero = DecimalValue.zero.converted(from: source, to: target)
        else { return nil }
        return upper.subtracting(zero)
    }
}
