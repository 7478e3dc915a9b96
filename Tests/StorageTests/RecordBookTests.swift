import Foundation
import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

/// The record book notices every change; what is in force has one writer.
@Suite("The record book")
struct RecordBookTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift file of the program, with its text.
    static func sources() throws -> [(file: String, text: String)] {
        let folder = root.appendingPathComponent("Sources")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
        return try names.sorted().map { name in
            (name, try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8))
        }
    }

    static func matches(_ pattern: String) throws -> [(file: String, match: String)] {
        let expression = try Regex(pattern)
        return try sources().flatMap { file, text in
            text.matches(of: expression).map { (file, String(text[$0.range])) }
        }
    }

    /// Every kind of entry that the program writes, as its sources name them, and a few words more that look like one.
    static func kinds() throws -> [String] {
        let subjects =
            "agenda|alert|answer|backup|box|clock|delegates|dispute|duty|household|limits|meter|readings|record|report|"
            + "sensor|stage|steward|store"
        let named = try matches("\"(\(subjects))\\.[a-z_]+\"").filter { file, _ in
            ["GatewayApp/", "Storage/", "Alerting/"].contains { file.hasPrefix($0) }
        }
        return Set(named.map { $0.match.filter { $0 != "\"" } }).sorted()
    }

    @Test("Any field of any kind of entry that is altered is noticed, at that entry")
    func everyField() throws {
        let kinds = try Self.kinds()
        #expect(
            Set(kinds).isSuperset(of: ["limits.adopted", "delegates.recovery_begun", "report.closed", "clock.set"]))
        let fixture = try StoreFixture()
        let entries = kinds.map { kind in
            RecordEntry(
                at: StoreFixture.start, kind: kind, facts: ["number": "12", "sha256": "0f", "means": "console"],
                erasable: ["person": "Rosa", "note": "pipe mended"])
        }
        _ = try fixture.store.append(entries)
        let count = try fixture.store.recordEntries().count
        try fixture.store.close()
        let database = try DatabaseQueue(path: fixture.folder.path + "/gateway.sqlite")
        try database.write { db in
            for action in ["update", "delete"] { try db.execute(sql: "DROP TRIGGER record_no_\(action)") }
        }
        let bodies = try database.read { db in
            try Row.fetchAll(db, sql: "SELECT number, CAST(body AS TEXT) FROM record ORDER BY number").map {
                (number: $0[0] as Int64, body: $0[1] as String)
            }
        }
        #expect(bodies.count == count)
        var tried = 0
        for (number, body) in bodies.suffix(kinds.count) {
            // Every leaf of the body, and every name of a field.
            let words = body.matches(of: try Regex(#""[^"]*"|[0-9]+"#)).map { body[$0.range] }
            #expect(words.count >= 14)
            for word in words {
                var changed = body
                let last =
                    word.hasSuffix("\"") ? word.index(word.endIndex, offsetBy: -2) : word.index(before: word.endIndex)
                changed.replaceSubrange(last...last, with: body[last] == "1" ? "2" : "1")
                try expectBroken(
                    at: number, database, "UPDATE record SET body = ? WHERE number = ?", Data(changed.utf8))
                tried += 1
            }
            try expectBroken(at: number, database, "UPDATE record SET hash = ? WHERE number = ?", Data(count: 32))
            for column in ["text", "salt", "name"] {
                let value: any DatabaseValueConvertible = column == "salt" ? Data(count: 16) : "other"
                try expectBroken(
                    at: number, database,
                    "UPDATE record_text SET \(column) = ? WHERE record = ? AND name = 'person'", value)
            }
            try expectBroken(at: number, database, "UPDATE record SET number = ? WHERE number = ?", number + 1_000)
            if number < count { try expectBroken(at: number, database, "DELETE FROM record WHERE ? AND number = ?", 1) }
        }
        #expect(tried >= 14 * kinds.count)
        #expect(try database.read { try RecordBook.check($0).isIntact })
    }

    /// Alters, looks, and takes the alteration back.
    private func expectBroken(
        at number: Int64, _ database: DatabaseQueue, _ statement: String, _ value: any DatabaseValueConvertible
    ) throws {
        try database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.inTransaction {
                try db.execute(sql: statement, arguments: [value, number])
                #expect(db.changesCount == 1, "\(statement)")
                #expect(try RecordBook.check(db).firstBroken == number, "\(number): \(statement) \(value)")
                return .rollback
            }
        }
    }

    @Test("The table of what is in force has one writer, and one caller hands decisions to it")
    func oneWriter() throws {
        let writers = try Self.matches(
            #"(?i)(INSERT|REPLACE|UPDATE|DELETE)(\s+OR\s+\w+)?(\s+INTO|\s+FROM)?\s+"?resolution\b"#)
        #expect(writers.map(\.file) == ["Storage/Store+Resolutions.swift"], "\(writers)")
        // Tables by a name that is computed: a repair copies every row into a new file, and nothing else does. (Triggers
        // forbid deleting.)
        let copies = try Self.matches(#"(INSERT|REPLACE|UPDATE)(\s+OR\s+\w+)?(\s+INTO)?\s+\\\("#)
        #expect(Set(copies.map(\.file)) == ["Storage/Health/Salvage.swift"], "\(copies)")
        let callers = try Self.matches(#"store\.adopt\("#)
        #expect(callers.map(\.file) == ["GatewayApp/Office+Decisions.swift"], "\(callers)")
    }
}
