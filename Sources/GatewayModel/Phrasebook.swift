/// The sentences that people read, in one language, from `config/languages/<code>.yaml`.
///
/// Keys are dotted paths (`alerts.raised.instant`); placeholders stand in braces (`{place}`). A value that is missing
/// shows as its name in braces, a key that is missing as the key, so that nothing fails in front of a reader; a test
/// makes sure that every language has every key and the same placeholders.
public struct Phrasebook: Sendable {
    /// The language's code (BCP 47), such as `en`.
    public let language: String
    /// The sentences by key.
    public let phrases: [String: String]

    /// Makes a phrasebook.
    public init(language: String, phrases: [String: String]) {
        self.language = language
        self.phrases = phrases
    }

    /// The sentence for a key with its placeholders filled in; values are inserted literally, never expanded again.
    public func text(_ key: String, _ values: [String: String] = [:]) -> String {
        guard let template = phrases[key] else { return key }
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            guard let close = rest[open...].firstIndex(of: "}") else { break }
            let name = String(rest[rest.index(after: open)..<close])
            result += values[name] ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// A unit as people write it: `units.<code>` where the language has it, the UCUM code otherwise.
    public func unit(_ unit: Unit) -> String {
        phrases["units.\(unit.code)"] ?? unit.code
    }

    /// The names of the placeholders in a sentence, sorted.
    public static func placeholders(in template: String) -> [String] {
        template.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
            part.firstIndex(of: "}").map { String(part[..<$0]) }
        }.sorted()
    }

    /// A number with the language's decimal separator (`format.decimal_separator`), rounded half to even.
    public func number(_ value: DecimalValue, places: Int? = nil) -> String {
        let text = places.map { value.rounded(places: $0) } ?? value
        let separator = phrases["format.decimal_separator"] ?? "."
        return text.description.split(separator: ".").joined(separator: separator)
    }
}

extension [String: String] {
    /// A text by language codes, as people have written it: in that language, else the one for every language (`""`), else the
    /// first by code; nil where there is none.
    public func text(in language: String) -> String? {
        self[language] ?? self[""] ?? self.min { $0.key < $1.key }?.value
    }
}
