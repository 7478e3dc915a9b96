import GatewayModel
import Reporting
import Storage

/// Reports are closed: what they say is kept, and what changes later is told beside it.
extension Office {
    /// Keeps what a month's report says now, once the month is over.
    func closeReport(_ month: CalendarMonth, by actor: Actor, now: Instant) throws -> CommandReply {
        guard site.zone.start(of: month.next.firstDay) <= now else {
            return refused("month_not_over", ["month": month.description])
        }
        let papers = try Papers(site: site, store: store, month: month, now: now)
        let before = try store.closedReportNumber(month)
        let number = try store.closeReport(closing(of: papers, month, by: actor, now: now))
        return done(
            before == nil ? "report_closed" : "report_closed_again",
            ["month": month.description, "number": "\(number)", "before": before.map(String.init) ?? ""])
    }

    /// What is kept of a month's report.
    func closing(of papers: Papers, _ month: CalendarMonth, by actor: Actor, now: Instant) throws -> ReportClosing {
        let number = try store.nextClosedReportNumber()
        let body = try papers.closing(at: now)
        let pages = try papers.closedPages(number, at: now)
        return ReportClosing(
            number: number, month: month, body: body, pages: pages,
            entry: RecordEntry(
                at: now, kind: "report.closed",
                facts: [
                    "month": month.description, "sha256": Fingerprint.sha256(Array(body.utf8)), "means": actor.means,
                ],
                erasable: ["person": actor.person, "entered_by": actor.account]))
    }
}
