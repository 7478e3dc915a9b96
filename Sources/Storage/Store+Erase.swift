import Foundation
import GRDB
import GatewayModel

extension Store {
    /// Erases texts of an entry for good; the chain stays intact, since it holds only their salted hashes.
    ///
    /// A note that stands in the alert it was left at, or in a message about it, is erased there too.
    /// Their pages are overwritten and the log is cut, as in ``forget(_:zone:record:)``. `record` is written in the same
    /// transaction.
    public func eraseTexts(_ names: [String], ofRecord number: Int64, record: ActRecord) throws(StoreError) {
        try write("record book") { db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
            defer { try? db.execute(sql: "PRAGMA secure_delete = OFF") }
            if names.contains("note") { try Store.forgetNote(ofRecord: number, db) }
            try db.execute(
                sql: "DELETE FROM record_text WHERE record = ? AND name IN (SELECT value FROM json_each(?))",
                arguments: [number, try JSONText.encode(names)])
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

    /// Takes a note of an entry out of the alerts and messages that repeat it.
    private static func forgetNote(ofRecord number: Int64, _ db: Database) throws {
        guard let entry = try RecordBook.entries(from: number, limit: 1, db).first?.entry,
            let note = entry.erasable["note"], !note.isEmpty, entry.kind.hasPrefix("alert")
        else { return }
        // What switches a sensor off rests every alert about it; all else is said of one.
        let alertNumber = entry.facts["alert"].flatMap { Int($0) }
        let quoted = try JSONText.encode(note)
        let bodies = try String.fetchAll(
            db, sql: "SELECT body FROM alert WHERE instr(body, ?1) AND (?2 IS NULL OR number = ?2)",
            arguments: [quoted, alertNumber])
        var ids: Set<String> = []
        for body in bodies {
            var alert = try JSONText.decode(Alert.self, body)
            guard alert.forget(note: note) else { continue }
            ids.insert(alert.id)
            try db.execute(
                sql: "UPDATE alert SET body = ? WHERE id = ?", arguments: [try JSONText.encode(alert), alert.id])
        }
        if alertNumber == nil {
            for body in try String.fetchAll(
                db, sql: "SELECT body FROM switched_off WHERE instr(body, ?)", arguments: [quoted])
            {
                var off = try JSONText.decode(SwitchedOff.self, body)
                guard off.forget(note: note) else { continue }
                try db.execute(
                    sql: "UPDATE switched_off SET body = ? WHERE subject = ?",
                    arguments: [try JSONText.encode(off), off.subject])
            }
        }
        try forget(note, inMessagesAbout: ids, alsoOfSwitching: alertNumber == nil, db)
    }

    /// Messages keep their form; where the note stood are three points.
    private static func forget(
        _ note: String, inMessagesAbout alerts: Set<String>, alsoOfSwitching: Bool, _ db: Database
    ) throws {
        let rows = try Row.fetchAll(db, sql: "SELECT id, body FROM outbox")
        for row in rows {
            var item = try JSONText.decode(OutboxItem.self, row[1])
            guard item.alert.map(alerts.contains) ?? (alsoOfSwitching && item.type.hasPrefix("alerts.")) else {
                continue
            }
            let before = item
            for text in Set([note, Escaping.singleLine(note)]) {
                item.title = item.title.replacing(text, with: "…")
                item.body = item.body.replacing(text, with: "…")
                item.dataJSON = item.dataJSON.replacing(try JSONText.encode(text), with: "\"…\"")
            }
            guard item != before else { continue }
            try db.execute(
                sql: "UPDATE outbox SET body = ? WHERE id = ?", arguments: [try JSONText.encode(item), row[0] as Int64])
        }
    }
}
