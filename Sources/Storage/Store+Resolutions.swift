import Foundation
import GRDB
import GatewayModel

/// The bytes of a resolution as adopted.
public struct StoredResolution: Hashable, Sendable {
    /// Its number.
    public var number: Int
    /// The adopted bytes.
    public var bytes: [UInt8]
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    public var sha256: String
    /// Who entered it.
    public var adoptedBy: String
    /// When.
    public var adoptedAt: Instant
    /// The signature files that were adopted with it, by name.
    public var signatures: [SignatureFile]
    /// True for a list of delegates that was entered at the console after its public days.
    public var isRecovery: Bool
}

extension Store {
    /// Copies a resolution's bytes and its signatures into the database and enters it in the record book, in one
    /// transaction.
    ///
    /// The only function that writes the table. Append-only: throws `invalid` where the number was adopted before. The
    /// entry's facts get `resolution` and `sha256`. A recovery that waits ends: adopted where these are its bytes and
    /// `isRecovery` says so, overtaken otherwise, since there are keys enough. Returns what was stored.
    public func adopt(
        number: Int, bytes: [UInt8], signatures: [SignatureFile] = [], by person: String, at now: Instant,
        record: RecordEntry, isRecovery: Bool = false, overtakes: Bool = true, notices: [OutboxItem] = []
    ) throws(StoreError) -> StoredResolution {
        let digest = Fingerprint.sha256(bytes)
        return try write("adopt") { db in
            guard try Int.fetchOne(db, sql: "SELECT 1 FROM resolution WHERE number = ?", arguments: [number]) == nil
            else {
                throw StoreError(
                    .invalid, "adopt", cause: "resolution \(number) is adopted already",
                    remedy: "Give the new resolution the next number and let it supersede this one.")
            }
            try db.execute(
                sql: "INSERT INTO resolution VALUES (?, ?, ?, ?, ?)",
                arguments: [number, Data(bytes), digest, person, now.milliseconds])
            for file in signatures {
                try db.execute(
                    sql: "INSERT INTO resolution_signature VALUES (?, ?, ?)",
                    arguments: [number, file.name, file.armour])
            }
            try RecoveryRows.end(
                adopting: digest, isRecovery: isRecovery, overtakes: overtakes, at: now, db)
            var entry = record
            entry.facts["resolution"] = String(number)
            entry.facts["sha256"] = digest
            try ActRecord(entry, notices: notices).write(db)
            return StoredResolution(
                number: number, bytes: bytes, sha256: digest, adoptedBy: person, adoptedAt: now,
                signatures: signatures.sorted { $0.name < $1.name }, isRecovery: isRecovery)
        }
    }

    /// The newest entry of the record book and the newest decision, with their hashes; nil where there is none.
    public func heads() throws(StoreError) -> (
        record: (number: Int64, hash: String)?, decision: (number: Int, sha256: String)?
    ) {
        try read("heads") { db in
            let record = try Row.fetchOne(
                db, sql: "SELECT number, lower(hex(hash)) FROM record ORDER BY number DESC LIMIT 1")
            let decision = try Row.fetchOne(
                db, sql: "SELECT number, sha256 FROM resolution ORDER BY number DESC LIMIT 1")
            return (record.map { ($0[0], $0[1]) }, decision.map { ($0[0], $0[1]) })
        }
    }

    /// The numbers of the adopted decisions.
    public func resolutionNumbers() throws(StoreError) -> Set<Int> {
        try read("resolutions") { db in try Int.fetchSet(db, sql: "SELECT number FROM resolution") }
    }

    /// The bytes of adopted resolutions in which a word stands, by number; nothing else of them is read.
    public func resolutions(mentioning word: String) throws(StoreError) -> [[UInt8]] {
        try read("resolutions") { db in
            try Data.fetchAll(
                db, sql: "SELECT body FROM resolution WHERE instr(body, CAST(? AS BLOB)) > 0 ORDER BY number",
                arguments: [word]
            ).map { Array($0) }
        }
    }

    /// The bytes of adopted resolutions of these numbers.
    public func resolutions(numbered numbers: Set<Int>) throws(StoreError) -> [Int: [UInt8]] {
        try read("resolutions") { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT number, body FROM resolution WHERE number IN (SELECT value FROM json_each(?))",
                arguments: [try JSONText.encode(numbers.sorted())])
            return Dictionary(
                rows.map { ($0[0] as Int, Array($0[1] as Data)) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// All adopted resolutions, by number.
    public func resolutions() throws(StoreError) -> [StoredResolution] {
        try read("resolutions") { db in
            var signatures: [Int: [SignatureFile]] = [:]
            for row in try Row.fetchAll(
                db, sql: "SELECT resolution, name, armour FROM resolution_signature ORDER BY resolution, name")
            {
                signatures[row[0], default: []].append(SignatureFile(name: row[1], armour: row[2]))
            }
            let recovered = Set(
                try String.fetchAll(db, sql: "SELECT sha256 FROM recovery WHERE outcome = 'adopted'"))
            return try Row.fetchAll(
                db, sql: "SELECT number, body, sha256, adopted_by, adopted_at FROM resolution ORDER BY number"
            ).map { row in
                StoredResolution(
                    number: row[0], bytes: Array(row[1] as Data), sha256: row[2], adoptedBy: row[3],
                    adoptedAt: Instant(milliseconds: row[4]), signatures: signatures[row[0]] ?? [],
                    isRecovery: recovered.contains(row[2]))
            }
        }
    }
}
