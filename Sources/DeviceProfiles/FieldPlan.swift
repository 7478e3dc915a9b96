import GatewayModel

/// How the value at one place of one topic's messages becomes a reading; made once per place.
final class FieldPlan: Sendable {
    let rule: FieldRule
    let channel: String
    /// The unit where neither the value nor another member names one.
    let unit: Unit
    let kind: ReadingKind
    /// The limits outside of which a number in that unit is refused.
    let range: ClosedRange<DecimalValue>?
    /// False where the value is no reading.
    let isReading: Bool
    /// True where values at other places of the message may have the same channel.
    let mayCollide: Bool
    /// True where the value's unit tells what is measured.
    let isByUnit: Bool
    /// True where the message must meet the rule's conditions.
    let isConditional: Bool
    /// What holds instead where the conditions are not met, in order.
    let alternatives: [FieldPlan]

    /// For values that are no reading.
    static let nothing = FieldPlan(FieldRule(paths: [], isIgnored: true), channel: "")

    /// A plan for a rule; `unit` is one that the key itself names, such as `pressure_bar`.
    init(
        _ rule: FieldRule, channel: String, unit: Unit? = nil, isConditional: Bool = false, mayCollide: Bool = false,
        alternatives: [FieldPlan] = []
    ) {
        self.mayCollide = mayCollide
        self.rule = rule
        self.channel = channel.isEmpty ? "value" : channel
        self.unit = unit ?? rule.unit ?? .unknown
        self.isConditional = isConditional
        self.alternatives = alternatives
        kind = rule.kind ?? .gauge
        isReading = !rule.isIgnored
        isByUnit = rule.isByUnit
        range = rule.range ?? rule.quantity.flatMap { [unit = self.unit] in Plausibility.range(of: $0, unit: unit) }
    }

    /// This plan or the first of its alternatives whose conditions are met.
    func fitting(_ holds: (FieldRule) -> Bool) -> FieldPlan {
        if !isConditional || holds(rule) { return self }
        return alternatives.first { !$0.isConditional || holds($0.rule) } ?? .nothing
    }

    /// The plans for a place in the order of the profile's rules, the first one holding the others as alternatives.
    static func make(path: [String], names: [String: String], rules: [FieldRule]) -> FieldPlan {
        let spelled = FieldName(path.last ?? "")
        let keys: [String?] = [path.last, spelled.plain, spelled.stem]
        for key in keys.compactMap({ $0 }) {
            let isAsWritten = key == path.last
            let place = path.dropLast() + [key]
            var plans: [FieldPlan] = []
            for rule in rules where (isAsWritten || rule.isLoose) && !rule.isByUnit {
                guard rule.paths.contains(where: { $0.matches(Array(place)) }), !rule.isExcluded(by: names) else {
                    continue
                }
                // A rule that names this very key knows its unit.
                let isOwn =
                    rule.unit != nil && rule.unit != .unknown && rule.paths.contains { $0.names(path.last ?? "") }
                let suffix = rule.isLoose && !isOwn ? spelled.unit.flatMap { FieldName.fits($0, rule) ? $0 : nil } : nil
                if key == spelled.stem, suffix == nil, !rule.isIgnored { continue }
                let isConditional = rule.values != nil || rule.conditions.contains { names[$0.name] == nil }
                let channel = channel(of: rule, path: path, names: names)
                let mayCollide = path.count > 1 && channel != path.joined(separator: ".")
                plans.append(
                    FieldPlan(
                        rule, channel: channel, unit: suffix, isConditional: isConditional, mayCollide: mayCollide))
                if !isConditional { break }
            }
            guard let first = plans.first else { continue }
            guard plans.count > 1 else { return first }
            return FieldPlan(
                first.rule, channel: first.channel, unit: first.unit, isConditional: true, mayCollide: first.mayCollide,
                alternatives: Array(plans.dropFirst()))
        }
        // `{"power": {"value": 5}}` means the same as `{"power": 5}`.
        if path.count > 1, path.last?.lowercased() == "value" {
            return make(path: path.dropLast(), names: names, rules: rules)
        }
        // What no rule names may still say itself what it is, by its unit.
        guard let rule = rules.first(where: { $0.isByUnit && $0.paths.contains { $0.matches(path) } }) else {
            return .nothing
        }
        return FieldPlan(rule, channel: channel(of: rule, path: path, names: names))
    }

    private static func channel(of rule: FieldRule, path: [String], names: [String: String]) -> String {
        let joined = path.joined(separator: ".")
        let channel = rule.channel?.filled { name in
            switch name {
            case "path": joined
            case "key": rule.namesWholePath ? joined : path.last
            case "parent": path.dropLast().last
            default: names[name]
            }
        }
        return channel ?? joined
    }
}

/// The ways in which people write one name: `soilMoisture`, `soil-moisture`, `Soil Moisture`, `pressure_bar`.
struct FieldName {
    /// In small letters with underscores between the words.
    let plain: String
    /// The name before a unit, nil where it does not end in one.
    let stem: String?
    /// The unit behind the last underscore.
    let unit: Unit?

    init(_ key: String) {
        var plain = ""
        var previous: Character = "_"
        for character in key {
            if character == "-" || character == " " || character == "." || character == "_" {
                if previous != "_" { plain.append("_") }
                previous = "_"
                continue
            }
            if character.isUppercase, previous.isLowercase { plain.append("_") }
            plain += character.lowercased()
            previous = character
        }
        // `voltage_mV`: the word behind the last separator counts as it is written, before capitals are taken for new words.
        if let separator = key.lastIndex(where: { "_-. ".contains($0) }), separator > key.startIndex {
            let word = String(key[key.index(after: separator)...])
            if let known = FieldName.exact[word] ?? FieldName.units[word.lowercased()] {
                self.plain = plain
                unit = Unit(known)
                stem = FieldName(String(key[..<separator])).plain
                return
            }
        }
        self.plain = plain
        guard let cut = plain.lastIndex(of: "_"), cut > plain.startIndex else {
            (stem, unit) = (nil, nil)
            return
        }
        let word = String(plain[plain.index(after: cut)...])
        let known = FieldName.units[word].map { Unit($0) }
        unit = known
        stem = known == nil ? nil : String(plain[..<cut])
    }

    /// True where a rule may take a value in that unit.
    static func fits(_ unit: Unit, _ rule: FieldRule) -> Bool {
        if let own = rule.unit, own != .unknown { return own.canonical != nil && own.canonical == unit.canonical }
        if rule.quantity == "level" { return ["m", "1", "m3"].contains(unit.canonical?.code) }
        return Quantity.suggested(by: unit) == rule.quantity
    }

    /// Units whose capital letters decide.
    private static let exact: [String: String] = [
        "mW": "mW", "MW": "MW", "mWh": "mWh", "MWh": "MWh",
    ]

    /// Units as the ends of names write them, which have neither slashes nor capital letters.
    private static let units: [String: String] = [
        "c": "Cel", "degc": "Cel", "celsius": "Cel", "f": "[degF]", "degf": "[degF]", "fahrenheit": "[degF]", "k": "K",
        "pct": "%", "percent": "%", "percentage": "%", "rh": "%", "m3": "m3", "l": "L", "litre": "L", "liter": "L",
        "litres": "L", "liters": "L", "ml": "mL", "m3h": "m3/h", "lph": "L/h", "lpm": "L/min", "lps": "L/s",
        "gpm": "[gal_us]/min", "gal": "[gal_us]", "wh": "Wh", "kwh": "kWh", "mwh": "MWh", "w": "W", "kw": "kW",
        "watt": "W", "watts": "W", "va": "V.A", "kva": "kV.A", "var": "var", "v": "V", "mv": "mV", "volt": "V",
        "volts": "V", "a": "A", "ma": "mA", "amp": "A", "amps": "A", "hz": "Hz", "bar": "bar", "mbar": "mbar",
        "hpa": "hPa", "kpa": "kPa", "pa": "Pa", "psi": "[psi]", "inhg": "[in_i'Hg]", "lux": "lx", "klux": "klx",
        "mm": "mm", "cm": "cm", "m": "m", "km": "km", "inch": "[in_i]", "ms": "m/s", "mps": "m/s", "kmh": "km/h",
        "kph": "km/h", "mph": "[mi_i]/h", "kn": "[kn_i]", "deg": "deg", "ppm": "[ppm]", "ppb": "[ppb]",
        "dbm": "dBm", "uscm": "uS/cm", "wm2": "W/m2", "ugm3": "ug/m3", "kg": "kg", "g": "g",
    ]
}
