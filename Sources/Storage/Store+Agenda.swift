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

/// What people reported of an item.
public struct AgendaResult: Hashable, Sendable, Codable {
    /// What came of it: accepted onto the agenda, deferred, withdrawn or decided.
    public var status: AgendaStatus
    /// The decision, as it was entered; empty for none.
    public var decision: String
    /// The number of the decision that was named; nil for none.
    public var decisionID: Int?
    /// What people noted; empty for nothing.
    public var note: String

    /// Makes a result.
    public init(status: AgendaStatus, decision: String = "", decisionID: Int? = nil, note: String = "") {
        self.decisionID = decisionID
        self.status = status
        self.decision = decision
        self.note = note
    }
}

extension Store {
    /// The ids of a posted agenda's items, in their order.
    public func agendaOrder(meeting: CalendarDate) throws(StoreError) -> [String] {
        try read("agenda") { db in
            try String.fetchAll(
                db, sql: "SELECT id FROM agenda_item WHERE meeting = ? ORDER BY position, id",
                arguments: [meeting.description])
        }
    }

    /// Every item of posted agendas with what came of it, by its id, the oldest meeting first.
    public func agendaPast() throws(StoreError) -> [String: [AgendaPast]] {
        try read("agenda") { db in
            var past: [String: [AgendaPast]] = [:]
            let rows = try Row.fetchCursor(
                db, sql: "SELECT meeting, id, status, body, result FROM agenda_item ORDER BY meeting, position")
            while let row = try rows.next() {
                guard let meeting = CalendarDate(text: row[0] as String),
                    let status = AgendaStatus(rawValue: row[2] as String)
                else { continue }
                let result = try (row[4] as String?).map { try JSONText.decode(AgendaResult.self, $0) }
                past[row[1], default: []].append(
                    AgendaPast(
                        meeting: meeting, status: status, decision: result?.decision ?? "",
                        decisionID: result?.decisionID,
                        note: result?.note ?? "",
                        // The words of an item that another edition of the program wrote are not worth a report.
                        items: (try? JSONText.decode([String: AgendaItem].self, row[3])) ?? [:]))
            }
            return past
        }
    }
}

/// An item as it is posted, in every language of the community.
public struct PostedItem: Hashable, Sendable {
    /// Its id.
    public var id: String
    /// Its place on the agenda, from 1 on.
    public var position: Int
    /// The item by language.
    public var items: [String: AgendaItem]

    /// Makes an item.
    public init(id: String, position: Int, items: [String: AgendaItem]) {
        self.id = id
        self.position = position
        self.items = items
    }
}

extension Store {
    /// Keeps what an agenda says, as submitted, with its papers and those that are to be written now, the closing of the
    /// month's report, and who is told.
    public func postAgenda(
        meeting: CalendarDate, items: [PostedItem], papers: [String: AgendaPaper],
        pending: [PendingPaper] = [], closing: ReportClosing?, record: ActRecord
    ) throws(StoreError) {
        try write("post agenda") { db in
            if let closing { _ = try Store.close(closing, db) }
            for item in items {
                var posted = item.items
                for language in posted.keys { posted[language]?.submit() }
                try db.execute(
                    sql: """
                        INSERT INTO agenda_item (meeting, id, position, status, body) VALUES (?, ?, ?, 'submitted', ?)
                        ON CONFLICT (meeting, id) DO UPDATE SET position = excluded.position, body = excluded.body
                        """,
                    arguments: [meeting.description, item.id, item.position, try JSONText.encode(posted)])
            }
            for (file, paper) in papers.sorted(by: { $0.key < $1.key }) {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO agenda_paper VALUES (?, ?, ?, ?)",
                    arguments: [meeting.description, file, paper.sha256, paper.isEdited])
            }
            for paper in pending {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO agenda_pending VALUES (?, ?, ?, ?)",
                    arguments: [meeting.description, paper.file, paper.before, paper.body])
            }
            try record.write(db)
        }
    }

    /// Keeps what people reported of a meeting's items: the one place where the status of an item changes.
    public func recordAgenda(
        meeting: CalendarDate, results: [String: AgendaResult], entry: RecordEntry
    ) throws(StoreError) {
        try write("record agenda") { db in
            guard let number = try RecordBook.append([entry], db).last?.number else { return }
            for (id, result) in results.sorted(by: { $0.key < $1.key }) {
                try db.execute(
                    sql: "UPDATE agenda_item SET status = ?, result = ?, record = ? WHERE meeting = ? AND id = ?",
                    arguments: [
                        result.status.rawValue, try JSONText.encode(result), number, meeting.description, id,
                    ])
            }
        }
    }
}
