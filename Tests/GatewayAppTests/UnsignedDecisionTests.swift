import Delivery
import Foundation
import GatewayModel
import Logging
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// k of n is no veto and no trap: what waits for signatures is told, and lost keys are not the end; time is a parameter.
@Suite("Decisions without signatures, delegates without keys")
struct UnsignedDecisionTests {
    private let village: SigningVillage

    init() throws {
        village = try SigningVillage()
    }

    private func office(at days: Double = 0) throws -> Office {
        let office = try village.office(at: days)
        office.boxWatch = BoxWatch(
            site: village.site, store: office.store, destinations: DestinationNews(logger: Logger(label: "t")))
        return office
    }

    private func tick(_ office: Office, at days: Double) throws {
        let now = village.time(days)
        _ = office.tick(now: now)
        try office.pipeline.commit(packets: [], session: 1, now: now)
        office.housekeepIfDue(now: now)
        try office.pipeline.commit(packets: [], session: 1, now: now)
    }

    /// The alerts about decisions, such as `signatures_missing 2 raised`.
    private func alerts(_ office: Office) throws -> [String] {
        try office.store.alerts(openOnly: false).compactMap { alert in
            guard case .box(let condition) = alert.cause, condition != .nobodyOnDuty, condition != .backupOverdue
            else { return nil }
            return "\(condition.rawValue) \(alert.subject) \(alert.returnedAt == nil ? "holds" : "over")"
        }
    }

    private func agenda(_ office: Office, at days: Double) throws -> [AgendaItem] {
        let now = village.time(days)
        let month = CalendarMonth(year: 2026, month: 11)
        return try Papers(site: village.site, store: office.store, month: month, now: now).items(language: "en")
    }

    @Test("A list of delegates whose keys end soon is on the agenda while it can still sign the next one")
    func keysEnd() throws {
        let office = try office()
        _ = try village.found(in: office, until: "2026-12-20")
        let item = try #require(try agenda(office, at: 4).first)
        #expect(item.kind == .delegatesEnding && item.related == ["1"])
        #expect(item.title == "Choose delegates again: too few may sign after 20 December 2026")
        #expect(item.facts.count == 5 && item.facts[0] == "amina: may sign for assemblies up to 20 December 2026.")
        office.close()
    }

    @Test("What was adopted on paper and lacks signatures after 14 days is first on the agenda and told every day")
    func onPaper() throws {
        let office = try office()
        let first = try village.found(in: office)
        let path = try village.write(2, previous: first)
        // Without minutes nobody knows that an assembly decided it.
        try village.write(3, previous: first, isMinuted: false)
        try village.sign(path, ["rosa"])
        try tick(office, at: 4)
        #expect(try alerts(office).isEmpty)
        #expect(try agenda(office, at: 4).isEmpty)
        try tick(office, at: 5)
        #expect(try alerts(office) == ["signatures_missing 2 holds"])
        let item = try #require(try agenda(office, at: 5).first)
        #expect(item.kind == .signaturesMissing && item.title == "Decision 2 of 1 November 2026 lacks signatures")
        #expect(
            item.facts == [
                "Signed by 1; 3 are needed.", "Not yet signed by: jordi, amina, pau, lluc.",
                "signed on paper (minute book 3, page 41)",
            ])
        #expect(
            item.options.count == 3
                && item.options.allSatisfy { !$0.text.contains("{") && !$0.consequence.contains("{") })
        try village.sign(path, ["jordi"])
        try tick(office, at: 6)
        try tick(office, at: 7)
        let told = try office.store.outboxEntries().map(\.item).filter { $0.type == "decision.unsigned" }
        #expect(
            told.map(\.body) == [
                "Decision 2 of 2026-11-01 still lacks signatures: 1 of 3. Missing: jordi, amina, pau, lluc.",
                "Decision 2 of 2026-11-01 still lacks signatures: 2 of 3. Missing: amina, pau, lluc.",
                "Decision 2 of 2026-11-01 still lacks signatures: 2 of 3. Missing: amina, pau, lluc.",
            ])
        let alert = try #require(try office.store.outboxEntries().map(\.item).first { $0.type == "alert.raised" })
        #expect(alert.body.contains("Missing: jordi, amina, pau, lluc.") && alert.body.count <= 300)
        // A restart goes on where it was; the third signature ends it.
        office.close()
        let later = try self.office(at: 7.5)
        try tick(later, at: 7.5)
        #expect(try alerts(later) == ["signatures_missing 2 holds"])
        try village.sign(path, ["pau"])
        #expect(try village.adopt(path, in: later, at: 7.6).isDone)
        try tick(later, at: 7.6)
        #expect(try alerts(later) == ["signatures_missing 2 over"])
        #expect(try agenda(later, at: 7.6).isEmpty)
        later.close()
    }

    @Test("A decision's file that cannot be read is on the agenda and told every day, with its name and the reason")
    func unreadable() throws {
        let office = try office()
        let first = try village.found(in: office)
        let path = try village.write(2, previous: first)
        try tick(office, at: 4)
        #expect(try agenda(office, at: 4).isEmpty)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try text.replacing("\n", with: "\r\n").write(toFile: path, atomically: true, encoding: .utf8)
        try tick(office, at: 5)
        try tick(office, at: 6)
        let item = try #require(try agenda(office, at: 6).first)
        #expect(item.kind == .signaturesMissing && item.title == "A decision's file cannot be read: 0002.md")
        #expect(item.facts.count == 1 && item.facts[0].hasPrefix("0002.md") && !item.facts[0].contains("/"), "\(item)")
        #expect(
            item.options.count == 2
                && item.options.allSatisfy { !$0.text.contains("{") && !$0.consequence.contains("{") })
        let told = try office.store.outboxEntries().map(\.item).filter { $0.type == "decision.unreadable" }
        #expect(
            told.count == 2 && told.allSatisfy { $0.body.contains("0002.md") && !$0.body.contains(village.folder.path) }
        )
        // What was adopted stays adopted, whatever becomes of its file; what is mended is told no more.
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let adopted = village.folder.file("inbox/0001.md")
        try "not a decision".write(toFile: adopted, atomically: true, encoding: .utf8)
        try tick(office, at: 7)
        #expect(try agenda(office, at: 7).map(\.title) == ["Decision 2 of 1 November 2026 lacks signatures"])
        office.close()
    }

    @Test("One that a later decision passed over stays on the agenda and says so, and nobody is sent for signatures")
    func passedOver() throws {
        let office = try office()
        let first = try village.found(in: office)
        try village.write(2, previous: first)
        let third = try village.write(3, previous: first)
        try village.sign(third, ["rosa", "jordi", "amina"])
        #expect(try village.adopt(third, in: office, at: 4).isDone)
        try tick(office, at: 5)
        try tick(office, at: 6)
        let item = try #require(try agenda(office, at: 6).first)
        #expect(item.kind == .signaturesMissing && item.related == ["2"])
        #expect(item.facts.last?.hasPrefix("Decision 3 was adopted before it was signed") == true, "\(item.facts)")
        #expect(try office.store.outboxEntries().map(\.item).filter { $0.type == "decision.unsigned" }.isEmpty)
        office.close()
    }

    private func recover(
        _ step: RecoveryStep, _ path: String, in office: Office, at days: Double
    ) throws -> CommandReply {
        try village.perform(
            .recover(
                step: step, fileName: path, bytes: Data(village.bytes(path)),
                signatures: SignatureFolder.files(for: path)),
            in: office, at: days)
    }

    @Test("Lost keys: a new list waits seven public days at the console, first on the agenda, and only then counts")
    func recovery() throws {
        let office = try office()
        let first = try village.found(in: office)
        for name in ["ona", "biel", "nil"] { try village.keys.make(name) }
        let path = try village.write(
            2, on: "2026-11-08", previous: first, extra: try village.list(2, ["ona", "biel", "nil"]))
        #expect(
            try recover(.begin, path, in: office, at: 0).lines.first?.hasPrefix("0 of 3 delegates of the new") == true)
        try village.sign(path, ["ona", "biel"])
        #expect(try !recover(.finish, path, in: office, at: 0).isDone)
        #expect(try !village.adopt(path, in: office, at: 0).isDone)
        let begun = try recover(.begin, path, in: office, at: 0)
        let key = try village.keys.fingerprint("nil")
        #expect(begun.isDone && begun.lines.joined().contains(key), "\(begun.lines)")
        #expect(try !recover(.begin, path, in: office, at: 0.1).isDone)
        try tick(office, at: 0.2)
        #expect(try alerts(office) == ["recovery_waiting  holds"])
        let item = try #require(try agenda(office, at: 0.2).first)
        #expect(item.kind == .recoveryWaiting && item.facts.contains("nil: \(key)"))
        // The old list goes on meanwhile, and the wait is in the database, not in the program.
        #expect(
            try recover(.finish, path, in: office, at: 6.99).lines == [
                "It waits in public until 2026-11-17 12:00; not before."
            ])
        office.close()
        let later = try self.office(at: 7)
        try village.write(3, previous: first, isMinuted: false)
        let other = try village.write(
            2, on: "2026-11-08", previous: first, extra: try village.list(2, ["ona", "biel"]))
        try village.sign(other, ["ona", "biel"])
        #expect(try !recover(.finish, other, in: later, at: 7).isDone)
        try village.write(2, on: "2026-11-08", previous: first, extra: try village.list(2, ["ona", "biel", "nil"]))
        try village.sign(path, ["ona", "biel"])
        let finished = try recover(.finish, path, in: later, at: 7)
        #expect(finished.isDone, "\(finished.lines)")
        try tick(later, at: 7.1)
        #expect(try alerts(later) == ["recovery_waiting  over"])
        #expect(try agenda(later, at: 7.1).isEmpty)
        let stored = try later.store.resolutions()
        #expect(stored.map(\.isRecovery) == [true, true])
        let next = try village.write(3, on: "2026-11-15", previous: stored[1].sha256)
        try village.sign(next, ["rosa", "jordi", "amina"])
        #expect(try !village.adopt(next, in: later, at: 7.2).isDone)
        try village.sign(next, ["ona", "nil"])
        #expect(try village.adopt(next, in: later, at: 7.2).isDone)
        let kinds = try later.store.recordEntries().map(\.entry.kind).filter {
            $0.hasPrefix("delegates.") || $0.hasPrefix("limits.")
        }
        #expect(
            kinds == [
                "delegates.recovery_begun", "limits.adopted", "delegates.recovery_begun", "limits.adopted",
                "limits.adopted",
            ])
        #expect(try later.store.verifyRecordBook().isIntact)
        later.close()
        #expect(try ProvenanceDesk(site: village.site).verifyAll(json: false).isGood)
        #expect(
            try LimitDesk(site: village.site).history(json: false)[2].hasSuffix(
                "signed 2 of 3 of the new list: ona, biel"))
    }

    @Test("Whoever begins a recovery reads every sentence of the file, and what rides on it is refused")
    func nothingRidesOnIt() throws {
        let office = try office()
        let first = try village.found(in: office)
        for name in ["ona", "biel"] { try village.keys.make(name) }
        let list = try village.list(2, ["ona", "biel"])
        let more = list + "areas: {beds: 350 m2}\nprotected_supply: [clinic/water]\nsirens: [yard]\n"
        let path = try village.write(2, on: "2026-11-08", previous: first, extra: more)
        try village.sign(path, ["ona", "biel"])
        let lines = try RecoveryDesk(site: village.site).preview(file: path)
        #expect(lines.contains("en  No stage and no emergency reduces: clinic/water."), "\(lines)")
        #expect(lines.contains { $0.hasPrefix("en  ") && $0.contains("yard") })
        let key = try village.keys.fingerprint("ona")
        #expect(lines.contains { $0.contains(key) })
        let reply = try recover(.begin, path, in: office, at: 0)
        #expect(!reply.isDone && reply.lines.joined().contains("and nothing else"), "\(reply.lines)")
        let plain = try village.write(2, on: "2026-11-08", previous: first, extra: list)
        #expect(try RecoveryDesk(site: village.site).preview(file: plain).allSatisfy { !$0.hasPrefix("en  ") })
        office.close()
    }

    @Test("A recovery ends where it is withdrawn, and where the present delegates sign anything at all")
    func objections() throws {
        let office = try office()
        let first = try village.found(in: office)
        for name in ["ona", "biel"] { try village.keys.make(name) }
        let path = try village.write(2, on: "2026-11-08", previous: first, extra: try village.list(2, ["ona", "biel"]))
        try village.sign(path, ["ona", "biel"])
        #expect(try recover(.begin, path, in: office, at: 0).isDone)
        #expect(try recover(.withdraw, path, in: office, at: 1).isDone)
        #expect(try !recover(.withdraw, path, in: office, at: 1).isDone)
        #expect(try !recover(.finish, path, in: office, at: 8).isDone)
        #expect(try recover(.begin, path, in: office, at: 8).isDone)
        let usual = village.folder.file("inbox/0002-usual.md")
        try FileManager.default.moveItem(
            atPath: try village.write(2, on: "2026-11-08", previous: first), toPath: usual)
        try village.sign(usual, ["rosa", "pau", "lluc"])
        #expect(try village.adopt(usual, in: office, at: 9).isDone)
        #expect(try office.store.openRecovery() == nil)
        #expect(try !recover(.finish, path, in: office, at: 16).isDone)
        office.close()
    }

    @Test("A decision that was changed in the database raises an alert")
    func altered() throws {
        var office = try office()
        try village.found(in: office)
        try tick(office, at: 0.1)
        #expect(try alerts(office).isEmpty)
        office.close()
        let child = try ChildProcess(
            "/usr/bin/sqlite3",
            [
                village.folder.file("data/gateway.sqlite"),
                """
                DROP TRIGGER resolution_signature_no_delete; DELETE FROM resolution_signature WHERE name = 'rosa.sig'
                """,
            ])
        #expect(child.wait() == .exited(0))
        office = try self.office(at: 1)
        try tick(office, at: 1)
        #expect(try alerts(office) == ["decisions_altered  holds"])
        office.close()
    }
}
