import Foundation
import GRDB
import GatewayModel

/// A paper of a meeting as the gateway wrote it last.
public struct AgendaPaper: Hashable, Sendable {
    /// SHA-256 of its bytes.
    public var sha256: String
    /// True where a person had changed it: the gateway only adds to it from then on.
    public var isEdited: Bool

    /// Makes a paper.
    public init(sha256: String, isEdited: Bool) {
        self.sha256 = sha256
        self.isEdited = isEdited
    }
}

/// A paper that is decided upon and whose file is still to be written.
public struct PendingPaper: Hashable, Sendable {
    /// The meeting whose paper it is.
    public var meeting: CalendarDate
    /// The file's name.
    public var file: String
    /// SHA-256 of the file that it takes the place of; nil where there was none.
    public var before: String?
    /// What the file is to be.
    public var body: Data

    /// Makes a paper.
    public init(meeting: CalendarDate, file: String, before: String?, body: Data) {
        self.meeting = meeting
        self.file = file
        self.before = before
        self.body = body
    }
}

extension Store {
    /// The meetings for which an agenda was posted, those without any item included.
    public func postedMeetings() throws(StoreError) -> Set<CalendarDate> {
        try read("agenda") { db in
            let texts = try String.fetchAll(
                db, sql: "SELECT meeting FROM agenda_paper UNION SELECT meeting FROM agenda_item")
            return Set(texts.compactMap { CalendarDate(text: $0) })
        }
    }

    /// The papers of a meeting as they were decided upon last, by file name.
    public func agendaPapers(meeting: CalendarDate) throws(StoreError) -> [String: AgendaPaper] {
        try read("agenda") { db in
            var papers: [String: AgendaPaper] = [:]
            for row in try Row.fetchAll(
                db, sql: "SELECT file, sha256, is_edited FROM agenda_paper WHERE meeting = ?",
                arguments: [meeting.description])
            {
                papers[row[0]] = AgendaPaper(sha256: row[1], isEdited: row[2])
            }
            return papers
        }
    }

    /// The papers whose files are still to be written, by meeting and name.
    public func pendingPapers() throws(StoreError) -> [PendingPaper] {
        try read("agenda") { db in
            try Row.fetchAll(db, sql: "SELECT meeting, file, before, body FROM agenda_pending ORDER BY meeting, file")
                .compactMap { row in
                    CalendarDate(text: row[0] as String).map {
                        PendingPaper(meeting: $0, file: row[1], before: row[2], body: row[3])
                    }
                }
        }
    }

    /// Notes that a paper's file is written, or with `left` that it stays as that SHA-256 says: somebody has changed it.
    public func paperWritten(_ paper: PendingPaper, left: String? = nil) throws(StoreError) {
        try write("agenda") { db in
            try db.execute(
                sql: "DELETE FROM agenda_pending WHERE meeting = ? AND file = ?",
                arguments: [paper.meeting.description, paper.file])
            guard let left else { return }
            try db.execute(
                sql: "INSERT OR REPLACE INTO agenda_paper VALUES (?, ?, ?, 1)",
                arguments: [paper.meeting.description, paper.file, left])
        }
    }
}
