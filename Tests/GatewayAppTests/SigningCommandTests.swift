import Foundation
import GatewayModel
import Limits
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// `commons limits sign`, `collect`, `verify` and `adopt`, as people call them.
@Suite("Signing from the command line")
struct SigningCommandTests {
    private let village: SigningVillage

    init() throws {
        village = try SigningVillage()
    }

    private func commons(
        _ words: [String], expecting status: Int32 = 0, environment: [String: String] = [:], input: String = ""
    ) throws -> String {
        let child = try ChildProcess(
            GatewayUnderTest.program, words + ["--config", village.folder.file("gateway.yaml")], input: input,
            environment: environment)
        #expect(child.wait() == .exited(status), "\(words): \(child.output)")
        return child.output
    }

    @Test("A delegate sees what is signed, signs, and the file is adopted with three signatures and verified")
    func sign() throws {
        let extra = try village.list(3, SigningVillage.five) + "retention: {households: 90 d}\n"
        let office = try village.office()
        let first = try village.found(in: office)
        office.close()
        let path = try village.write(2, previous: first, extra: extra)
        let no = try commons(
            ["limits", "sign", path, "--key", village.keys.path("rosa"), "--person", "rosa"], expecting: 1,
            input: "no\n")
        let shown =
            try ["Readings of households are kept for 90 days", "3 of these 5 must sign"]
            + [village.keys.fingerprint("lluc")]
        #expect(shown.allSatisfy(no.contains), "\(no)")
        let hash = Fingerprint.sha256(village.bytes(path))
        #expect(no.contains("\n    " + RecordDesk.grouped(hash, 0) + "\n    " + RecordDesk.grouped(hash, 1) + "\n"))
        #expect(SignatureFolder.files(for: path).isEmpty)
        for person in ["rosa", "jordi"] {
            _ = try commons(
                ["limits", "sign", path, "--key", village.keys.path(person), "--person", person], input: "yes\n")
        }
        let two = try commons(["limits", "verify", path], expecting: 1)
        #expect(two.hasPrefix("Decision 2, not adopted yet: signed 2 of 5: rosa, jordi\n"))
        #expect(two.contains("These could still sign: amina, pau, lluc\n"))
        #expect(two.contains("rosa with the key \(try village.keys.fingerprint("rosa")) (rosa.sig)\n"))
        _ = try commons(["limits", "adopt", path, "--yes"], expecting: 1)
        // A key with a passphrase; ssh-keygen asks for it itself.
        let ask = village.folder.file("ask")
        try "#!/bin/sh\necho ask-me\n".write(toFile: ask, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: ask)
        let lock = try ChildProcess(
            "/usr/bin/ssh-keygen", ["-q", "-p", "-P", "", "-N", "ask-me", "-f", village.keys.path("amina")])
        #expect(lock.wait() == .exited(0))
        let words = ["limits", "sign", path, "--yes", "--key", village.keys.path("amina"), "--person"]
        let wrong = try commons(
            words + ["pau"], expecting: 1, environment: ["SSH_ASKPASS": ask, "SSH_ASKPASS_REQUIRE": "force"])
        #expect(wrong.contains("is on the list as amina's, not pau's"))
        _ = try commons(words + ["amina"], environment: ["SSH_ASKPASS": ask, "SSH_ASKPASS_REQUIRE": "force"])
        #expect(SignatureFolder.files(for: path).map(\.name) == ["amina.sig", "jordi.sig", "rosa.sig"])
        #expect(try commons(["limits", "verify", path]).hasPrefix("Decision 2, not adopted yet: signed 3 of 5"))
        #expect(try commons(["limits", "adopt", path, "--yes"]).contains("signed 3 of 5: rosa, jordi, amina"))
        let all = try commons(["limits", "verify"])
        #expect(all.hasPrefix("Decision 1, adopted: signed 3 of 5") && all.contains("Everything adopted fits (2)"))
        // Nobody's key, a file that is not there, a person with an odd name.
        _ = try commons(["limits", "sign", path, "--yes", "--key", "/nowhere", "--person", "rosa"], expecting: 1)
        _ = try commons(["limits", "sign", path, "--yes", "--key", ask, "--person", "../rosa"], expecting: 1)
        _ = try commons(["limits", "verify", path + "x"], expecting: 1)
    }

    @Test("An agent signs where it has the key and the program is given the public half")
    func agent() throws {
        let path = try village.write(1)
        let script = """
            key='\(village.keys.path("rosa"))'
            ssh-add -q "$key" && mv "$key" "$key.away" && '\(GatewayUnderTest.program)' limits sign '\(path)' --yes \
                --key "$key.pub" --person rosa --config '\(village.folder.file("gateway.yaml"))'
            """
        let child = try ChildProcess("/usr/bin/ssh-agent", ["/bin/bash", "-c", script])
        #expect(child.wait() == .exited(0), "\(child.output)")
        let files = SignatureFolder.files(for: path)
        #expect(files.map(\.name) == ["rosa.sig"])
        #expect(Signer.fits(files[0], over: village.bytes(path), community: "test"))
    }

    @Test("Signatures from a stick find their decision whatever they are called; of each it is said what became of it")
    func collect() throws {
        let office = try village.office()
        let first = try village.found(in: office)
        office.close()
        let garden = try village.write(2, previous: first)
        let pantry = try village.write(3, previous: first)
        let stick = village.folder.file("stick")
        let inbox = village.folder.file("inbox")
        try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: true)
        func put(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(stick)/\(name).sig", atomically: true, encoding: .utf8)
        }
        func signed(_ path: String, _ person: String, namespace: String = "limits@test") throws -> String {
            try village.keys.sign(village.bytes(path), with: person, namespace: namespace)
        }
        try village.keys.make("stranger")
        try put("a-rosa", signed(garden, "rosa"))
        try put("b-mailed", signed(garden, "pau").replacing("\n", with: "\r\n"))
        try put("c-pantry", signed(pantry, "rosa"))
        try put("d-stranger", signed(garden, "stranger"))
        try put("e-foreign", signed(garden, "lluc", namespace: "limits@els-pins"))
        try put("f-half", String(signed(garden, "lluc").dropLast(80)))
        let windows = Array(String(decoding: village.bytes(pantry), as: UTF8.self).replacing("\n", with: "\r\n").utf8)
        try put("g-windows", village.keys.sign(windows, with: "lluc", namespace: "limits@test"))
        try put("h-older", village.keys.sign(Array("old\n".utf8), with: "lluc", namespace: "limits@test"))
        // What would be waited for, or read for ever, is passed over.
        #expect(try ChildProcess("/usr/bin/mkfifo", ["\(stick)/j-pipe.sig", "\(inbox)/0009.md"]).wait() == .exited(0))
        try FileManager.default.createSymbolicLink(atPath: "\(stick)/k-zero.sig", withDestinationPath: "/dev/zero")
        try "not for us".write(toFile: stick + "/notes.txt", atomically: true, encoding: .utf8)

        let desk = SigningDesk(site: village.site)
        let lines = try desk.collect(folder: stick, json: false).lines
        let expected = [
            "a-rosa.sig: rosa signed decision 2 with the key \(try village.keys.fingerprint("rosa")); put at \(inbox)/0002.sigs/rosa.sig.",
            "b-mailed.sig: pau signed decision 2 with the key \(try village.keys.fingerprint("pau")); put at \(inbox)/0002.sigs/pau.sig.",
            "c-pantry.sig: rosa signed decision 3 with the key \(try village.keys.fingerprint("rosa")); put at \(inbox)/0003.sigs/rosa.sig.",
            "d-stranger.sig was made with a key that is on no list that counts for decision 2 (\(try village.keys.fingerprint("stranger"))). Look whether the right key was used.",
            "e-foreign.sig was made for another community (limits@els-pins). Sign again, with -n limits@test.",
            "f-half.sig is no whole signature. Copy it again, from the line BEGIN SSH SIGNATURE to the line END SSH SIGNATURE.",
        ]
        #expect(Array(lines.prefix(6)) == expected)
        #expect(lines[6].hasPrefix("g-windows.sig was made over the text with Windows line ends."))
        #expect(lines[7].hasPrefix("h-older.sig was made over none of the decisions in \(inbox)"))
        let half =
            "is no whole signature. Copy it again, from the line BEGIN SSH SIGNATURE to the line END SSH SIGNATURE."
        #expect(
            Array(lines.dropFirst(8)) == [
                "j-pipe.sig \(half)", "k-zero.sig \(half)", "No signature in notes.txt.",
            ])
        #expect(SignatureFolder.files(for: garden).map(\.name) == ["pau.sig", "rosa.sig"])
        #expect(!SignatureFolder.files(for: garden)[0].armour.contains("\r"))
        // A second time nothing is new; one more and the decision can be adopted.
        let again = try desk.collect(folder: stick, json: false).lines[0]
        #expect(again.contains("is at \(inbox)/0002.sigs/rosa.sig already"))
        try put("i", signed(garden, "lluc"))
        struct Line: Decodable {
            var outcome: String
            var person: String?
        }
        let outcomes = try desk.collect(folder: stick, json: true).lines.map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        let refused = Array(repeating: "refused", count: 5)
        #expect(
            outcomes.map(\.outcome) == ["already", "already", "already"] + refused + [
                "new", "refused", "refused", "none",
            ])
        #expect(outcomes[8].person == "lluc")
        #expect(try ProvenanceDesk(site: village.site).verify(file: garden, json: false).isGood)
        #expect(throws: AppError.self) { try desk.collect(folder: stick + "/notes.txt", json: false) }
    }

    @Test("What was altered in the database is found: a text, a signature, an entry that is missing")
    func altered() throws {
        let office = try village.office()
        let first = try village.found(in: office)
        let second = try village.write(2, previous: first)
        try village.sign(second, ["rosa", "jordi", "amina", "pau"])
        #expect(try village.adopt(second, in: office).isDone)
        office.close()
        let desk = ProvenanceDesk(site: village.site)
        #expect(try desk.verifyAll(json: false).isGood)
        let database = village.folder.file("data/gateway.sqlite")
        let changes: [(statement: String, finding: String)] = [
            (
                "DROP TRIGGER resolution_signature_no_delete; DELETE FROM resolution_signature WHERE name = 'pau.sig'",
                "not those that the record book knows"
            ),
            ("DELETE FROM resolution_signature WHERE name <> 'rosa.sig'", "1 of 5 delegates"),
            (
                """
                DROP TRIGGER resolution_no_update;
                UPDATE resolution SET body = CAST(replace(CAST(body AS TEXT), '2099', '2098') AS BLOB) WHERE number = 2
                """, "Its text is not the one that was adopted"
            ),
            (
                """
                DROP TRIGGER resolution_no_delete; DELETE FROM resolution_signature WHERE resolution = 2;
                DELETE FROM resolution WHERE number = 2
                """, "Decision 2 stands in the record book as adopted, and is gone"
            ),
            (
                """
                INSERT INTO resolution
                SELECT 2, CAST(replace(CAST(body AS TEXT), 'number: 1', 'number: 2') AS BLOB), sha256, 'x', 0
                FROM resolution
                """, "The record book does not know"
            ),
        ]
        for (statement, finding) in changes {
            let child = try ChildProcess("/usr/bin/sqlite3", [database, statement])
            #expect(child.wait() == .exited(0), "\(child.output)")
            let found = try desk.verifyAll(json: false)
            #expect(!found.isGood && found.lines.contains { $0.contains(finding) }, "\(found.lines)")
        }
        #expect(try commons(["limits", "verify"], expecting: 1).contains("Not everything fits."))
        let doctor = try Doctor(site: village.site).examine(brokerConfig: nil).lines
        #expect(doctor.contains { $0.hasPrefix("adopted decisions are not what was signed") }, "\(doctor)")
    }
}
