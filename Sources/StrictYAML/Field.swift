import GatewayModel
import Yams

/// One value of a YAML file with its place; each accessor reports a problem and gives nil where the form is wrong.
public struct Field {
    let node: Node
    /// The dotted path from the top of the file.
    public let path: String
    let reader: StrictYAML

    /// The line within the YAML text, counted from 1.
    public var line: Int? { node.mark?.line }

    /// True for `null`, `~` and an empty value.
    public var isNull: Bool { node.null != nil && node.scalar?.style == .plain }

    /// True for a mapping, false for a list or a scalar.
    public var isMapping: Bool { node.mapping != nil }

    /// Adds a problem at this place.
    public func report(_ message: String, remedy: String = "") {
        reader.report(message, at: line, remedy: remedy)
    }

    /// The text of a scalar.
    public func string() -> String? {
        guard let scalar = node.scalar else { return wrong("a text") }
        return scalar.string
    }

    /// A whole number within a range.
    public func integer(in range: ClosedRange<Int> = Int.min...Int.max) -> Int? {
        guard let text = node.scalar?.string, let number = Int(text), range.contains(number) else {
            return wrong(
                range == Int.min...Int.max
                    ? "a whole number" : "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// An exact decimal number.
    public func decimal() -> DecimalValue? {
        guard let text = node.scalar?.string, let number = DecimalValue(text) else { return wrong("a number") }
        return number
    }

    /// `true` or `false`.
    public func boolean() -> Bool? {
        switch node.scalar?.string {
        case "true", "yes": true
        case "false", "no": false
        default: wrong("true or false")
        }
    }

    /// A date `YYYY-MM-DD`.
    public func date() -> CalendarDate? {
        guard let text = node.scalar?.string, let date = CalendarDate(text: text) else {
            return wrong("a date such as 2026-11-01")
        }
        return date
    }

    /// A duration in seconds, written with a unit: `30 s`, `10 min`, `6 h`, `2 d`, `1 week`.
    public func seconds() -> Int64? {
        guard let text = node.scalar?.string, let seconds = Field.seconds(text) else {
            return wrong("a duration such as `30 s`, `10 min`, `6 h` or `2 d`")
        }
        return seconds
    }

    /// One of the raw values of an enumeration.
    public func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue)
        guard let text = node.scalar?.string, let choice = Choice(rawValue: text) else {
            let nearest = Diagnostic.nearest(to: node.scalar?.string ?? "", among: words)
            return wrong("one of \(words.joined(separator: ", "))", hint: nearest)
        }
        return choice
    }

    /// The elements of a list; a single scalar counts as a list of one.
    public func list() -> [Field] {
        if let sequence = node.sequence {
            return sequence.enumerated().map { Field(node: $1, path: "\(path)[\($0)]", reader: reader) }
        }
        if node.scalar != nil { return isNull ? [] : [self] }
        let none: [Field]? = wrong("a list")
        return none ?? []
    }

    /// A mapping with its known keys; every other key is a problem that names the nearest known one.
    public func mapping(keys known: [String]) -> Fields? {
        guard let fields = anyMapping() else { return nil }
        for key in fields.keys where !known.contains(key) {
            let nearest = Diagnostic.nearest(to: key, among: known)
            let place = path.isEmpty ? "" : " in '\(path)'"
            fields.raw[key]?.report(
                "unknown key '\(key)'\(place)",
                remedy: nearest.map { "did you mean '\($0)'?" } ?? "known keys are \(known.joined(separator: ", "))")
        }
        return fields
    }

    /// A mapping whose keys are names of the writer's own.
    public func anyMapping() -> Fields? {
        guard let mapping = node.mapping else { return wrong("a mapping (indented `key: value` lines)") }
        return Fields(
            owner: self,
            entries: mapping.map { key, value in
                let name = key.scalar?.string ?? ""
                return (name, Field(node: value, path: path.isEmpty ? name : "\(path).\(name)", reader: reader))
            })
    }

    /// Texts by language: either one text for every language, or a mapping from language codes.
    public func texts() -> [String: String]? {
        if let scalar = node.scalar { return ["": scalar.string] }
        guard let fields = anyMapping() else { return nil }
        var texts: [String: String] = [:]
        for key in fields.keys {
            if let text = fields[key]?.string() { texts[key] = text }
        }
        return texts
    }

    private func wrong<Value>(_ expected: String, hint: String? = nil) -> Value? {
        let found = node.scalar.map { "'\($0.string)'" } ?? (node.sequence != nil ? "a list" : "a mapping")
        report("'\(path)' must be \(expected), not \(found)", remedy: hint.map { "did you mean '\($0)'?" } ?? "")
        return nil
    }

    /// Parses a duration with its unit into seconds; nil where it has none, is negative or too long.
    public static func seconds(_ text: String) -> Int64? {
        let units: [(names: [String], seconds: Int64)] = [
            (["s", "second", "seconds"], 1), (["min", "minute", "minutes"], 60), (["h", "hour", "hours"], 3600),
            (["d", "day", "days"], 86_400), (["week", "weeks"], 604_800),
        ]
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let name = text.dropFirst(digits.count).drop { $0 == " " }
        guard let count = Int64(digits), count < 1_000_000_000,
            let unit = units.first(where: { $0.names.contains(String(name)) })
        else { return nil }
        return count * unit.seconds
    }
}
