import GRDB
import GatewayModel

extension Store {
    /// What the newest closed edition of a month's report said, as it was written; nil while none is closed.
    public func closedReport(_ month: CalendarMonth) throws(StoreError) -> String? {
        try read("closed report") { db in
            try String.fetchOne(
                db, sql: "SELECT body FROM closed_report WHERE month = ? ORDER BY id DESC LIMIT 1",
                arguments: [month.description])
        }
    }

    /// Keeps what a report said, with its record.
    public func closeReport(_ month: CalendarMonth, body: String, record: RecordEntry) throws(StoreError) {
        try write("close report") { db in
            try db.execute(
                sql: "INSERT INTO closed_report (month, body) VALUES (?, ?)", arguments: [month.description, body])
            _ = try RecordBook.append([record], db)
        }
    }
}
