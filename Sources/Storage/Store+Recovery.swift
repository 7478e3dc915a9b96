import Foundation
import GRDB
import GatewayModel

/// A list of delegates that waits in public, since there is none yet or too few keys of the one in force are left.
public struct StoredRecovery: Hashable, Sendable {
    /// The number of its decision.
    public var number: Int
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public var sha256: String
    /// Its bytes.
    public var bytes: [UInt8]
    /// Who began it.
    public var begunBy: String
    /// When; the public days count from here.
    public var begunAt: Instant
}

extension Store {
    /// Lets a list of delegates wait, and enters that in the record book; throws `invalid` where one waits already.
    public func beginRecovery(
        number: Int, bytes: [UInt8], by person: String, at now: Instant, record: ActRecord
    ) throws(StoreError) -> StoredRecovery {
        let digest = Fingerprint.sha256(bytes)
        return try write("begin recovery") { db in
            guard try RecoveryRows.open(db) == nil else {
                throw StoreError(
                    .invalid, "begin recovery", cause: "another recovery waits already",
                    remedy: "Withdraw it first: commons limits recover --withdraw")
            }
            try db.execute(
                sql: "INSERT INTO recovery (number, sha256, body, begun_by, begun_at) VALUES (?, ?, ?, ?, ?)",
                arguments: [number, digest, Data(bytes), person, now.milliseconds])
            try record.write(db)
            return StoredRecovery(number: number, sha256: digest, bytes: bytes, begunBy: person, begunAt: now)
        }
    }

    /// The list of delegates that waits; nil where none does.
    public func openRecovery() throws(StoreError) -> StoredRecovery? {
        try read("recovery") { db in try RecoveryRows.open(db) }
    }

    /// Ends the wait without adopting anything; false where nothing waits.
    public func withdrawRecovery(at now: Instant, record: ActRecord) throws(StoreError) -> Bool {
        try write("withdraw recovery") { db in
            guard try RecoveryRows.open(db) != nil else { return false }
            try RecoveryRows.end(.withdrawn, at: now, db)
            try record.write(db)
            return true
        }
    }
}

/// The rows of `recovery`.
enum RecoveryRows {
    /// How a wait ended.
    enum Outcome: String {
        case adopted, withdrawn, overtaken
    }

    static func open(_ db: Database) throws -> StoredRecovery? {
        try Row.fetchOne(
            db, sql: "SELECT number, sha256, body, begun_by, begun_at FROM recovery WHERE ended_at IS NULL"
        ).map { row in
            StoredRecovery(
                number: row[0], sha256: row[1], bytes: Array(row[2] as Data), begunBy: row[3],
                begunAt: Instant(milliseconds: row[4]))
        }
    }

    static func end(_ outcome: Outcome, at now: Instant, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE recovery SET ended_at = ?, outcome = ? WHERE ended_at IS NULL",
            arguments: [now.milliseconds, outcome.rawValue])
    }

    /// Ends the one that waits when a decision with that hash is adopted; another decision ends it where that `overtakes`.
    static func end(
        adopting sha256: String, isRecovery: Bool, overtakes: Bool, at now: Instant, _ db: Database
    ) throws {
        let waiting = try open(db)
        guard !isRecovery || waiting?.sha256 == sha256 else {
            throw StoreError(
                .invalid, "adopt", cause: "this list of delegates does not wait at the console",
                remedy: "Begin with commons limits recover.")
        }
        if waiting != nil, isRecovery || overtakes { try end(isRecovery ? .adopted : .overtaken, at: now, db) }
    }
}
