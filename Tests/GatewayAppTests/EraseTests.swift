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
