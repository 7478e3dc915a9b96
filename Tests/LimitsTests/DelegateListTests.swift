import Foundation
import GatewayModel
import Limits
import TestSupport
import Testing

@Suite("What a decision says of its origin")
struct DelegateListTests {
    private let village: SigningFixture

    init() throws {
        village = try SigningFixture()
    }

    @Test("Delegates, minutes and hashes are read as they are written")
    func read() throws {
        let hash = String(repeating: "0f", count: 32)
        let extra =
            "minutes: {book: 3, page: 41}\nsupersedes: [1, {number: 2, sha256: \"\(hash)\"}]\n"
            + (try village.list(2, ["rosa", "jordi", "amina"], extra: ["jordi": ", until: 2027-05-02"]))
        let parsed = ResolutionFile.parse(village.decision(4, names: .some(hash), extra: extra), fileName: "x.md")
        let resolution = try #require(parsed.resolution, "\(parsed.problems)")
        func bare(_ name: String) throws -> String {
            try village.key(name).split(separator: " ").prefix(2).joined(separator: " ")
        }
        #expect(resolution.supersedes == [1, 2])
        #expect(
            resolution.provenance
                == Provenance(
                    minutes: .book(3, page: 41), previous: hash, supersededHashes: [2: hash],
                    delegates: DelegateList(
                        threshold: 2,
                        persons: [
                            Delegate(id: "rosa", keys: [try bare("rosa")]),
                            Delegate(
                                id: "jordi", keys: [try bare("jordi")], until: CalendarDate(text: "2027-05-02")),
                            Delegate(id: "amina", keys: [try bare("amina")]),
                        ])))
        let paper = village.decision(1, names: .some(nil), extra: "minutes: {sha256: \(hash)}\n")
        #expect(
            ResolutionFile.parse(paper, fileName: "x").resolution?.provenance == Provenance(minutes: .sha256(hash)))
    }

    @Test("A mistake in it is named with its line and what to do")
    func mistakes() throws {
        try village.keys.make("old", kind: "rsa")
        let rosa = try village.key("rosa")
        let three = try village.list(2, ["rosa", "jordi", "amina"])
        let cases: [(String, String)] = [
            (three.replacing("threshold: 2", with: "threshold: 1"), "one of 3 delegates could decide alone"),
            (three.replacing("threshold: 2", with: "threshold: 4"), "4 signatures are asked of 3 delegates"),
            (three.replacing("threshold: 2", with: "threshold: 0"), "must be a whole number from 1 to 1000"),
            (three.replacing(try village.key("jordi"), with: rosa), "'rosa' and 'jordi' have the same key"),
            (three.replacing("\"\(rosa)\"", with: "\"\(rosa)\", \"\(rosa)\""), "a key of 'rosa' stands twice"),
            (three.replacing("id: jordi", with: "id: rosa"), "the delegate 'rosa' stands twice"),
            (three.replacing("id: jordi", with: "id: ../jordi"), "'../jordi' is not a delegate's id"),
            (three.replacing(rosa, with: try village.keys.line("old")), "is a key of another kind"),
            (three.replacing(rosa, with: String(rosa.prefix(40))), "is not a whole public key"),
            (three.replacing("\"\(rosa)\"", with: ""), "'rosa' has no key"),
            (three.replacing("id: rosa", with: "name: rosa"), "unknown key 'name'"),
            (three.replacing("persons:", with: "person:"), "did you mean 'persons'?"),
            ("minutes: {book: 3}\n", "names neither a file nor a page"),
            ("minutes: {book: 3, page: 4, sha256: aa}\n", "names neither a file nor a page"),
            ("minutes: {sha256: aabb}\n", "is not a SHA-256: 4 characters"),
            ("supersedes: [{number: 3}]\n", "sha256' is missing"),
            ("supersedes: [{number: 3, sha25: aa}]\n", "did you mean 'sha256'?"),
        ]
        for (extra, expected) in cases {
            let parsed = ResolutionFile.parse(village.decision(1, extra: extra), fileName: "0001.md")
            #expect(parsed.resolution == nil, "\(expected)")
            #expect(
                parsed.problems.contains { $0.description.contains(expected) && $0.line > 0 && !$0.remedy.isEmpty }
                    || parsed.problems.contains { $0.description.contains(expected) && expected.hasPrefix("must") },
                "\(expected): \(parsed.problems)")
        }
    }
}
