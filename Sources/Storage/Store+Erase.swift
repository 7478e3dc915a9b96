import Foundation
import GRDB
import GatewayModel

extension Store {
    /// Erases texts of an entry for good; the chain stays intact, since it holds only their salted hashes.
    ///
    /// A note and a person that stand in the alert, or in a message about it, are erased there too.
    /// Their pages are overwritten and the log is cut, as in ``forget(_:zone:record:)``. `record` is written in the same
    /// transaction.
    public func eraseTexts(_ names: [String], ofRecord number: Int64, record: ActRecord) throws(StoreError) {
        try write("record book") { db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
            defer { try? db.execute(sql: "PRAGMA secure_delete = OFF") }
            let entry = try RecordBook.entries(from: number, limit: 1, db).first?.entry
            try db.execute(
                sql: "DELETE FROM record_text WHERE record = ? AND name IN (SELECT value FROM json_each(?))",
                arguments: [number, try JSONText.encode(names)])
            if let entry, let words = entry.words(of: names) { try Store.forget(words, of: entry, db) }
            try Store.oweLogCut(db)
            try record.write(db)
        }
        try cutLogIfOwed()
        do {
            try Store.removeUpgradeCopies(in: folder)
        } catch {
            throw StoreError(error, context: "record book")
        }
    }

    /// Takes words of an entry out of the alerts, links and messages that repeat them.
    private static func forget(_ words: ErasedWords, of entry: RecordEntry, _ db: Database) throws {
        // What switches a sensor off rests every alert about it; all else is said of one.
        let alertNumber = entry.alertNumber
        let said = try [words.note, words.person, words.account].compactMap { $0 }.map { try JSONText.encode($0) }
        let bodies = try String.fetchAll(
            db,
            sql: """
                SELECT body FROM alert WHERE number = ?2 OR ?2 IS NULL
                AND EXISTS (SELECT 1 FROM json_each(?1) WHERE instr(body, json_each.value))
                """, arguments: [try JSONText.encode(said), alertNumber])
        var ids: Set<String> = []
        for body in bodies {
            var alert = try JSONText.decode(Alert.self, body)
            // Messages tell of persons too where the alert itself does not name them.
            if alertNumber != nil { ids.insert(alert.id) }
            guard alert.forget(words) else { continue }
            ids.insert(alert.id)
            try db.execute(
                sql: "UPDATE alert SET body = ? WHERE id = ?", arguments: [try JSONText.encode(alert), alert.id])
        }
        if alertNumber == nil {
            for body in try String.fetchAll(db, sql: "SELECT body FROM switched_off") {
                var off = try JSONText.decode(SwitchedOff.self, body)
                guard off.forget(words) else { continue }
                try db.execute(
                    sql: "UPDATE switched_off SET body = ? WHERE subject = ?",
                    arguments: [try JSONText.encode(off), off.subject])
            }
        }
        try db.execute(
            sql: """
                DELETE FROM answer_link WHERE person = ? AND alert IN (SELECT value FROM json_each(?))
                AND alert IN (SELECT id FROM alert WHERE state = 'closed')
                """, arguments: [words.person, try JSONText.encode(ids.sorted())])
        try forget(words, of: entry, inMessagesAbout: ids, db)
    }

    /// Messages keep their form; where the words stood are three points. With the last text of the record book that is a
    /// person's name the name goes from every message.
    private static func forget(
        _ words: ErasedWords, of entry: RecordEntry, inMessagesAbout alerts: Set<String>, _ db: Database
    ) throws {
        // Who is next stands in messages about alerts that this person never had to do with.
        let isLast =
            try words.person.map {
                try Int.fetchOne(db, sql: "SELECT count(*) FROM record_text WHERE text = ?", arguments: [$0]) == 0
            } ?? false
        let rows = try Row.fetchAll(db, sql: "SELECT id, body, state FROM outbox")
        for row in rows {
            var item = try JSONText.decode(OutboxItem.self, row[1])
            // What came of an answer was told apart, at the same moment.
            let isReply = item.type == "answer.settled" && item.createdAt == entry.at
            let isSwitching = entry.alertNumber == nil && item.type.hasPrefix("alerts.")
            guard isLast || item.alert.map(alerts.contains) ?? (isReply || isSwitching) else { continue }
            let before = item
            item.title = words.hidden(in: item.title)
            item.body = words.hidden(in: item.body)
            for text in [words.note, words.note.map { Escaping.singleLine($0) }, words.person].compactMap({ $0 }) {
                item.dataJSON = item.dataJSON.replacing(
                    try JSONText.encode(text), with: try JSONText.encode(ErasedWords.mark))
            }
            // What still waits has to find its reader.
            if item.reader == words.person, OutboxState(rawValue: row[2])?.isWaiting != true { item.reader = nil }
            guard item != before else { continue }
            try db.execute(
                sql: "UPDATE outbox SET body = ? WHERE id = ?", arguments: [try JSONText.encode(item), row[0] as Int64])
        }
    }
}

extension RecordEntry {
    /// The number of the alert that it is about; nil for what was said of a sensor or limit as a whole.
    public var alertNumber: Int? { facts["alert"].flatMap { Int($0) } }

    /// What these of its texts say at an alert or a sensor that is switched off; nil where they stand nowhere else.
    public func words(of names: [String]) -> ErasedWords? {
        guard kind.hasPrefix("alert") || facts["alert"] != nil else { return nil }
        func text(_ name: String) -> String? {
            names.contains(name) ? erasable[name].flatMap { $0.isEmpty ? nil : $0 } : nil
        }
        // A test message and a hand-over have a person for their subject.
        let isAboutPerson = [BoxCondition.testAlarm, .handOver].contains { facts["cause"] == "box \($0.rawValue)" }
        let words = ErasedWords(
            note: text("note"), person: text("person") ?? (isAboutPerson ? text("subject") : nil),
            account: text("entered_by"))
        return words.isEmpty ? nil : words
    }
}
