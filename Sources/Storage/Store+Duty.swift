import GRDB
import GatewayModel

/// When something last happened on duty: a kind such as `test_answered`, and a person's or another name.
public struct DutyMark: Hashable, Sendable {
    /// What happened.
    public var kind: String
    /// To whom or what.
    public var name: String

    /// Makes a mark.
    public init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }
}

extension DutyMark {
    /// Since when a sensor is waited for without hearing it.
    public static let expected = "expected"
    /// A sensor stands in the configuration's file, since then at the latest.
    public static let inFile = "in_file"
    /// A sensor was taken out of the configuration's file.
    public static let takenOut = "taken_out"
}

extension Store {
    /// What is switched off on purpose, or waits for a second person, by subject.
    public func switchedOff() throws(StoreError) -> [SwitchedOff] {
        try read("switched off") { db in
            try String.fetchAll(db, sql: "SELECT body FROM switched_off ORDER BY subject")
                .map { try JSONText.decode(SwitchedOff.self, $0) }
        }
    }

    /// The marks of the duty, with their times.
    public func dutyMarks() throws(StoreError) -> [DutyMark: Instant] {
        try read("duty") { db in
            var marks: [DutyMark: Instant] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT kind, name, at FROM duty_mark") {
                marks[DutyMark(kind: row[0], name: row[1])] = Instant(milliseconds: row[2])
            }
            return marks
        }
    }

    /// Keeps marks at once, apart from any commit of readings.
    public func keepDutyMarks(_ marks: [DutyMark], at now: Instant) throws(StoreError) {
        guard !marks.isEmpty else { return }
        try write("duty") { db in
            for mark in marks {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO duty_mark VALUES (?, ?, ?)",
                    arguments: [mark.kind, mark.name, now.milliseconds])
            }
        }
    }

    /// Deletes the marks that are named after sensors which were forgotten once the file no longer had them.
    ///
    /// They stay while an alert about such a sensor is open, which ends by them; therefore done at each start, too.
    public func forgetMarks() throws(StoreError) {
        try write("duty") { db in try Store.forgetMarks(db) }
    }

    static func forgetMarks(_ db: Database) throws {
        let gone = try String.fetchAll(
            db,
            sql: """
                SELECT out.name FROM duty_mark out LEFT JOIN duty_mark inside ON inside.name = out.name AND inside.kind = ?
                WHERE out.kind = ? AND out.at >= coalesce(inside.at, out.at)
                AND EXISTS (SELECT 1 FROM forgotten WHERE sensor = out.name AND at >= out.at)
                AND NOT EXISTS (SELECT 1 FROM alert WHERE state <> 'closed' AND (json_extract(body, '$.subject') = out.name
                    OR EXISTS (SELECT 1 FROM json_each(body, '$.homes') WHERE value = out.name)))
                """, arguments: [DutyMark.inFile, DutyMark.takenOut])
        for name in gone {
            try db.execute(
                sql: "DELETE FROM duty_mark WHERE name = ? AND kind IN (?, ?, ?)",
                arguments: [name, DutyMark.expected, DutyMark.inFile, DutyMark.takenOut])
        }
    }

    func insertDuty(_ batch: Batch, _ db: Database) throws {
        for (subject, off) in batch.switchedOff {
            guard let off else {
                try db.execute(sql: "DELETE FROM switched_off WHERE subject = ?", arguments: [subject])
                continue
            }
            try db.execute(
                sql: "INSERT OR REPLACE INTO switched_off VALUES (?, ?)",
                arguments: [subject, try JSONText.encode(off)])
        }
        for (mark, time) in batch.dutyMarks {
            try db.execute(
                sql: "INSERT OR REPLACE INTO duty_mark VALUES (?, ?, ?)",
                arguments: [mark.kind, mark.name, time.milliseconds])
        }
    }
}
