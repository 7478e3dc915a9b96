import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// The lines of docs/verify.md, run as they stand there.
@Suite("The recipe of docs/verify.md")
struct VerifyRecipeTests {
    private let village: SigningVillage

    init() throws {
        village = try SigningVillage()
    }

    /// The fenced blocks of the page, in order: what is run on the box, and what on another machine.
    private func blocks() throws -> [String] {
        let text = try String(contentsOfFile: GatewayUnderTest.root + "/docs/verify.md", encoding: .utf8)
        let parts = text.components(separatedBy: "```")
        return stride(from: 1, to: parts.count, by: 2).map { index in
            parts[index].split(separator: "\n", omittingEmptySubsequences: false).dropFirst().joined(separator: "\n")
        }
    }

    /// Copies what is needed to another place and runs the recipe there.
    private func recipe(
        _ list: String, _ decision: Int, in folder: TemporaryFolder? = nil
    ) throws -> (end: ChildProcess.End?, output: String) {
        let elsewhere = try folder ?? TemporaryFolder("elsewhere")
        let (dump, check) = (try blocks()[0], try blocks()[1])
        let database = village.folder.file("data/gateway.sqlite")
        let script =
            "cd '\(elsewhere.path)'\n" + dump.replacing("var/data/gateway.sqlite", with: "'\(database)'")
            + "cat > verify.sh <<'THE-END'\n" + check + "THE-END\nbash verify.sh test \(list) \(decision)\n"
        let child = try ChildProcess("/bin/bash", ["-c", script])
        let end = child.wait()
        return (end, child.output)
    }

    @Test("It finds the same number of entries and the same check number as the program, and the delegates' keys")
    func agrees() throws {
        let office = try village.office()
        let first = try village.found(in: office)
        let second = try village.write(2, previous: first, extra: "retention: {households: 90 d}\n")
        try village.sign(second, ["lluc", "rosa", "pau"])
        #expect(try village.adopt(second, in: office).isDone)
        office.close()
        let (end, output) = try recipe("1", 2)
        #expect(end == .exited(0), "\(output)")
        let lines = output.split(separator: "\n").map(String.init)
        let told = try RecordDesk(site: village.site).verify().lines
        let check = told.suffix(2).joined(separator: " ")
        #expect(lines.first == told.first.map { "\($0) Check number: \(check)" })
        let keys = try ["lluc", "pau", "rosa"].map { try village.keys.fingerprint($0) }
        #expect(
            Array(lines.dropFirst().prefix(3))
                == keys.map { "Good \"limits@test\" signature for delegate with ED25519 key \($0)" })
        let entry = try village.site.readingStore().recordEntries().last { $0.entry.kind == "limits.adopted" }
        #expect(lines.last == "Decision 2 was adopted by entry \(entry?.number ?? 0)" && lines.count == 5)
        // The copy holds no reading and no person's name.
        let dump = try blocks()[0].replacing(
            "var/data/gateway.sqlite", with: "'\(village.folder.file("data/gateway.sqlite"))'")
        let child = try ChildProcess("/bin/bash", ["-c", "cd '\(village.folder.path)'; \(dump)cat provenance.sql"])
        #expect(child.wait() == .exited(0))
        #expect(child.output.contains("CREATE TABLE record ") && !child.output.contains("record_text"))
        #expect(!child.output.contains("journal") && !child.output.contains("INSERT INTO sensor"))
    }

    @Test("One decision after another in one folder, and one that changes the list by the keys of both lists")
    func several() throws {
        let office = try village.office()
        let first = try village.found(in: office)
        let second = try village.write(2, previous: first)
        try village.sign(second, SigningVillage.five)
        #expect(try village.adopt(second, in: office).isDone)
        for name in ["ona", "biel"] { try village.keys.make(name) }
        let third = try village.write(
            3, previous: Fingerprint.sha256(village.bytes(second)), extra: try village.list(2, ["ona", "biel"]))
        try village.sign(third, ["rosa", "jordi", "amina", "ona", "biel"])
        #expect(try village.adopt(third, in: office).isDone)
        office.close()
        let elsewhere = try TemporaryFolder("elsewhere")
        #expect(try recipe("1", 2, in: elsewhere).end == .exited(0))
        #expect(try recipe("1", 3, in: elsewhere).end == .exited(1))
        let (end, output) = try recipe("1,3", 3, in: elsewhere)
        #expect(end == .exited(0) && output.split(separator: "\n").count == 7, "\(output)")
        #expect(try recipe("1", 2, in: elsewhere).end == .exited(0))
    }

    @Test("It checks the copy of today and no older one, and says plainly what is not signed and what is not here")
    func plainAnswers() throws {
        let office = try village.office()
        let elsewhere = try TemporaryFolder("elsewhere")
        let first = try village.write(1)
        #expect(try village.adopt(first, in: office).isDone)
        let unsigned = try recipe("1", 1, in: elsewhere)
        #expect(unsigned.end == .exited(1))
        #expect(unsigned.output.contains("Decision 1 is not signed"), "\(unsigned.output)")
        #expect(!unsigned.output.contains("No such file") && !unsigned.output.contains("verify signature"))
        let second = try village.write(2, previous: Fingerprint.sha256(village.bytes(first)))
        #expect(try village.adopt(second, in: office).isDone)
        office.close()
        let later = try recipe("1", 3, in: elsewhere)
        #expect(later.end == .exited(1) && later.output.contains("Decision 3 is not here."), "\(later.output)")
        let count = try village.site.readingStore().recordEntries().count
        #expect(later.output.contains("The record book fits: \(count) entries."), "\(later.output)")
    }

    @Test(
        "It notices what the program notices",
        arguments: [
            "DROP TRIGGER record_no_update; UPDATE record SET body = CAST(replace(CAST(body AS TEXT), 'console', 'window') AS BLOB)",
            "DROP TRIGGER record_no_delete; PRAGMA foreign_keys = OFF; DELETE FROM record WHERE number = 1",
            "DROP TRIGGER resolution_no_update; UPDATE resolution SET body = CAST(replace(CAST(body AS TEXT), '2099', '2098') AS BLOB)",
            """
            DROP TRIGGER resolution_signature_no_update;
            UPDATE resolution_signature SET armour = (SELECT armour FROM resolution_signature WHERE name = 'rosa.sig' AND resolution = 1)
            WHERE resolution = 2 AND name = 'pau.sig'
            """,
        ])
    func notices(statement: String) throws {
        let office = try village.office()
        let first = try village.found(in: office)
        let second = try village.write(2, previous: first)
        try village.sign(second, ["jordi", "amina", "pau"])
        #expect(try village.adopt(second, in: office).isDone)
        office.close()
        #expect(try recipe("1", 2).end == .exited(0))
        let child = try ChildProcess("/usr/bin/sqlite3", [village.folder.file("data/gateway.sqlite"), statement])
        #expect(child.wait() == .exited(0), "\(child.output)")
        #expect(try recipe("1", 2).end == .exited(1))
        #expect(try !ProvenanceDesk(site: village.site).verifyAll(json: false).isGood)
    }

    @Test("The running gateway keeps both check numbers retained at the broker")
    func retained() throws {
        let gateway = try GatewayUnderTest()
        let path = gateway.folder.file("resolutions/0001.md")
        try FileManager.default.copyItem(atPath: try village.write(1), toPath: path)
        try gateway.startListening()
        _ = try gateway.command(["limits", "adopt", path, "--yes"])
        let hash = Fingerprint.sha256(village.bytes(path))
        let decision = "\(RecordDesk.grouped(hash, 0)) \(RecordDesk.grouped(hash, 1))"
        struct Kept: Decodable {
            var checkNumber: String
            var decisionCheckNumber: String?
            var entries: Int
            var lastDecision: Int?
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        // A retained message comes to whoever subscribes; the program says the same when it is asked.
        var last: (kept: Kept, told: [String])?
        let agree = waitUntil(30) {
            guard
                let child = try? ChildProcess(
                    "/usr/bin/mosquitto_sub",
                    ["-p", "\(gateway.broker.port)", "-t", "commons/test/record-book", "-C", "1", "-W", "5"]),
                child.wait() == .exited(0),
                let kept = try? decoder.decode(Kept.self, from: Data(child.output.utf8)),
                let told = try? gateway.command(["log", "verify"]).split(separator: "\n").map(String.init)
            else { return false }
            last = (kept, told)
            return told.suffix(2).joined(separator: " ") == kept.checkNumber && kept.lastDecision == 1
        }
        #expect(agree && last?.kept.decisionCheckNumber == decision, "\(String(describing: last))")
        #expect(last?.told.contains("The record book fits: \(last?.kept.entries ?? 0) entries.") == true)
        gateway.stop()
    }
}
