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

    /// The months with days of a period that are over and hold readings, and whose report is not closed.
    public func unclosedMonths(
        from first: CalendarDate, through last: CalendarDate, now: Instant, zone: Zone
    ) throws(StoreError) -> [CalendarMonth] {
        guard let begin = try firstReading() else { return [] }
        let closed = try read("closed report") { db in
            Set(try String.fetchAll(db, sql: "SELECT DISTINCT month FROM closed_report"))
        }
        var months: [CalendarMonth] = []
        var month = max(CalendarMonth(of: first), CalendarMonth(of: zone.date(at: begin)))
        let end = min(CalendarMonth(of: last), CalendarMonth(of: zone.date(at: now)).previous)
        while month <= end {
            if !closed.contains(month.description) { months.append(month) }
            month = month.next
        }
        return months
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
