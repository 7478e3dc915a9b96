import Delivery
import GatewayModel
import Reporting
import Storage

extension Site {
    /// The meeting whose draft is the next to go out, and when; nil where nobody gets it or it has gone out.
    func nextDraft(_ store: Store, now: Instant) throws -> (meeting: Meetings.Meeting, due: Instant)? {
        let settings = configuration.assembly
        guard let days = settings.draftDaysBeforeClosing, configuration.secretary != nil else { return nil }
        var after = now
        // Where the draft of the next meeting has gone out, that of the one after it is waited for.
        for _ in 0..<2 {
            guard let meeting = settings.meetings.nextMeeting(after: after) else { return nil }
            if try !store.isDraftMailed(meeting: meeting.day) {
                let due = Meetings.moment(
                    before: meeting.at, days: days + settings.agendaClosesDaysBefore, in: zone)
                // The agenda is always that of the next assembly.
                return (meeting, after == now ? due : max(due, after))
            }
            after = meeting.at
        }
        return nil
    }
}

/// The draft of the agenda goes to the secretary by itself, in time for people to work on it.
extension Office {
    /// How long the draft waits at most for proposals that are still tried, in seconds.
    private static let patience: Int64 = 6 * 3600

    /// The meeting whose draft is the next to go out, and when; nil where nobody gets it or it has gone out.
    func nextDraft(now: Instant) throws -> (meeting: Meetings.Meeting, due: Instant)? {
        try site.nextDraft(store, now: now)
    }

    /// What the proposals for a meeting would have meant; nil while they are still tried and the draft can wait.
    private func trials(
        for next: (meeting: Meetings.Meeting, due: Instant), now: Instant
    ) throws -> [String: [String: ProposalTrial]]? {
        guard let draftTrials else { return [:] }
        let proposals = try AgendaInbox(site: site).proposals(adopted: store.resolutionNumbers()).proposals
        return draftTrials.tables(of: proposals.map(\.sha256), for: next.meeting.day)
            ?? (now < next.due.advanced(bySeconds: Office.patience) ? nil : [:])
    }

    /// Sends the draft to the secretary where its time has come; nothing may be uncommitted.
    func mailDraftIfDue(now: Instant) throws {
        guard needsDraft else { return }
        needsDraft = false
        // What fails now is tried again in an hour, not with every tick.
        draftDueAt = now.advanced(bySeconds: 3600)
        guard let secretary = site.configuration.secretary, let next = try nextDraft(now: now), next.due <= now
        else {
            draftDueAt = try nextDraft(now: now)?.due
            return
        }
        guard let trials = try trials(for: next, now: now) else {
            draftDueAt = now.advanced(bySeconds: 60)
            return
        }
        let month = CalendarMonth(of: site.zone.date(at: now)).previous
        let papers = try Papers(site: site, store: store, month: month, now: now, trials: trials)
        let book = site.languages.book(secretary.language)
        let title = book.text(
            "agenda.mail.draft",
            ["community": site.configuration.community.name, "moment": site.local(next.meeting.at)])
        let body = papers.agenda(.text, language: secretary.language)
        let item = OutboxItem(
            key: String(Fingerprint.sha256(Array("agenda.draft/\(next.meeting.day)".utf8)).prefix(32)),
            destination: secretary.name, type: "agenda.draft", priority: .assembly, title: title, body: body,
            createdAt: now)
        try store.mailDraft(
            meeting: next.meeting.day, at: now,
            record: ActRecord(
                RecordEntry(
                    at: now, kind: "agenda.draft_mailed",
                    facts: [
                        "meeting": next.meeting.day.description, "assembly": site.local(next.meeting.at),
                        "destination": secretary.name, "sha256": Fingerprint.sha256(Array(body.utf8)),
                    ]), notices: [item]))
        draftDueAt = try nextDraft(now: now)?.due
    }
}
