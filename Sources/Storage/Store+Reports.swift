import GRDB
import GatewayModel

extension Store {
    /// What the closed editions of a month's report said, as it was written, by their numbers, the oldest first.
    public func closedReports(_ month: CalendarMonth) throws(StoreError) -> [(number: Int64, body: String)] {
        try read("closed report") { db in
            try Row.fetchAll(
                db, sql: "SELECT id, body FROM closed_report WHERE month = ? ORDER BY id",
                arguments: [month.description]
            ).map { ($0[0], $0[1]) }
        }
    }

    /// The months whose report is closed, the oldest first.
    public func closedMonths() throws(StoreError) -> [CalendarMonth] {
        try read("closed report") { db in
            try String.fetchAll(db, sql: "SELECT DISTINCT month FROM closed_report ORDER BY month")
        }.compactMap { CalendarMonth(text: $0) }
    }

    /// The number that the next report to be closed will have.
    public func nextClosedReportNumber() throws(StoreError) -> Int64 {
        try read("closed report") { db in
            try Int64.fetchOne(db, sql: "SELECT ifnull(max(id), 0) + 1 FROM closed_report") ?? 1
        }
    }

    /// The number of the newest closed edition of a month's report; nil while none is closed.
    public func closedReportNumber(_ month: CalendarMonth) throws(StoreError) -> Int64? {
        try read("closed report") { db in
            try Int64.fetchOne(
                db, sql: "SELECT max(id) FROM closed_report WHERE month = ?", arguments: [month.description])
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

    /// Keeps what a report said with its pages, byte for byte, and returns the number it has from now on.
    public func closeReport(_ closing: ReportClosing) throws(StoreError) -> Int64 {
        try write("close report") { db in try Store.close(closing, db) }
    }

    /// The page of the closed edition of a month's report with that number, or of the newest; nil where there is none in
    /// that language.
    public func closedPage(
        _ month: CalendarMonth, number: Int64? = nil, language: String
    ) throws(StoreError) -> ClosedPage? {
        try read("closed report") { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT report, closed_page.body, sha256 FROM closed_page JOIN closed_report ON closed_report.id = report
                    WHERE month = ?1 AND language = ?2 AND report = ifnull(?3, report) ORDER BY report DESC LIMIT 1
                    """, arguments: [month.description, language, number]
            ).map { ClosedPage(number: $0[0], text: $0[1], sha256: $0[2]) }
        }
    }

    static func close(_ closing: ReportClosing, _ db: Database) throws -> Int64 {
        try db.execute(
            sql: "INSERT INTO closed_report (id, month, body) VALUES (?, ?, ?)",
            arguments: [closing.number, closing.month.description, closing.body])
        let number = closing.number
        var entry = closing.entry
        entry.facts["number"] = String(number)
        for (language, page) in closing.pages.sorted(by: { $0.key < $1.key }) {
            let hash = Fingerprint.sha256(Array(page.utf8))
            try db.execute(
                sql: "INSERT INTO closed_page VALUES (?, ?, ?, ?)", arguments: [number, language, page, hash])
            entry.facts["page_\(language)"] = hash
        }
        _ = try RecordBook.append([entry], db)
        return number
    }
}

/// A report that is closed: what it says for machines, and its pages.
public struct ReportClosing: Hashable, Sendable {
    /// The number that stands on its pages.
    public var number: Int64
    /// The month.
    public var month: CalendarMonth
    /// Its figures, as JSON.
    public var body: String
    /// Its pages by language.
    public var pages: [String: String]
    /// The entry for the record book; number and hashes of the pages are added to it.
    public var entry: RecordEntry

    /// Makes a closing.
    public init(number: Int64, month: CalendarMonth, body: String, pages: [String: String], entry: RecordEntry) {
        self.number = number
        self.month = month
        self.body = body
        self.pages = pages
        self.entry = entry
    }
}

/// A page of a closed report.
public struct ClosedPage: Hashable, Sendable {
    /// The report's number.
    public var number: Int64
    /// The page as it was.
    public var text: String
    /// SHA-256 of it.
    public var sha256: String
}
