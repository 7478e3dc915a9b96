import Foundation
import GatewayModel
import Limits
import TestSupport
import Testing

/// A community with delegates: decisions are written, signed by the real `ssh-keygen`, judged and adopted.
final class SigningFixture {
    static let community = "vall-clara"
    static let five = ["rosa", "jordi", "amina", "pau", "lluc"]

    let keys: SSHKeys
    var chain: [AdoptedResolution] = []
    var links: [ChainLink] = []
    private var lines: [String: String] = [:]

    init() throws {
        keys = try SSHKeys()
        for name in Self.five { try key(name) }
    }

    /// The public line of a key that is made where it is missing.
    @discardableResult
    func key(_ name: String) throws -> String {
        if let line = lines[name] { return line }
        let line = try keys.make(name)
        lines[name] = line
        return line
    }

    /// `delegates:` with one key a person; `extra` is written into the entry of a person.
    func list(_ threshold: Int, _ persons: [String], extra: [String: String] = [:]) throws -> String {
        let entries = try persons.map { person in
            "  - {id: \(person), keys: [\"\(try key(person))\"]\(extra[person] ?? "")}"
        }
        return "delegates:\n  threshold: \(threshold)\n  persons:\n" + entries.map { "  \($0)\n" }.joined()
    }

    /// The bytes of a decision; `previous` names the last adopted one unless it is said otherwise.
    func decision(
        _ number: Int, on assembly: String = "2026-05-03", community: String = SigningFixture.community,
        names previous: String?? = .none, minutes: String = "minutes: {book: 3, page: 41}\n", extra: String = ""
    ) -> [UInt8] {
        let named: String? = if case .some(let said) = previous { said } else { chain.last?.sha256 }
        let mustName = DelegatesInForce(chain) != nil && !extra.contains("minutes:")
        return Array(
            """
            ---
            number: \(number)
            community: \(community)
            assembly: \(assembly)
            decided: by consent
            in_force_from: \(assembly)
            review_by: 2099-01-01
            \(named.map { "previous: \($0)\n" } ?? "")\(mustName ? minutes : "")\(extra)limits: []
            ---
            As minuted.

            """.utf8)
    }

    func sign(
        _ bytes: [UInt8], _ persons: [String], namespace: String = "limits@" + SigningFixture.community
    ) throws -> [SignatureFile] {
        try persons.map { person in
            SignatureFile(
                name: "\(person).sig", armour: try keys.sign(bytes, with: person, namespace: namespace))
        }
    }

    func judge(
        _ bytes: [UInt8], _ signatures: [SignatureFile], today: String = "2026-12-01",
        way: AdoptionRules.Way = .adoption
    ) throws -> AdoptionJudgement {
        let parsed = ResolutionFile.parse(bytes, fileName: "x.md")
        let resolution = try #require(parsed.resolution, "\(parsed.problems)")
        return AdoptionRules.judge(
            bytes, resolution, signatures: signatures, after: chain, community: Self.community,
            today: try #require(CalendarDate(text: today)), way: way)
    }

    /// Judges and, where nothing speaks against it, adopts.
    @discardableResult
    func adopt(
        _ bytes: [UInt8], _ signatures: [SignatureFile] = [], way: AdoptionRules.Way = .adoption
    ) throws -> AdoptionJudgement {
        let judgement = try judge(bytes, signatures, way: way)
        guard judgement.isGood else { return judgement }
        let adopted = AdoptedResolution(
            resolution: try #require(ResolutionFile.parse(bytes, fileName: "x").resolution),
            sha256: ResolutionFile.sha256(bytes), adoptedAt: Instant(milliseconds: 0), adoptedBy: "Rosa",
            signatures: judgement.signatures, isRecovery: way == .recovery)
        chain.append(adopted)
        links.append(
            ChainLink(
                adopted: adopted, bytes: bytes, adoptedOn: try #require(CalendarDate(text: "2026-12-01"))))
        return judgement
    }

    /// Adopts decision 1 of 2026-05-03 with the list of five of whom three sign.
    func found(extra: [String: String] = [:]) throws {
        let bytes = decision(1, extra: try list(3, Self.five, extra: extra))
        #expect(try adopt(bytes, sign(bytes, ["rosa", "jordi", "amina"])).isGood)
    }
}

extension AdoptionJudgement {
    /// The codes of all that speaks against it.
    var codes: [SigningProblem.Code] { problems.map(\.code) }
}
