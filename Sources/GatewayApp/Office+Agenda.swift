import Delivery
import Foundation
import GatewayModel
import Reporting
import Storage

/// The agenda is posted, and what people made of it is taken down. The office submits items; it never settles one.
extension Office {
    /// Writes the agenda of the next assembly into the folder of papers, submits its items, closes the month's report and
    /// tells those who read the community's papers.
    func postAgenda(
        _ trials: [String: [String: ProposalTrial]]?, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        guard let meeting = site.configuration.assembly.meetings.nextMeeting(after: now) else {
            return refused("no_meeting")
        }
        // An agenda that leaves out what proposals would have meant is posted only where somebody asks for that.
        guard let trials = try trials ?? draftTrials?.tables(forPosting: site, store, now: now) else {
            return refused("proposals_not_tried")
        }
        let folder = site.configuration.papersFolder
        // Files that a kill left unwritten are the gateway's, and are not to be taken for somebody's.
        try AgendaPapers.finish(store, in: folder)
        let past = try store.agendaPast()
        let posted = past.compactMapValues { entries in entries.first { $0.meeting == meeting.day } }
        if posted.values.contains(where: { ![.submitted, .accepted].contains($0.status) }) {
            return refused("agenda_recorded", ["meeting": site.zone.date(at: meeting.at).description])
        }
        let month = CalendarMonth(of: site.zone.date(at: now)).previous
        let papers = try Papers(site: site, store: store, month: month, now: now, trials: trials)
        let earlier = posted.mapValues(\.items)
        let items = postedItems(papers, posted)
        let plan = try AgendaPapers(site: site, papers: papers, meeting: meeting.day)
            .plan(items, earlier: earlier, known: store.agendaPapers(meeting: meeting.day))
        // A month in which nothing was measured yet has no report that could be closed.
        let hasReadings = try store.firstReading().map { $0 < site.zone.start(of: month.next.firstDay) } ?? false
        let isClosed = try store.closedReportNumber(month) != nil
        let closing = isClosed || !hasReadings ? nil : try closing(of: papers, month, by: actor, now: now)
        let isNews = Set(items.map(\.id)) != Set(earlier.keys)
        try store.postAgenda(
            meeting: meeting.day, items: items, papers: plan.papers, pending: plan.pending, closing: closing,
            record: ActRecord(
                RecordEntry(
                    at: now, kind: "agenda.posted",
                    facts: [
                        "meeting": meeting.day.description, "assembly": site.local(meeting.at),
                        "items": "\(items.count)", "sha256": plan.sha256, "means": actor.means,
                    ], erasable: ["person": actor.person, "entered_by": actor.account]),
                notices: isNews ? notices(of: papers, items, meeting, now: now) : []))
        FailPoint.hit("agenda-committed")
        try AgendaPapers.finish(store, in: folder)
        var lines = plan.lines(site.book(nil)) + papers.problems.map(\.description)
        if closing != nil { lines.insert(site.book(nil).text("acts.done.agenda_closed", ["month": "\(month)"]), at: 0) }
        return done(
            "agenda_posted", ["meeting": site.local(meeting.at), "count": "\(items.count)"],
            then: lines.map { Escaping.terminal($0) })
    }

    /// What is drafted now, then what was posted before and would not be drafted any more: a posted item stays.
    private func postedItems(_ papers: Papers, _ posted: [String: AgendaPast]) -> [PostedItem] {
        let languages = site.configuration.community.languages
        var order: [String] = []
        var texts: [String: [String: AgendaItem]] = [:]
        for language in languages {
            for item in papers.items(language: language) {
                if texts[item.id] == nil { order.append(item.id) }
                texts[item.id, default: [:]][language] = item
            }
        }
        for (id, entry) in posted.sorted(by: { $0.key < $1.key }) where texts[id] == nil {
            order.append(id)
            texts[id] = entry.items
            for language in entry.items.keys {
                texts[id]?[language]?.take(entry)
                if let day = site.assemblyDay(of: entry.meeting) { texts[id]?[language]?.assembly = day }
            }
        }
        for id in order {
            for language in texts[id, default: [:]].keys { texts[id]?[language]?.submit() }
        }
        return order.enumerated().map { PostedItem(id: $1, position: $0 + 1, items: texts[$1] ?? [:]) }
    }

    private func notices(
        of papers: Papers, _ items: [PostedItem], _ meeting: Meetings.Meeting, now: Instant
    ) -> [OutboxItem] {
        func text(_ book: Phrasebook) -> (title: String, body: String) {
            let values = ["community": site.configuration.community.name, "moment": site.local(meeting.at)]
            let own = items.compactMap { $0.items[book.language] ?? $0.items.sorted { $0.key < $1.key }.first?.value }
            return (book.text("agenda.mail.posted", values), papers.agenda(own, .text, language: book.language))
        }
        var notices = pipeline.notices.announcement(
            "agenda.posted", priority: .assembly, audience: .members, now: now, words: text
        ).filter { !isTooSmall($0.destination) }
        if let secretary = site.configuration.secretary, !notices.contains(where: { $0.destination == secretary.name })
        {
            let (title, body) = text(site.languages.book(secretary.language))
            notices.append(
                OutboxItem(
                    key: String(
                        Fingerprint.sha256(Array("agenda.posted/\(meeting.day)/\(now.milliseconds)".utf8)).prefix(32)),
                    destination: secretary.name, type: "agenda.posted", priority: .assembly, title: title, body: body,
                    createdAt: now))
        }
        return notices
    }

    /// Lamps, sirens and text messages are no place for an agenda.
    private func isTooSmall(_ destination: String) -> Bool {
        switch site.configuration.destinations.first(where: { $0.name == destination })?.kind {
        case .sms, .siren, .mqtt: true
        default: false
        }
    }

    /// Takes down what people marked, all of it or nothing.
    func recordAgenda(_ file: String, _ bytes: [UInt8], by actor: Actor, now: Instant) throws -> CommandReply {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .refused(
                Diagnostic(
                    file: file, message: "is not UTF-8",
                    remedy: "save Markdown as UTF-8, and a text of LibreOffice as .fodt (flat XML)"
                ).description)
        }
        let book = site.book(nil)
        let openDisputes = Set(try store.disputes().filter(\.state.isOpen).map { "\($0.number)" })
        let (quorum, meetings) = (site.configuration.assembly.quorum, site.configuration.assembly.meetings)
        let recording = AgendaRecording(
            MarkedAgenda(text, phrases: site.languages.books.values.sorted { $0.language < $1.language }),
            against: AgendaRecording.Posted(
                now: now, zone: site.zone, begin: { meetings.meeting(on: $0)?.at },
                meetings: try store.postedMeetings(), past: try store.agendaPast(),
                decisions: try store.resolutionNumbers(), disputes: openDisputes,
                community: site.configuration.community.id, needed: quorum?.needed),
            book: book)
        guard let meeting = recording.meeting, recording.problems.isEmpty else {
            let lines = recording.problems.map { problem in
                let message = book.text("agenda.mark.problem.\(problem.key)", problem.values)
                return Diagnostic(file: file, line: problem.line, message: message).description
            }
            return CommandReply(
                isDone: false,
                lines: lines.map { Escaping.terminal($0) } + [book.text("agenda.mark.problem.nothing_taken")])
        }
        try store.recordAgenda(
            meeting: meeting, results: recording.results,
            entry: entry(of: recording, meeting, Fingerprint.sha256(bytes), needed: quorum?.needed, by: actor, now: now)
        )
        func count(_ status: AgendaStatus) -> String { "\(recording.results.values.count { $0.status == status })" }
        return done(
            recording.isAccepting ? "agenda_accepted" : "agenda_recorded",
            [
                "meeting": (site.assemblyDay(of: meeting) ?? meeting).description, "accepted": count(.accepted),
                "decided": count(.decided),
                "deferred": count(.deferred), "withdrawn": count(.withdrawn),
            ],
            then: recorded(recording, openDisputes, needed: quorum?.needed, by: actor).map { Escaping.terminal($0) })
    }

    private func entry(
        of recording: AgendaRecording, _ meeting: CalendarDate, _ sha256: String, needed: Int?, by actor: Actor,
        now: Instant
    ) -> RecordEntry {
        let settled = recording.results.sorted { $0.key < $1.key }.map { id, result in
            "\(id.prefix(8)) \(result.status.rawValue)" + (result.decision.isEmpty ? "" : " (\(result.decision))")
        }
        var facts = [
            "meeting": meeting.description, "results": settled.joined(separator: "; "), "sha256": sha256,
            "means": actor.means,
        ]
        if !recording.isAccepting {
            facts["present"] = recording.present.map { "\($0)" }
            facts["quorum"] = needed.map { "\($0)" }
        }
        return RecordEntry(
            at: now, kind: recording.isAccepting ? "agenda.accepted" : "agenda.recorded", facts: facts,
            erasable: ["person": actor.person, "entered_by": actor.account])
    }

    /// What is said beside the counts: whether enough were there, which disputes wait for their verdict, and for whom it
    /// was entered.
    private func recorded(
        _ recording: AgendaRecording, _ openDisputes: Set<String>, needed: Int?, by actor: Actor
    ) -> [String] {
        let book = site.book(nil)
        var lines: [String] = []
        if let present = recording.present, let needed, !recording.isAccepting {
            lines.append(
                book.text(
                    present >= needed ? "acts.done.quorum_reached" : "acts.done.quorum_missed",
                    ["present": "\(present)", "needed": "\(needed)"]))
        }
        lines += recording.settledDisputes.filter(openDisputes.contains).map {
            book.text("acts.done.agenda_dispute_open", ["number": $0])
        }
        if let person = actor.enteredFor {
            lines.append(book.text("acts.done.agenda_entered", ["account": actor.account, "person": person]))
        }
        return lines
    }
}
