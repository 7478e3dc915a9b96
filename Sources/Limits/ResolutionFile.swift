import Crypto
import Foundation
import GatewayModel
import StrictYAML

/// Reads a resolution as minuted: YAML front matter between `---` lines, then the text.
///
/// The bytes themselves are what is adopted and, later, signed; so they must be UTF-8 with LF line ends, without a byte
/// order mark, composed (NFC, Unicode Standard Annex 15), and end with a newline. Signatures have their place beside the file, see ``AdoptionRules``.
public enum ResolutionFile {
    private static let keys =
        [
            "number", "community", "assembly", "decided", "in_force_from", "review_by", "supersedes", "persons_served",
            "limits", "box_alerts", "retention", "minutes", "previous", "delegates",
        ] + ResolutionParts.keys

    /// The resolution, nil where a problem leaves it incomplete; it may be adopted only where there is no problem.
    ///
    /// Letters in pieces are a problem that leaves it complete: what was adopted with them is in force all the same.
    public static func parse(
        _ bytes: [UInt8], fileName: String
    ) -> (resolution: Resolution?, problems: [Diagnostic]) {
        if let problem = ByteForm.problem(in: bytes, file: fileName) { return (nil, [problem]) }
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
            return (
                nil,
                [
                    Diagnostic(
                        file: fileName, line: 1, message: "the front matter is missing",
                        remedy: "begin with a line ---, the keys, and another line ---")
                ]
            )
        }
        let reader = StrictYAML(file: fileName, lineOffset: 1)
        let body = lines[(end + 1)...].joined(separator: "\n").trimmingCharacters(in: .newlines)
        guard let fields = reader.mapping(of: lines[1..<end].joined(separator: "\n"), keys: keys) else {
            return (nil, reader.problems)
        }
        let resolution = resolution(from: fields, text: body)
        if let resolution {
            LimitRules.check(
                resolution, at: fields.owner, limits: fields["limits"]?.list() ?? [],
                forms: fields["allows_emergency"]?.list() ?? [])
        }
        return (
            reader.problems.isEmpty ? resolution : nil,
            reader.problems + (ByteForm.composition(of: text, file: fileName).map { [$0] } ?? [])
        )
    }

    /// What is wrong with a rule in plain words; nil where nothing is.
    public static func problem(withRule text: String) -> Diagnostic? {
        PlainRule.parse(text: text).problems.first
    }

    /// SHA-256 of the bytes, 64 hexadecimal digits.
    public static func sha256(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: Data(bytes)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static func resolution(from fields: Fields, text: String) -> Resolution? {
        let number = fields.required("number", example: "3")?.integer(in: 1...1_000_000)
        let community = fields.required("community", example: "vall-clara")?.string()
        let assembly = fields.required("assembly", example: "2026-11-01")?.date()
        let decided = fields.required("decided", example: "by consent, 31 present")?.string()
        let from = fields.required("in_force_from", example: "2026-11-02")?.date()
        let review = fields.required("review_by", example: "2027-11-01")?.date()
        let limits = (fields.required("limits", example: "[…]")?.list() ?? []).compactMap(LimitEntry.limit)
        guard let number, let community, let assembly, let decided, let from, let review else { return nil }
        if review <= from {
            fields["review_by"]?.report(
                "the review date is not after the first day in force", remedy: "every limit is looked at again later")
        }
        var persons: [String: Int] = [:]
        if let served = fields["persons_served"]?.anyMapping() {
            for key in served.keys { persons[key] = served[key]?.integer(in: 1...1_000_000) }
        }
        let parts = ResolutionParts(fields, number: number, limits: limits)
        let (provenance, supersedes) = ProvenanceEntry.read(fields)
        var resolution = Resolution(
            number: number, community: community, assembly: assembly, decidedBy: decided, inForceFrom: from,
            reviewBy: review,
            supersedes: supersedes,
            personsServed: persons, limits: limits,
            boxAlerts: fields["box_alerts"].map(boxAlerts) ?? [:],
            householdDays: fields["retention"].flatMap(householdDays), areas: parts.areas,
            protectedSupply: parts.protectedSupply, stages: parts.stages, declares: parts.declares,
            emergencyForms: parts.emergencyForms, emergency: parts.emergency, provenance: provenance, text: text)
        resolution.sirens = parts.sirens
        resolution.recalls = parts.recalls
        resolution.smallestGroup = parts.smallestGroup
        return resolution
    }

    /// `sensor_silent: {priority: now, audience: members}` and the like; there is no word that switches an alert off.
    private static func boxAlerts(_ field: Field) -> [BoxCondition: BoxAlertRule] {
        guard let fields = field.mapping(keys: BoxCondition.allCases.map(\.rawValue)) else { return [:] }
        var rules: [BoxCondition: BoxAlertRule] = [:]
        for condition in BoxCondition.allCases {
            guard let entry = fields[condition.rawValue]?.mapping(keys: ["priority", "audience"]),
                let priority = entry.required("priority", example: "today")?.choice(Priority.self)
            else { continue }
            let listeners = entry["audience"]?.choice(BoxListeners.self) ?? .stewards
            rules[condition] = BoxAlertRule(
                priority: priority, audience: listeners == .members ? .members : .stewards)
        }
        return rules
    }

    /// `{households: 400 d}`: for how long their readings are kept.
    private static func householdDays(_ field: Field) -> Int? {
        guard let period = field.mapping(keys: ["households"])?.required("households", example: "400 d"),
            let seconds = period.seconds()
        else { return nil }
        guard seconds % 86_400 == 0, seconds >= leastHouseholdDays * 86_400 else {
            period.report(
                "readings of households are needed for at least \(leastHouseholdDays) days",
                remedy: "questions about a meter and the errata of two reports go back to them; write 70 d or more")
            return nil
        }
        return Int(seconds / 86_400)
    }

    /// Two months with their reports, and a week.
    private static let leastHouseholdDays: Int64 = 70

    /// Who may be told about the box.
    private enum BoxListeners: String, CaseIterable {
        case stewards, members
    }
}

/// The one form of bytes that can be signed and compared everywhere.
enum ByteForm {
    static func problem(in bytes: [UInt8], file: String) -> Diagnostic? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return Diagnostic(
                file: file, line: 1, message: "begins with a byte order mark", remedy: "save as UTF-8 without BOM")
        }
        if let carriage = bytes.firstIndex(of: 0x0D) {
            let line = bytes[..<carriage].count { $0 == 0x0A } + 1
            return Diagnostic(
                file: file, line: line, message: "has Windows line ends", remedy: "save with LF line ends")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            return Diagnostic(file: file, message: "is not UTF-8", remedy: "save it as UTF-8")
        }
        guard bytes.last == 0x0A else {
            return Diagnostic(file: file, message: "does not end with a newline", remedy: "add an empty last line")
        }
        return nil
    }

    /// Names the first line with a letter in pieces: it looks like another file's and is signed as something else.
    static func composition(of text: String, file: String) -> Diagnostic? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = lines.firstIndex { !$0.utf8.elementsEqual($0.precomposedStringWithCanonicalMapping.utf8) }
        return line.map {
            Diagnostic(
                file: file, line: $0 + 1, message: "has letters and their accents as separate signs",
                remedy: "type the line's accented letters again, or convert the file: uconv -x nfc")
        }
    }
}
