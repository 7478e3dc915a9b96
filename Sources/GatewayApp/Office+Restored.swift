import Alerting
import GatewayModel
import Storage

/// What a box that was brought back from a copy says of itself.
extension Office {
    /// One notice to the stewards in place of all that waited when the copy was made; nothing where none did.
    func tellOfDroppedNotices(now: Instant) throws {
        let count = try store.untoldNotices()
        guard count > 0 else { return }
        let open = pipeline.committed.alerts.open.filter { $0.returnedAt == nil }.map { "\($0.number)" }
        let notices = pipeline.notices.announcement("box.restored", priority: .today, now: now) { book in
            let alerts = open.isEmpty ? book.text("told.no_alerts") : open.joined(separator: ", ")
            return (
                book.text("told.restored_title"),
                book.text("told.restored", ["count": "\(count)", "alerts": alerts])
            )
        }
        try store.tellOfDroppedNotices(
            ActRecord(
                RecordEntry(at: now, kind: "box.restored_told", facts: ["dropped_notices": "\(count)"]),
                notices: notices))
    }
}
