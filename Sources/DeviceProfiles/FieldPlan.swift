import GatewayModel

/// How the value at one place of one topic's messages becomes a reading.
struct FieldPlan: Sendable {
    /// The rule's place within the profile; nil where the value is no reading.
    var rule: Int?
    var channel = ""
    /// The unit that the key itself ends in, such as `pressure_bar`; nil where it names none.
    var unit: Unit?
    /// The rule whose conditions a message must meet for this plan; nil where it always holds.
    var condition: Int?
    /// What holds instead where the conditions are not met, in order.
    var alternatives: [FieldPlan] = []

    /// This plan or the first of its alternatives whose conditions are met.
    func fitting(_ holds: (Int) -> Bool) -> FieldPlan {
        if condition.map(holds) ?? true { return self }
        return alternatives.first { $0.condition.map(holds) ?? true } ?? FieldPlan()
    }

    /// The plans for a place in the order of the profile's rules, the first one holding the others as alternatives.
    static func make(path: [String], names: [String: String], rules: [FieldRule]) -> FieldPlan {
        let spelled = FieldName(path.last ?? "")
        for (key, unit) in [(path.last, spelled.unit), (spelled.plain, spelled.unit), (spelled.stem, spelled.unit)] {
            guard let key else { continue }
            let isAsWritten = key == path.last
            let place = path.dropLast() + [key]
            var plans: [FieldPlan] = []
            for (index, rule) in rules.enumerated() where isAsWritten || rule.isLoose {
                guard rule.paths.contains(where: { $0.matches(Array(place)) }),
                    let plan = FieldPlan(index, rule, path: path, names: names, unit: unit, isStem: key == spelled.stem)
                else { continue }
                plans.append(plan)
                if plan.condition == nil { break }
            }
            if var first = plans.first {
                first.alternatives = Array(plans.dropFirst())
                return first
            }
        }
        // `{"power": {"value": 5}}` means the same as `{"power": 5}`.
        guard path.count > 1, path.last?.lowercased() == "value" else { return FieldPlan() }
        return make(path: path.dropLast(), names: names, rules: rules)
    }

    init() {}

    /// Nil where the parts of the topic exclude the rule, or the key ends in a unit of something else.
    private init?(
        _ index: Int, _ rule: FieldRule, path: [String], names: [String: String], unit: Unit?, isStem: Bool
    ) {
        // Parts of the topic are the same for all messages of a route, so they are judged here, once.
        let isExcluded = rule.conditions.contains { condition in
            names[condition.name].map { !condition.accepts($0) } ?? false
        }
        guard !isExcluded else { return nil }
        let fits = rule.isLoose && unit.map { FieldName.fits($0, rule) } ?? false
        if isStem, !fits, !rule.isIgnored { return nil }
        if !rule.isIgnored {
            self.rule = index
            channel = FieldPlan.channel(of: rule, path: path, names: names)
            if fits { self.unit = unit }
        }
        condition = rule.conditions.contains { names[$0.name] == nil } || rule.values != nil ? index : nil
    }

    private static func channel(of rule: FieldRule, path: [String], names: [String: String]) -> String {
        let joined = path.joined(separator: ".")
        let channel = rule.channel?.filled { name in
            switch name {
            case "path": joined
            case "key": path.last
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
