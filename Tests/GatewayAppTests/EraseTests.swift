import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Texts of the record book that somebody wants forgotten.
@Suite("Erasing from the record book", .serialized)
struct EraseTests {
    @Test("A text is gone from the file, the chain fits, and everybody hears that it was erased and why")
    func erase() throws {
        let village = try AlertVillage()
        try village.read(150)
        let number = try #require(try village.office.store.alerts(openOnly: true).last?.number)
        try village.say("Rosa", .answer(alert: number, answer: .note("the key lies at Quimeta's")))
        func entries() throws -> [RecordedEntry] { try village.office.store.recordEntries() }
        let noted = try #require(try entries().last { $0.entry.kind == "alert.noted" })
        let count = try entries().count
        for command: Command in [
            .eraseTexts(record: noted.number, names: ["note"], why: " "),
            .eraseTexts(record: noted.number, names: ["nothing"], why: "asked"),
            .eraseTexts(record: 4711, names: [], why: "asked"),
        ] {
            #expect(try village.say("Amina", command)[0] == "refused")
        }
        #expect(try entries().count == count)
        #expect(
            try village.say("Amina", .eraseTexts(record: noted.number, names: ["note"], why: "names a person"))[0]
                == "done")
        let after = try #require(try entries().first { $0.number == noted.number })
        #expect(after.hash == noted.hash && after.entry.erasable == ["person": "Rosa", "entered_by": "Rosa"])
        #expect(after.entry.facts == noted.entry.facts)
        let last = try #require(try entries().last?.entry)
        #expect(last.kind == "record.erased" && last.facts["entry"] == "\(noted.number)")
        #expect(last.facts["texts"] == "note" && last.erasable["why"] == "names a person")
        #expect(try village.office.store.verifyRecordBook().isIntact)
        #expect(try village.told().last == "Erased from the record book")
        #expect(try village.say("Amina", .eraseTexts(record: noted.number, names: [], why: "asked"))[0] == "done")
        #expect(try entries().first { $0.number == noted.number }?.entry.erasable.isEmpty == true)
        #expect(try village.office.store.verifyRecordBook().isIntact)
    }

    @Test(
        "A note is gone from its alert and from the messages about it too, and does not come back with the next change")
    func notes() throws {
        let village = try AlertVillage()
        try village.read(150)
        let number = try #require(try village.office.store.alerts(openOnly: true).last?.number)
        let (secret, other) = ("zzqx-the key lies at Quimeta's", "looked at it")
        try village.say("Rosa", .answer(alert: number, answer: .note(secret)))
        try village.say("Rosa", .answer(alert: number, answer: .note(other)))
        try village.say(
            "Rosa", .answer(alert: number, answer: .pause(until: village.now.advanced(bySeconds: 3600), why: secret)))
        func store() throws -> String {
            let alerts = try village.office.store.alerts(openOnly: false)
            let messages = try village.office.store.outboxEntries().map {
                $0.item.title + $0.item.body + $0.item.dataJSON
            }
            return "\(alerts) \(messages)"
        }
        #expect(try store().contains("zzqx"))
        let entries = try village.office.store.recordEntries().filter { $0.entry.erasable["note"] == secret }
        #expect(entries.count == 2)
        for entry in entries {
            #expect(
                try village.say("Amina", .eraseTexts(record: entry.number, names: ["note"], why: "names a person"))[0]
                    == "done")
        }
        #expect(try !store().contains("zzqx"))
        // The alert goes on, is stored again, and is read again at the next start.
        try village.say("Jordi", .answer(alert: number, answer: .take))
        try village.restart()
        try village.read(90)
        #expect(try !store().contains("zzqx"))
        let alert = try #require(try village.office.store.alert(number: number))
        #expect(alert.entries.filter { $0.kind == .noted }.map(\.note) == [nil, other])
        #expect(alert.entries.contains { $0.kind == .paused && $0.person == "Rosa" && $0.until != nil })
        #expect(try village.office.store.verifyRecordBook().isIntact)
    }

    /// The lines of all tables in which a name stands as a text or as bytes, but for what is no name.
    private func lines(_ village: AlertVillage, with name: String, but others: String...) throws -> [String] {
        let file = try #require(
            try FileManager.default.contentsOfDirectory(atPath: village.site.configuration.dataFolder)
                .first { $0.hasSuffix(".sqlite") })
        let child = try ChildProcess(
            "/usr/bin/sqlite3", ["\(village.site.configuration.dataFolder)/\(file)", ".dump"])
        let end = child.wait(20)
        try #require(end == .exited(0))
        let bytes = name.utf8.map { String($0, radix: 16) }.joined()
        return child.output.split(separator: "\n").map(String.init).filter { line in
            let rest = others.reduce(line) { $0.replacing($1, with: "") }
            return rest.contains(name) || rest.lowercased().contains(bytes)
        }
    }

    @Test("A person's name is in no table any more once its texts are erased; what was done stays, and the chain fits")
    func persons() throws {
        let name = "Zzqxa"
        let village = try AlertVillage(
            "  - {name: zzqxa, kind: files, audience: stewards, folder: /tmp/nowhere}",
            stewards: "[{name: \(name)}, {name: Rosa}, {name: Jordi}]")
        let title = "\(name) looks for somebody"
        func number() throws -> Int { try #require(try village.office.store.alerts(openOnly: true).last?.number) }
        func entries() throws -> [RecordedEntry] {
            try village.office.store.recordEntries().filter { $0.entry.erasable.values.contains(name) }
        }
        func erase(_ entry: RecordedEntry, _ names: [String] = []) throws -> [String] {
            try village.say("Amina", .eraseTexts(record: entry.number, names: names, why: "asked"))
        }
        // One who goes, one who lets rest what protects people with a second person, and a test message.
        try village.read(150)
        let plug = try number()
        try village.say(name, .answer(alert: plug, answer: .note("on the way")))
        try village.say(name, .answer(alert: plug, answer: .take))
        #expect(try erase(try #require(entries().last), ["person"])[1].contains("still stands for something"))
        try village.read(20)
        try village.say(name, .answer(alert: plug, answer: .resolve(.real, note: nil)))
        try village.read(20, of: "cold")
        let cold = try number()
        let until = village.now.advanced(bySeconds: 3600)
        try village.say(name, .answer(alert: cold, answer: .pause(until: until, why: "new fuse")))
        #expect(try erase(try #require(entries().last))[0] == "refused")
        try village.say("Rosa", .answer(alert: cold, answer: .pause(until: until, why: "new fuse")))
        #expect(try erase(try #require(entries().last))[0] == "refused")
        try village.read(90, of: "cold")
        try village.say("Jordi", .answer(alert: cold, answer: .resolve(.real, note: nil)))
        // The name in a notice about what this person never had to do with, and another word that begins with it.
        try village.read(160)
        let later = try number()
        try village.say("Rosa", .answer(alert: later, answer: .note("\(name)lia looked")))
        let other = OutboxItem(
            key: "other", destination: "zzqxa", type: "announcement", priority: .assembly, title: title, body: title,
            createdAt: village.now)
        village.office.pipeline.batch.outbox.append(other)
        try village.say("Rosa", .answer(alert: later, answer: .note("seen")))
        #expect(try lines(village, with: name).contains { $0.contains(title) })
        let before = try village.office.store.alerts(openOnly: false)

        for entry in try entries() { #expect(try erase(entry)[0] == "done") }
        #expect(try lines(village, with: name, but: "\(name)lia") == [])
        #expect(try !lines(village, with: "\(name)lia").isEmpty)
        #expect(try village.office.store.verifyRecordBook().isIntact)
        // Not with the next change, and not with the next start.
        try village.read(20)
        try village.restart()
        try village.read(170)
        #expect(try lines(village, with: name, but: "Next is \(name)", "\(name)lia") == [])
        let after = try village.office.store.alerts(openOnly: false)
        for (old, new) in zip(before, after) where old.number != later {
            #expect(old.entries.map(\.kind) == new.entries.map(\.kind) && old.outcome == new.outcome)
            #expect(old.entries.map { $0.person == nil } == new.entries.map { $0.person == nil })
        }
        let paused = try #require(after.first { $0.number == cold })
        #expect(paused.entries.filter { [.pauseAsked, .paused].contains($0.kind) }.map(\.person) == ["…", "Rosa"])
        let told = try village.office.store.outboxEntries().map(\.item)
        #expect(told.contains { $0.type == "alert.taken" && $0.body.hasPrefix("… is going: plug/power") })
    }

    @Test("What is erased is in no file of the data folder any more")
    func files() throws {
        let village = try AlertVillage()
        let secret = "zzqx-not-for-long"
        _ = try village.office.store.append([
            RecordEntry(at: village.now, kind: "test", facts: [:], erasable: ["note": secret])
        ])
        func holders() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: village.folder.path).filter { name in
                (FileManager.default.contents(atPath: village.folder.file(name)) ?? Data())
                    .range(of: Data(secret.utf8)) != nil
            }
        }
        #expect(try !holders().isEmpty)
        let number = try #require(try village.office.store.recordEntries().last?.number)
        #expect(try village.say("Amina", .eraseTexts(record: number, names: [], why: "asked"))[0] == "done")
        #expect(try holders().isEmpty)
    }
}
