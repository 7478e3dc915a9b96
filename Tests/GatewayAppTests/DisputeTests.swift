import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// "I think this is wrong", from a paper slip to what the assembly decides, on a real store.
@Suite("Disputes", .serialized)
struct DisputeTests {
    private static let november = CalendarMonth(year: 2026, month: 11)
    private static let sensors = """
          - {id: cold/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, device: cold, channel: power}
          - {id: plug/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, name: {en: Pump, es: Bomba}, device: plug, channel: power}
          - {id: house-7/power, resource: energy, quantity: active_power, role: condition, unit: W, place: house-07, device: home, channel: power}
        """

    private func enter(
        _ village: AlertVillage, _ command: Command, for person: String? = nil
    ) throws -> CommandReply {
        let reply = village.office.perform(
            command, by: Actor(account: "secretary", enteredFor: person), now: village.now)
        try village.commit()
        return reply
    }

    private func json(_ village: AlertVillage) throws -> String {
        try papers(village).report(.json, language: "en").filter { !$0.isWhitespace }
    }

    private func papers(_ village: AlertVillage) throws -> Papers {
        try Papers(site: village.site, store: village.office.store, month: Self.november, now: village.now)
    }

    private func verdict(
        _ isUpheld: Bool, decision: Int? = nil, assembly: String? = nil, minutes: String? = nil
    ) -> DisputeVerdict {
        DisputeVerdict(
            isUpheld: isUpheld, reason: "the bucket test says so", decision: decision,
            assembly: assembly.flatMap { CalendarDate(text: $0) }, minutes: minutes)
    }

    private func export(_ village: AlertVillage, why: String? = nil) throws -> String {
        let file = village.folder.file("export.jsonl")
        try ReadingDesk(site: village.site).export(
            .init(sensors: [], devices: [], from: nil, until: nil, isCSV: false, why: why), to: file)
        return try String(contentsOfFile: file, encoding: .utf8)
    }

    @Test("What is disputed is marked wherever it is shown, until the assembly decides; nobody else does")
    func readings() throws {
        let village = try AlertVillage(sensors: Self.sensors)
        try village.read(150)
        let pump = SensorID(rawValue: "plug/power")
        let subject = Dispute.Subject.readings(
            pump, from: AlertVillage.begin, until: AlertVillage.begin.advanced(bySeconds: 60))
        #expect(try !enter(village, .openDispute(subject, why: " ")).isDone)
        let opened = try enter(village, .openDispute(subject, why: "it stood still"), for: "Amina")
        #expect(opened.isDone && opened.lines[0].hasPrefix("Dispute 1 is open"))
        try village.restart()

        #expect(try export(village).split(separator: "\n").allSatisfy { $0.contains("\"disputed\":[1]") })
        let table = village.folder.file("export.csv")
        try ReadingDesk(site: village.site).export(
            .init(sensors: [], devices: [], from: nil, until: nil, isCSV: true), to: table)
        let rows = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n")
        #expect(rows[0].hasSuffix(",trusted,disputed") && rows.count > 1)
        #expect(rows.dropFirst().allSatisfy { $0.hasSuffix(",true,1") })
        // A household's lines are found in a table with marks as in one of before.
        #expect(
            ExportedFile(path: table).remove(pump, within: AlertVillage.begin..<village.now.advanced(bySeconds: 9))
                == .removed(rows.count - 1))
        let lines = try DisputeDesk(site: village.site).lines(all: false, json: false)
        #expect(lines[0].hasPrefix("Dispute 1: Pump, from 2026-11-10 ") && lines[0].hasSuffix("waits for a check"))
        #expect(lines[1].hasSuffix("Amina (entered by secretary): it stood still"))
        for form in [ReportWriter.Form.html, .markdown] {
            let report = try papers(village).report(form, language: "en")
            #expect(report.contains("What people say is wrong") && report.contains(/disputed\\?: 1/))
            #expect(!report.contains("Amina"))
        }
        #expect(try json(village).contains("\"disputed\":[1]"))
        #expect(try papers(village).report(.csv, language: "en").contains("dispute,\"Pump, from"))
        let item = try #require(try papers(village).items(language: "es").first { $0.kind == .disputeOpen })
        #expect(item.ask == .decide && item.title.hasPrefix("¿Está mal esto? Bomba, del "))
        #expect(item.facts.last == "Nadie lo ha comprobado todavía." && !item.facts.joined().contains("Amina"))
        #expect(try village.told().contains("Dispute 1"))

        #expect(try enter(village, .checkDispute(1, how: "bucket: 10 L in 62 s"), for: "Pau").isDone)
        #expect(try village.office.store.disputes().map(\.state) == [.checked])
        // Neither without an assembly, nor by one before, nor by one to come.
        for said in [
            verdict(true), verdict(true, decision: 1), verdict(true, decision: 9),
            verdict(true, assembly: "2026-12-06", minutes: "book 2, page 14"),
            verdict(true, assembly: "2026-12-06", minutes: " "),
        ] {
            #expect(try !enter(village, .decideDispute(1, said)).isDone)
        }
        #expect(try village.office.store.setAsides().isEmpty)
        try village.wait(until: 27 * 86_400)
        let said = verdict(true, assembly: "2026-12-06", minutes: "book 2, page 14")
        #expect(try enter(village, .decideDispute(1, said)).isDone)
        #expect(try !enter(village, .decideDispute(1, said)).isDone)
        let aside = try #require(try village.office.store.setAsides().first)
        #expect(aside.sensor == pump && aside.from == AlertVillage.begin && aside.why == "the bucket test says so")
        #expect(try village.office.store.disputes().map(\.setAside) == [aside.id])
        #expect(try !enter(village, .liftSetAside(aside.id)).isDone)
        #expect(try !export(village).contains("disputed"))
        let after = try papers(village).report(.markdown, language: "en")
        #expect(after.contains("set aside by the assembly") && !after.contains("disputed: 1"))
        #expect(try papers(village).items(language: "en").allSatisfy { $0.kind != .disputeOpen })

        let record = try village.office.store.recordEntries().map(\.entry).filter { $0.kind.hasPrefix("dispute.") }
        #expect(record.map(\.kind) == ["dispute.opened", "dispute.checked", "dispute.upheld"])
        #expect(record.allSatisfy { $0.facts["sensor"] == "plug/power" && $0.facts["person"] == nil })
        #expect(record[0].erasable["person"] == "Amina" && record[0].erasable["entered_by"] == "secretary")
        #expect(try village.office.store.verifyRecordBook().isIntact)
    }

    @Test("A figure and an alert are marked too; kept, the mark goes, upheld, they are shown as set aside")
    func figures() throws {
        let village = try AlertVillage(sensors: Self.sensors)
        try village.wait(until: 1)
        try village.read(150)
        let number = try #require(try village.office.store.alerts(openOnly: true).last?.number)
        #expect(try !enter(village, .openDispute(.alert(99), why: "no")).isDone)
        #expect(try !enter(village, .openDispute(.figure("gold", Self.november), why: "no")).isDone)
        #expect(try !enter(village, .openDispute(.figure("energy", Self.november, role: .input), why: "no")).isDone)
        // A dispute from before there were parts is the same without the word.
        let stored = String(
            decoding: try JSONEncoder().encode(Dispute.Subject.figure("energy", Self.november)), as: UTF8.self)
        #expect(!stored.contains("role"))
        #expect(
            try JSONDecoder().decode(Dispute.Subject.self, from: Data(stored.utf8)) == .figure("energy", Self.november))
        #expect(try enter(village, .openDispute(.alert(number), why: "the pump was off")).isDone)
        #expect(try enter(village, .openDispute(.figure("energy", Self.november), why: "too much")).isDone)
        let desk = AlertDesk(site: village.site)
        #expect(try desk.lines(all: false, json: true).contains { $0.contains("\"disputed\":[1]") })
        #expect(try desk.lines(all: false, json: false).contains { $0.contains("(disputed: 1)") })
        #expect(try desk.explain(number, json: false).last == "(disputed: 1)")
        let report = try json(village)
        #expect(report.contains("\"disputed\":[1]") && report.contains("\"disputed\":[2]"))
        #expect(try papers(village).items(language: "en").count { $0.kind == .disputeOpen } == 2)
        try village.wait(until: 27 * 86_400)
        let minutes = (assembly: "2026-12-06", minutes: "book 2, page 15")
        for (dispute, isUpheld) in [(Int64(1), false), (2, true)] {
            let said = verdict(isUpheld, assembly: minutes.assembly, minutes: minutes.minutes)
            #expect(try enter(village, .decideDispute(dispute, said)).isDone)
        }
        #expect(try village.office.store.setAsides().isEmpty)
        #expect(try !desk.lines(all: true, json: false).contains { $0.contains("disputed") })
        let after = try json(village)
        #expect(!after.contains("\"disputed\":[") && after.contains("\"set_aside_by_assembly\":[2]"))
        #expect(after.contains("thebuckettestsaysso"))
    }

    @Test(
        "A household's dispute stands in nothing public, is shown for a reason that it sees, and is forgotten with it")
    func household() throws {
        let village = try AlertVillage(sensors: Self.sensors)
        try village.read(33, of: "home")
        let home = SensorID(rawValue: "house-7/power")
        let subject = Dispute.Subject.readings(
            home, from: AlertVillage.begin, until: AlertVillage.begin.advanced(bySeconds: 60))
        #expect(try enter(village, .openDispute(subject, why: "we were in Lleida"), for: "Amina").isDone)
        #expect(try enter(village, .checkDispute(1, how: "looked at the meter in house 7"), for: "Pau").isDone)
        for language in ["en", "es"] {
            let forms: [ReportWriter.Form] = [.html, .markdown, .csv, .json]
            var texts = try forms.map { try papers(village).report($0, language: language) }
            texts.append(try papers(village).agenda(.markdown, language: language))
            for text in texts {
                #expect(!text.contains("Lleida") && !text.contains("house-7") && !text.contains("house 7"))
                // The column of the table is always there.
                let rows = text.replacing("certainty,disputed\r\n", with: "", maxReplacements: 1)
                #expect(!rows.contains("isputed") && !rows.contains("esacuerdo"))
            }
        }
        let told = try village.office.store.outboxEntries().filter { $0.item.type.contains("dispute") }
        #expect(told.count == 2)
        #expect(told.allSatisfy { !$0.item.body.contains("Amina") && !$0.item.body.contains("house-") })
        let entries = try village.office.store.recordEntries().map(\.entry).filter { $0.kind.hasPrefix("dispute.") }
        #expect(entries.count == 2 && entries.allSatisfy { Set($0.facts.keys) == ["dispute", "means"] })
        let desk = DisputeDesk(site: village.site)
        let hidden = try desk.lines(all: true, json: false)
        #expect(!hidden.joined().contains("Lleida") && hidden.last?.contains("there are 1 more") == true)
        let shown = try HouseholdDesk(site: village.site).show("house-7/power")
        #expect(shown.contains { $0.hasPrefix("Dispute 1: ") })

        let day = village.site.zone.date(at: AlertVillage.begin)
        try village.wait(until: 30 * 86_400)
        let closed = try enter(village, .closeReport(Self.november))
        #expect(closed.isDone && !closed.lines.joined().contains("after number"), "\(closed.lines)")
        let again = try enter(village, .closeReport(Self.november))
        #expect(again.lines.joined().contains("as number 2, after number 1, which is kept too"), "\(again.lines)")
        #expect(try enter(village, .forget(sensor: home, first: day, last: day)).isDone)
        #expect(try village.office.store.disputes().isEmpty)
        #expect(try enter(village, .openDispute(subject, why: "again we were away")).lines[0].hasPrefix("Dispute 2 "))
        try bookHides(village)
    }

    /// The record book shows no more of a home's dispute than the list of disputes, to whoever says no reason.
    private func bookHides(_ village: AlertVillage) throws {
        village.office.close()
        let book = RecordDesk(site: village.site)
        for isJSON in [false, true] {
            let entries = try book.lines(from: 1, json: isJSON).filter { $0.contains("dispute.") }
            #expect(entries.count == 3)
            for entry in entries {
                #expect(
                    !entry.contains("again") && !entry.contains("house-7") && !entry.contains("secretary"), "\(entry)")
            }
            #expect(entries.last?.contains(isJSON ? "\"why\":\"…\"" : "why=…") == true)
        }
        #expect(try book.lines(from: 1, json: false).last?.contains("The texts of 3 entries are households'") == true)
        let shown = try book.lines(from: 1, json: false, why: "the assembly asks")
        #expect(shown.contains { $0.contains("again we were away") })
        #expect(
            try HouseholdDesk(site: village.site).show("house-7/power").contains { $0.contains("the assembly asks") })
    }
}
