import GatewayModel
import StrictYAML

/// What a resolution says beside its limits: areas, protected supply, stages, and what an emergency may tighten.
struct ResolutionParts {
    static let keys = [
        "areas", "protected_supply", "stages", "declares", "allows_emergency", "emergency", "sirens", "recalls",
        "smallest_group",
    ]

    var areas: [String: DecimalValue] = [:]
    var protectedSupply: [SensorID] = []
    var stages: [Stages] = []
    var declares: [StageDeclaration] = []
    var emergencyForms: [EmergencyForm] = []
    var emergency: EmergencyMeasure?
    var sirens: [String] = []
    var recalls: [String] = []
    var smallestGroup: Int?

    init(_ fields: Fields, number: Int?, limits: [Limit]) {
        if let named = fields["areas"]?.anyMapping() {
            for key in named.keys { areas[key] = named[key]?.amount(in: Unit("m2")) }
        }
        protectedSupply = fields["protected_supply"].map(RuleEntry.sensors) ?? []
        stages = (fields["stages"]?.list() ?? []).compactMap(StagesEntry.stages)
        declares = (fields["declares"]?.list() ?? []).compactMap {
            StagesEntry.declaration($0, number: number ?? 0)
        }
        emergencyForms = (fields["allows_emergency"]?.list() ?? []).compactMap {
            ResolutionParts.form($0, limits)
        }
        emergency = fields["emergency"].flatMap(ResolutionParts.measure)
        sirens = (fields["sirens"]?.list() ?? []).compactMap(ResolutionParts.siren)
        smallestGroup = fields["smallest_group"]?.integer(in: DisclosureRules.groupMinima)
        for field in fields["recalls"]?.list() ?? [] {
            guard let name = field.string() else { continue }
            guard name.contains(where: \.isLetter), !recalls.contains(name) else {
                field.report(
                    "'\(name)' is no further person", remedy: "write each steward's name once: recalls: [Rosa]")
                continue
            }
            recalls.append(name)
        }
    }

    /// One level of a topic, `sirens/<name>` below the gateway's own prefix.
    private static func siren(_ field: Field) -> String? {
        guard let name = field.string() else { return nil }
        guard !name.isEmpty,
            name.utf8.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
            })
        else {
            field.report(
                "'\(name)' cannot be a siren's name", remedy: "use lower-case letters, digits, dashes: sirens: [yard]")
            return nil
        }
        return name
    }

    /// `{limit: water-per-person, tightest: 60 L}`.
    private static func form(_ field: Field, _ limits: [Limit]) -> EmergencyForm? {
        guard let fields = field.mapping(keys: ["limit", "tightest"]),
            let id = fields.required("limit", example: "water-per-person")?.string(),
            let tightest = fields.required("tightest", example: "60 L")
        else { return nil }
        guard let limit = limits.first(where: { $0.id == id }) else {
            let nearest = Diagnostic.nearest(to: id, among: limits.map(\.id))
            fields["limit"]?.report(
                "'\(id)' is no limit of this decision", remedy: nearest.map { "did you mean '\($0)'?" } ?? "")
            return nil
        }
        guard limit.bound == .atMost, limit.protects != .people, limit.isCeilingOnAmount else {
            field.report(
                "'\(id)' protects people or is a minimum", remedy: "an emergency tightens ceilings on use only")
            return nil
        }
        guard let amount = tightest.amount(in: limit.amountUnit) else { return nil }
        guard limit.with(amount: amount) != nil else {
            tightest.report(
                "'\(id)' cannot take this number", remedy: "write whole minutes, days, or tenths of a percent")
            return nil
        }
        return EmergencyForm(limit: id, tightest: amount)
    }

    /// `{limit: 1/water-per-person, amount: 80 L, until: 2026-12-06}`.
    private static func measure(_ field: Field) -> EmergencyMeasure? {
        guard let fields = field.mapping(keys: ["limit", "amount", "until"]),
            let name = fields.required("limit", example: "1/water-per-person")?.string(),
            let (amount, unit) = fields.required("amount", example: "80 L")?.amount(),
            let until = fields.required("until", example: "2026-12-06")?.date()
        else { return nil }
        guard let limit = LimitReference(text: name) else {
            fields["limit"]?.report("'\(name)' names no limit", remedy: "write NUMBER/ID, such as 1/water-per-person")
            return nil
        }
        return EmergencyMeasure(limit: limit, amount: amount, unit: unit, until: until)
    }
}
