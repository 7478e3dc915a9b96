import Crypto
import Foundation
import GRDB
import GatewayModel

/// The hash chain: each entry's hash covers the one before, so that nothing can be changed unseen.
///
/// `h(i) = SHA-256("log/v1" ‖ h(i-1) ‖ length ‖ record)` with 32 zero bytes as h(0) and the length as 8 bytes, most
/// significant first.
enum RecordBook {
    private static let start = Data(repeating: 0, count: 32)

    /// The bytes that are chained: JSON with sorted keys.
    private struct Chained: Codable {
        var at: Instant
        var kind: String
        var facts: [String: String]
        /// Salted hashes of the texts that can be erased.
        var texts: [String: String]
    }

    static func append(_ entries: [RecordEntry], _ db: Database) throws -> [RecordedEntry] {
        guard !entries.isEmpty else { return [] }
        let last = try Row.fetchOne(db, sql: "SELECT number, hash FROM record ORDER BY number DESC LIMIT 1")
        var number: Int64 = last?[0] ?? 0
        var head: Data = last?[1] ?? start
        var recorded: [RecordedEntry] = []
        for entry in entries {
            number += 1
            var texts: [String: (salt: Data, text: String)] = [:]
            for (name, text) in entry.erasable {
                texts[name] = (Data((0..<16).map { _ in UInt8.random(in: .min ... .max) }), text)
            }
            let chained = Chained(
                at: entry.at, kind: entry.kind, facts: entry.facts,
                texts: texts.mapValues { hash($0.text, salt: $0.salt) })
            let body = Data(try JSONText.encode(chained).utf8)
            head = next(after: head, body: body)
            try db.cachedStatement(sql: "INSERT INTO record VALUES (?, ?, ?)").execute(arguments: [number, body, head])
            for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
                try db.cachedStatement(sql: "INSERT INTO record_text VALUES (?, ?, ?, ?)")
                    .execute(arguments: [number, name, text.salt, text.text])
            }
            recorded.append(RecordedEntry(number: number, entry: entry, hash: hexadecimal(head)))
        }
        return recorded
    }

    static func check(_ db: Database) throws -> RecordBookCheck {
        var head = start
        var count: Int64 = 0
        let rows = try Row.fetchCursor(db, sql: "SELECT number, body, hash FROM record ORDER BY number")
        while let row = try rows.next() {
            let number: Int64 = row[0]
            let body: Data = row[1]
            let expected = next(after: head, body: body)
            guard number == count + 1, expected == row[2] as Data, try textsFit(number, body: body, db) else {
                return RecordBookCheck(count: count + 1, head: hexadecimal(head), firstBroken: count + 1)
            }
            count += 1
            head = expected
        }
        return RecordBookCheck(count: count, head: hexadecimal(head), firstBroken: nil)
    }

    static func entries(from first: Int64, limit: Int, _ db: Database) throws -> [RecordedEntry] {
        try Row.fetchAll(
            db, sql: "SELECT number, body, hash FROM record WHERE number >= ? ORDER BY number LIMIT ?",
            arguments: [first, limit]
        ).map { row in
            let chained = try JSONText.decode(Chained.self, String(decoding: row[1] as Data, as: UTF8.self))
            var erasable: [String: String] = [:]
            for text in try Row.fetchAll(
                db, sql: "SELECT name, text FROM record_text WHERE record = ?", arguments: [row[0] as Int64])
            {
                erasable[text[0]] = text[1] as String
            }
            return RecordedEntry(
                number: row[0],
                entry: RecordEntry(at: chained.at, kind: chained.kind, facts: chained.facts, erasable: erasable),
                hash: hexadecimal(row[2]))
        }
    }

    /// A text that is still there must fit its hash; an erased one proves nothing and breaks nothing.
    private static func textsFit(_ number: Int64, body: Data, _ db: Database) throws -> Bool {
        guard let chained = try? JSONText.decode(Chained.self, String(decoding: body, as: UTF8.self)) else {
            return false
        }
        return try Row.fetchAll(
            db, sql: "SELECT name, salt, text FROM record_text WHERE record = ?", arguments: [number]
        ).allSatisfy { row in chained.texts[row[0]] == hash(row[2], salt: row[1]) }
    }

    private static func next(after head: Data, body: Data) -> Data {
        var hasher = SHA256()
        hasher.update(data: Data("log/v1".utf8))
        hasher.update(data: head)
        withUnsafeBytes(of: UInt64(body.count).bigEndian) { hasher.update(bufferPointer: $0) }
        hasher.update(data: body)
        return Data(hasher.finalize())
    }

    private static func hash(_ text: String, salt: Data) -> String {
        hexadecimal(Data(SHA256.hash(data: Data("text/v1".utf8) + salt + Data(text.utf8))))
    }

    private static func hexadecimal(_ bytes: Data) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension Store {
    /// Appends entries to the record book on their own, outside of a batch.
    public func append(_ entries: [RecordEntry]) throws(StoreError) -> [RecordedEntry] {
        try write("record book") { db in try RecordBook.append(entries, db) }
    }

    /// Recomputes the whole chain and compares the texts that are still there with their hashes.
    public func verifyRecordBook() throws(StoreError) -> RecordBookCheck {
        try read("record book") { db in try RecordBook.check(db) }
    }

    /// Entries in order, from a number on.
    public func recordEntries(from first: Int64 = 1, limit: Int = .max) throws(StoreError) -> [RecordedEntry] {
        try read("record book") { db in try RecordBook.entries(from: first, limit: limit, db) }
    }
}
