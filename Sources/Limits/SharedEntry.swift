import GatewayModel
import StrictYAML

extension RuleEntry {
    private static let fractions: [String: Limit.SiteCount] = [
        "half": .share(1, of: 2), "a third": .share(1, of: 3), "two thirds": .share(2, of: 3),
        "a quarter": .share(1, of: 4), "three quarters": .share(3, of: 4),
    ]

    /// `2`, `a third of the wells`, `half`, `50 % of the sites`.
    static func siteCount(_ field: Field) -> Limit.SiteCount? {
        guard let text = field.string() else { return nil }
        if let count = Int(text), (1...100).contains(count) { return .count(count) }
        var words = text.lowercased().split(separator: " ").map(String.init)
        // "of the wells": what the places are called changes nothing.
        if words.count > 3, words[words.count - 3] == "of", words[words.count - 2] == "the" { words.removeLast(3) }
        if let fraction = fractions[words.joined(separator: " ")] { return fraction }
        if let permille = RuleDetails.permille(words.map { Substring($0) }) { return .share(permille, of: 1000) }
        let nearest = Diagnostic.nearest(to: words.joined(separator: " "), among: fractions.keys.sorted())
        field.report(
            "'\(text)' does not say at how many places",
            remedy: nearest.map { "did you mean '\($0)'?" }
                ?? "write a number, `a third of the wells` or `50 % of the sites`")
        return nil
    }
}

extension SharedBudget {
    /// `{by: persons, adds_up: NAME, decision: {by: NAME, number: 12, date: 2026-03-08, sha256: …}}`.
    static func read(_ field: Field) -> SharedBudget? {
        guard let fields = field.mapping(keys: ["by", "adds_up", "decision"]) else { return nil }
        let key = fields.required("by", example: "persons")?.choice(Key.self)
        let addsUp = fields.required("adds_up", example: "The council of the aquifer").flatMap(names)
        let cited = fields.required(
            "decision", example: "{by: Council of the aquifer, number: 12, date: 2026-03-08}")
        guard let cited = cited?.mapping(keys: ["by", "number", "date", "sha256"]),
            let decidedBy = cited.required("by", example: "Council of the aquifer").flatMap(names),
            let number = cited.required("number", example: "12")?.integer(in: 1...1_000_000),
            let date = cited.required("date", example: "2026-03-08")?.date(), let key, let addsUp
        else { return nil }
        let sha256 = cited["sha256"].map { $0.string()?.lowercased() ?? "" }
        if let sha256, sha256.count != 64 || !sha256.allSatisfy(\.isHexDigit) {
            cited["sha256"]?.report("this is no SHA-256", remedy: "write its 64 digits, or leave sha256: out")
            return nil
        }
        return SharedBudget(
            key: key, addsUp: addsUp, decidedBy: decidedBy, number: number, date: date, sha256: sha256)
    }

    private static func names(_ field: Field) -> [String: String]? {
        guard let texts = field.texts() else { return nil }
        guard !texts.isEmpty, texts.values.allSatisfy({ $0.contains { !$0.isWhitespace } }) else {
            field.report("there is no name", remedy: "write who it is")
            return nil
        }
        return texts
    }
}
