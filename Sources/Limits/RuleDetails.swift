import GatewayModel
import StrictYAML

/// What a limit says beside its rule, in the rule's own mapping: `measured:` and `warn_on_course_for:`.
struct RuleDetails {
    var leastMeasured: Int?
    var warnsOnCourse: Int?

    /// Reads them from where they stand; nil where a problem was reported.
    init?(_ fields: Fields, plain: PlainRule?) {
        leastMeasured = plain?.leastMeasured
        if let field = fields["instant"], field.isMapping, let measured = field.anyMapping()?["measured"] {
            guard field.anyMapping()?["for"] != nil else {
                measured.report(
                    "a measured part is a part of a time, and there is none", remedy: "add for:, such as `for: 30 min`")
                return nil
            }
            guard let part = RuleDetails.least(measured) else { return nil }
            leastMeasured = part
        }
        if let field = fields["budget"], field.isMapping, let course = field.anyMapping()?["warn_on_course_for"] {
            guard let permille = course.permille(), permille % 10 == 0 else { return nil }
            warnsOnCourse = permille / 10
        }
    }

    /// `at least 80 %`.
    private static func least(_ field: Field) -> Int? {
        guard let text = field.string() else { return nil }
        var words = text.split(separator: " ")
        guard words.count == 4, words[0].lowercased() == "at", words[1].lowercased() == "least" else {
            field.report("'\(text)' is no measured part", remedy: "write for example `measured: at least 80 %`")
            return nil
        }
        words.removeFirst(2)
        guard let permille = permille(words) else {
            field.report("'\(text)' is no part in percent", remedy: "write for example `measured: at least 80 %`")
            return nil
        }
        return permille
    }

    /// `80 %` in thousandths, 100 % at most.
    static func permille(_ words: some Collection<Substring>) -> Int? {
        guard words.count == 2, let number = words.first.flatMap({ DecimalValue(String($0)) }),
            ["%", "percent"].contains(words.dropFirst().first ?? ""), let permille = number.multiplied(byRatio: 10, 1),
            permille == permille.rounded(places: 0), let part = Int(exactly: permille.doubleValue),
            (1...1000).contains(part)
        else { return nil }
        return part
    }
}
