import GRDB
import GatewayModel

extension Store {
    /// True where the draft of a meeting's agenda has gone to the secretary.
    public func isDraftMailed(meeting: CalendarDate) throws(StoreError) -> Bool {
        try read("agenda") { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM agenda_draft WHERE meeting = ?)",
                arguments: [meeting.description]) ?? false
        }
    }

    /// Notes that the draft of a meeting's agenda goes out, with the messages that carry it; once per meeting.
    public func mailDraft(meeting: CalendarDate, at now: Instant, record: ActRecord) throws(StoreError) {
        try write("agenda draft") { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO agenda_draft VALUES (?, ?)",
                arguments: [meeting.description, now.milliseconds])
            guard db.changesCount > 0 else { return }
            try record.write(db)
        }
    }
}
