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
        _ trials: [String: [String: AgendaItem.Table]], by actor: Actor, now: Instant
    ) throws -> CommandReply {
        guard let meeting = site.configuration.assembly.meetings.nextMeeting(after: now) else {
            return refused("no_meeting")
        }
        let folder = site.configuration.papersFolder
        // Files that a kill left unwritten are the gateway's, and are not to be taken for somebody's.
        try AgendaPapers.finish(store, in: folder)
        let past = try store.agendaPast()
        let posted = past.mapValues { $0.filter { $0.meeting == meeting.day } }.filter { !$0.value.isEmpty }
        if posted.values.joined().contains(where: { $0.status != .submitted }) {
            return refused("agenda_recorded", ["meeting": meeting.day.description])
        }
        let month = CalendarMonth(of: site.zone.date(at: now)).previous
        let papers = try Papers(site: site, store: store, month: month, now: now, trials: trials)
        let earlier = posted.compactMapValues { $0.first?.items }
        let items = postedItems(papers, earlier)
        let plan = try AgendaPapers(site: site, papers: papers, meeting: meeting.day)
            .plan(items, earlier: earlier, known: store.agendaPapers(meeting: meeting.day))
        // A month in which nothing was measured yet has no report that could be closed.
        let hasReadings = try store.firstReading().map { $0 < site.zone.start(of: month.next.firstDay) } ?? false
        let isClosed = try store.closedReport(month) != nil
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
    private func postedItems(_ papers: Papers, _ earlier: [String: [String: AgendaItem]]) -> [PostedItem] {
        let languages = site.configuration.community.languages
        var order: [String] = []
        var texts: [String: [String: AgendaItem]] = [:]
        for language in languages {
            for item in papers.items(language: language) {
                if texts[item.id] == nil { order.append(item.id) }
                texts[item.id, default: [:]][language] = item
            }
        }
        for (id, items) in earlier.sorted(by: { $0.key < $1.key }) where texts[id] == nil {
            order.append(id)
            texts[id] = items
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
            return .refused(Diagnostic(file: file, message: "is not UTF-8", remedy: "save it as UTF-8").description)
        }
        let book = site.book(nil)
        let marked = MarkedAgenda(text, phrases: site.languages.books.values.sorted { $0.language < $1.language })
        var problems = marked.problems.map { (line: $0.line, key: $0.key, values: $0.values) }
        func refusal() -> CommandReply {
            CommandReply(
                isDone: false,
                lines: problems.sorted { $0.line < $1.line }.map { problem in
                    let message = book.text("agenda.mark.problem.\(problem.key)", problem.values)
                    return Escaping.terminal(
                        Diagnostic(file: file, line: problem.line, message: message).description)
                } + [book.text("agenda.mark.problem.nothing_taken")])
        }
        guard let meeting = marked.meeting else {
            problems.append((0, "no_meeting", [:]))
            return refusal()
        }
        let past = try store.agendaPast()
        let rows = past.compactMapValues { $0.first { $0.meeting == meeting } }
        let items = rows.compactMapValues {
            $0.items[book.language] ?? $0.items.sorted { $0.key < $1.key }.first?.value
        }
        guard let assembly = items.values.map(\.assembly).min() else {
            problems.append((0, "not_posted", ["meeting": meeting.description]))
            return refusal()
        }
        if site.zone.date(at: now) < assembly {
            problems.append((0, "not_begun", ["meeting": assembly.description]))
        }
        let known = Set(try LimitRegister(site: site).adopted(in: store).map(\.resolution.number))
        var results: [String: AgendaResult] = [:]
        for mark in marked.marks {
            let found = mark.reference.count >= 8 ? items.keys.filter { $0.hasPrefix(mark.reference) } : []
            guard found.count <= 1 else {
                problems.append((mark.line, "two_items", ["reference": mark.reference]))
                continue
            }
            guard let id = found.first else {
                problems.append((mark.line, "unknown_item", ["reference": mark.reference]))
                continue
            }
            if let decision = mark.decision, !known.contains(decision) {
                problems.append((mark.line, "no_decision", ["decision": "\(decision)"]))
            }
            let decision = mark.decision.map { book.text("agenda.evidence.decision", ["decision": "\($0)"]) }
            results[id] = AgendaResult(
                status: mark.status, decision: decision ?? mark.minutes,
                note: Escaping.singleLine(mark.note, limit: 300))
        }
        let places = Dictionary(
            marked.unmarked.map { ($0.reference, $0.line) }, uniquingKeysWith: { first, _ in first })
        for (reference, line) in marked.unmarked
        where reference.count < 8 || !items.keys.contains(where: { $0.hasPrefix(reference) }) {
            problems.append((line, "unknown_item", ["reference": Escaping.singleLine(reference, limit: 20)]))
        }
        for (id, item) in items where results[id] == nil && !item.isForInformation {
            let line = places.first { id.hasPrefix($0.key) && $0.key.count >= 8 }?.value
            problems.append(
                (
                    line ?? 0, line == nil ? "missing_item" : "missing_mark",
                    ["reference": String(id.prefix(8)), "title": item.title]
                ))
        }
        let quorum = site.configuration.assembly.quorum
        if quorum?.needed != nil, marked.present == nil { problems.append((0, "no_present", [:])) }
        guard problems.isEmpty else { return refusal() }
        return try take(
            results, meeting, marked.present, quorum?.needed, Fingerprint.sha256(bytes), by: actor, now: now)
    }

    private func take(
        _ results: [String: AgendaResult], _ meeting: CalendarDate, _ present: Int?, _ needed: Int?, _ sha256: String,
        by actor: Actor, now: Instant
    ) throws -> CommandReply {
        let settled = results.sorted { $0.key < $1.key }.map { id, result in
            "\(id.prefix(8)) \(result.status.rawValue)" + (result.decision.isEmpty ? "" : " (\(result.decision))")
        }
        var facts = [
            "meeting": meeting.description, "results": settled.joined(separator: "; "), "sha256": sha256,
            "means": actor.means,
        ]
        if let present { facts["present"] = "\(present)" }
        if let needed { facts["quorum"] = "\(needed)" }
        try store.recordAgenda(
            meeting: meeting, results: results,
            entry: RecordEntry(
                at: now, kind: "agenda.recorded", facts: facts,
                erasable: ["person": actor.person, "entered_by": actor.account]))
        func count(_ status: AgendaStatus) -> String { "\(results.values.count { $0.status == status })" }
        var lines: [String] = []
        let book = site.book(nil)
        if let present, let needed {
            lines.append(
                book.text(
                    present >= needed ? "acts.done.quorum_reached" : "acts.done.quorum_missed",
                    ["present": "\(present)", "needed": "\(needed)"]))
        }
        if let person = actor.enteredFor {
            lines.append(book.text("acts.done.agenda_entered", ["account": actor.account, "person": person]))
        }
        return done(
            "agenda_recorded",
            [
                "meeting": meeting.description, "decided": count(.decided), "deferred": count(.deferred),
                "withdrawn": count(.withdrawn),
            ], then: lines.map { Escaping.terminal($0) })
    }
}
