import GatewayModel

/// Reads numbers and units that people type at the command line.
enum Quantities {
    /// A number, with a point or a comma before the decimals; where both stand, the last one is before the decimals.
    static func number(_ text: String) throws(AppError) -> DecimalValue {
        let decimal: Character =
            text.lastIndex(of: ",").map { comma in
                text.lastIndex(of: ".").map { comma > $0 } ?? true
            } == true ? "," : "."
        let plain = String(text.filter { $0 == decimal || $0 != "," && $0 != "." }.map { $0 == decimal ? "." : $0 })
        guard let value = DecimalValue(plain) else {
            throw AppError("'\(text)' is not a number", remedy: "write for example 1234.5")
        }
        return value
    }

    /// A unit by its UCUM code or everyday name.
    static func unit(_ text: String) throws(AppError) -> Unit {
        guard let unit = Unit.parsing(text), unit.definition != nil else {
            let nearest = Diagnostic.nearest(to: text, among: UnitDefinition.known.keys.sorted())
            throw AppError(
                "the unit '\(text)' is not known",
                remedy: nearest.map { "did you mean '\($0)'?" } ?? "write its UCUM code, such as L, m3, kWh")
        }
        return unit
    }

    /// A number, or a number with a unit that is converted: `33` or `33000 L`.
    static func amount(_ text: String, in unit: Unit) throws(AppError) -> DecimalValue {
        let parts = text.split(separator: " ", maxSplits: 1)
        let value = try number(parts.first.map(String.init) ?? "")
        guard parts.count == 2 else { return value }
        let own = try Quantities.unit(String(parts[1]))
        guard let converted = own == unit ? value : value.converted(from: own, to: unit) else {
            throw AppError("\(own.code) cannot be converted to \(unit.code)", remedy: "write it in \(unit.code)")
        }
        return converted
    }
}
