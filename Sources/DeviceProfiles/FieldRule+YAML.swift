import GatewayModel
import StrictYAML

extension FieldRule {
    private static let keys = [
        "path", "when", "values", "tells", "ignore", "reject", "good", "channel", "quantity", "unit", "unit_from",
        "units", "kind", "scale", "drop", "range", "states", "device", "time", "meter",
    ]

    static func read(_ field: Field) -> FieldRule? {
        guard let fields = field.mapping(keys: keys),
            let paths = fields.required("path", example: "temperature")
        else { return nil }
        var rule = FieldRule(paths: DeviceProfile.texts(paths).map { FieldPath($0) })
        rule.line = field.line ?? 0
        rule.isIgnored = fields["ignore"]?.boolean() ?? false
        rule.reason = fields["reject"]?.string()
        rule.good = DeviceProfile.texts(fields["good"])
        rule.conditions = conditions(fields["when"])
        rule.values = fields["values"].flatMap(range)
        rule.tells = fields["tells"]?.boolean() ?? false
        rule.device = fields["device"]?.string().map { TextTemplate($0) }
        rule.time = fields["time"].flatMap(DeviceProfile.timeRule)
        rule.channel = fields["channel"]?.string().map { TextTemplate($0) }
        rule.quantity = fields["quantity"]?.string().map { Quantity(rawValue: $0) }
        rule.unit = fields["unit"].flatMap(unit)
        rule.unitFrom = fields["unit_from"]?.string()
        if let names = fields["units"]?.anyMapping() {
            for key in names.keys { rule.unitNames[key] = names[key].flatMap(unit) }
        }
        rule.kind = fields["kind"]?.choice(ReadingKind.self)
        rule.meter = fields["meter"]?.mapping(keys: MeterSheet.keys).map { MeterSheet($0) }
        rule.scale = fields["scale"]?.decimal()
        rule.dropped = (fields["drop"]?.list() ?? []).compactMap { $0.decimal() }
        rule.range = fields["range"].flatMap(range)
        if let states = fields["states"]?.anyMapping() {
            for key in states.keys { rule.states[key] = states[key]?.decimal() }
        }
        if rule.quantity == nil, !rule.isIgnored, rule.reason == nil {
            field.report("the rule says neither what is measured nor that it is ignored", remedy: "add `quantity:`")
        }
        return rule
    }

    private static func range(_ field: Field) -> ClosedRange<DecimalValue>? {
        let numbers = field.list().compactMap { $0.decimal() }
        guard numbers.count == 2, numbers[0] <= numbers[1] else {
            field.report("'\(field.path)' must be two numbers, the lower one first", remedy: "write [0, 100]")
            return nil
        }
        return numbers[0]...numbers[1]
    }

    private static func conditions(_ field: Field?) -> [FieldCondition] {
        guard let fields = field?.anyMapping() else { return [] }
        return fields.keys.compactMap { name in
            guard let text = fields[name]?.string() else { return nil }
            let path = DeviceProfile.path(name)
            let ends = text.split(separator: "..").map { DecimalValue($0) }
            if text.contains(".."), ends.count == 2, let low = ends[0], let high = ends[1], low <= high {
                return FieldCondition(name: name, path: path, wanted: .range(low...high))
            }
            return FieldCondition(name: name, path: path, wanted: .words(text.split(separator: "|").map { Glob($0) }))
        }
    }

    private static func unit(_ field: Field) -> Unit? {
        guard let text = field.string() else { return nil }
        if text.isEmpty { return .unknown }
        guard let unit = Unit.parsing(text) else {
            let known = UnitDefinition.known.keys.sorted()
            let nearest =
                known.first { $0.lowercased() == text.lowercased() } ?? Diagnostic.nearest(to: text, among: known)
            field.report(
                "the unit '\(text)' is not known", remedy: nearest.map { "did you mean '\($0)'?" } ?? "use a UCUM code")
            return nil
        }
        return unit
    }
}
