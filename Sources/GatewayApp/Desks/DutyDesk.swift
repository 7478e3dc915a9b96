import Alerting
import GatewayModel
import Storage

/// Shows the duty list, and prints what a new steward needs.
public struct DutyDesk {
    let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    private struct ShiftLine: Encodable {
        var from: String
        var until: String
        var people: [String]
        var onDuty: String?
    }

    private struct StewardLine: Encodable {
        var steward: String
        var hasMandate: Bool
        var mandateDecision: Int?
        var mandateUntil: String?
        var testAnsweredAt: String?
        var counts: Bool
    }

    /// The telephone list for the wall, as plain text.
    public func phones(language: String?) throws -> String {
        let (store, now) = (try site.readingStore(), SystemClock.now())
        let roster = try site.dutyRoster(store)
        let tree = PhoneTree(site: site, roster: roster, answering: site.answering(roster, store, now: now))
        let text = tree.text(site.book(language), now: now)
        return Escaping.terminal(text.title) + "\n\n"
            + text.body.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Escaping.terminal(String($0)) }.joined(separator: "\n")
    }

    /// Who is on duty in the coming weeks, who counts and who does not, and the first gap.
    public func lines(json: Bool) throws -> [String] {
        try site.shown(.duty(json: json)) { try readLines(json: json) }
    }

    func readLines(json: Bool) throws -> [String] {
        let now = SystemClock.now()
        let store = try site.readingStore()
        guard let roster = try site.dutyRoster(store) else { return [site.book(nil).text("duty.no_list")] }
        let marks = try store.dutyMarks()
        let times = roster.changes(from: now, until: now.advanced(bySeconds: 35 * 86_400))
        if json { return try objects(roster, marks, times, now) }
        let book = site.book(nil)
        let shifts = zip(times, times.dropFirst()).map { from, until in
            let people = roster.shift(at: from).people.filter { roster.counts($0, at: from) }
            return Escaping.terminal(
                book.text(
                    people.isEmpty ? "duty.shift_empty" : "duty.shift",
                    ["from": site.local(from), "until": site.local(until), "people": people.joined(separator: ", ")]))
        }
        let stewards = site.configuration.stewards.map { steward in
            let answered = marks[DutyMark(kind: DutyMark.testAnswered, name: steward.name)]
            let mandate = roster.hasMandate(steward.name, at: now) ? steward.mandate : nil
            let through = roster.members.first { $0.name == steward.name }?.through
            return Escaping.terminal(
                [
                    steward.name + ":",
                    mandate.map {
                        book.text("duty.mandate", ["decision": "\($0.decision)", "until": "\(through ?? $0.through)"])
                    } ?? book.text("duty.no_mandate"),
                    answered.map { book.text("duty.tested", ["at": site.local($0)]) }
                        ?? book.text("duty.not_tested", ["person": steward.name]),
                ].joined(separator: " "))
        }
        let gap = roster.firstGap(from: now).map { book.text("duty.gap", ["gap": site.local($0)]) }
        return shifts + stewards + (try site.mandateProblems(store)).map { Escaping.terminal($0.description) }
            + [gap ?? book.text("duty.no_gap")]
    }

    private func objects(
        _ roster: DutyRoster, _ marks: [DutyMark: Instant], _ times: [Instant], _ now: Instant
    ) throws -> [String] {
        let shifts = try zip(times, times.dropFirst()).map { from, until in
            try JSONLine.text(
                ShiftLine(
                    from: from.description, until: until.description, people: roster.shift(at: from).people,
                    onDuty: roster.onDuty(at: from)))
        }
        return try shifts
            + site.configuration.stewards.map { steward in
                try JSONLine.text(
                    StewardLine(
                        steward: steward.name, hasMandate: roster.hasMandate(steward.name, at: now),
                        mandateDecision: steward.mandate?.decision,
                        mandateUntil: steward.mandate?.through.description,
                        testAnsweredAt: marks[DutyMark(kind: DutyMark.testAnswered, name: steward.name)]?.description,
                        counts: roster.counts(steward.name, at: now)))
            }
    }
}

extension AlertDesk {
    /// Sends a test message to a steward.
    public func test(_ steward: String, enteredFor: String?) throws -> CommandReply {
        try CommandDesk(site: site).perform(.testAlarm(steward: steward), enteredFor: enteredFor)
    }
}
