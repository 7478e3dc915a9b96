import Crypto
import Foundation
import GRDB
import GatewayModel

/// A link to answer an alert: whose it is and what it is about.
public struct AnswerLink: Hashable, Sendable {
    /// The steward.
    public var person: String
    /// The alert's id.
    public var alert: String
    /// When it was made.
    public var madeAt: Instant
}

extension Store {
    /// Makes a link for a person and an alert and returns its token: 144 random bits, 24 characters of an address.
    ///
    /// The token is nowhere else: only its SHA-256 is stored. From any thread.
    public func makeAnswerLink(person: String, alert: String, at now: Instant) throws(StoreError) -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = Data((0..<18).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        let token = bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        let hash = Store.hash(ofToken: token)
        try write("links") { db in
            try db.execute(
                sql: "INSERT INTO answer_link (mark, hash, person, alert, made_at) VALUES (?, ?, ?, ?, ?)",
                arguments: [Store.mark(hash), Data(hash), person, alert, now.milliseconds])
        }
        return token
    }

    /// The link of a token; nil where there is none, or none any more.
    ///
    /// Rows are found by a piece of the hash and then compared whole in constant time, so that how long an answer takes
    /// tells nothing of how near a guess was. From any thread.
    public func answerLink(token: String) throws(StoreError) -> AnswerLink? {
        let hash = Store.hash(ofToken: token)
        return try read("links") { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT hash, person, alert, made_at FROM answer_link WHERE mark = ?",
                arguments: [Store.mark(hash)])
            return rows.first { hash == ($0[0] as Data) }.map {
                AnswerLink(person: $0[1], alert: $0[2], madeAt: Instant(milliseconds: $0[3]))
            }
        }
    }

    /// Ends the links of everybody else, and those of alerts that were closed before that time; returns how many.
    @discardableResult
    public func endAnswerLinks(keeping persons: [String], closedBefore time: Instant) throws(StoreError) -> Int {
        try write("links") { db in
            let names = try JSONText.encode(persons)
            try db.execute(
                sql: """
                    DELETE FROM answer_link WHERE person NOT IN (SELECT value FROM json_each(?))
                    OR alert IN (SELECT id FROM alert WHERE closed_at < ?)
                    """, arguments: [names, time.milliseconds])
            return db.changesCount
        }
    }

    /// The newest notice about an alert that one of these destinations was given; nil where there is none.
    public func lastNotice(about alert: String, to destinations: [String]) throws(StoreError) -> OutboxItem? {
        try read("outbox") { db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT body FROM outbox
                    WHERE coalesce(json_extract(body, '$.alert'), json_extract(body, '$.answers')) = ?
                    AND destination IN (SELECT value FROM json_each(?))
                    AND (state IN ('sent', 'sending', 'unknown') OR attempts > 0)
                    ORDER BY id DESC LIMIT 1
                    """, arguments: [alert, try JSONText.encode(destinations)]
            ).map { try JSONText.decode(OutboxItem.self, $0) }
        }
    }

    /// True where a notice of an alert has gone out to one of these destinations: `surely`, or perhaps.
    public func hasLeft(alert: String, to destinations: [String], surely: Bool) throws(StoreError) -> Bool {
        try read("outbox") { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM outbox
                    WHERE json_extract(body, '$.alert') = ? AND destination IN (SELECT value FROM json_each(?))
                    AND (state = 'sent' OR NOT ? AND (state IN ('sending', 'unknown') OR attempts > 0)))
                    """, arguments: [alert, try JSONText.encode(destinations), surely]) ?? false
        }
    }

    private static func hash(ofToken token: String) -> SHA256.Digest {
        SHA256.hash(data: Data(token.utf8))
    }

    private static func mark(_ hash: SHA256.Digest) -> Int64 {
        hash.prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    }
}
