import Alerting
import Foundation
import GatewayModel
import Limits
import Storage
import StrictYAML

/// Shows alerts and takes stewards' answers.
public struct AlertDesk {
    let site: Site
    /// True where whoever asks may see what all stewards see, and nothing of a home's.
    private let leavesOutHomes: Bool

    /// Makes a desk for a site.
    public init(site: Site) {
        self.init(site: site, leavesOutHomes: false)
    }

    init(site: Site, leavesOutHomes: Bool) {
        self.site = site
        self.leavesOutHomes = leavesOutHomes
    }

    struct AlertLine: Encodable {
        var number: Int
        var id: String
        var priority: String
        var state: String
        var subject: String
        var cause: String
        var onset: String
        var detectedAt: String
        var returnedAt: String?
        var closedAt: String?
        var outcome: String?
        var takenBy: String?
        var peak: String?
        var pausedUntil: String?
        var pauseAskedUntil: String?
        var offUntil: String?
        var coveredBy: Int?
        var disputed: [Int64]?
    }

    /// Open alerts, or all of them, newest last.
    public func lines(all: Bool, json: Bool) throws -> [String] {
        try site.shown(.alerts(all: all, json: json)) { try readLines(all: all, json: json) }
    }

    func readLines(all: Bool, json: Bool) throws -> [String] {
        let store = try site.readingStore()
        let alerts = try store.alerts(openOnly: !all).filter { !isLeftOut($0) }
        let disputes = try store.disputes()
        if json {
            let homes = try AlertDesk.homes(store)
            return try alerts.map { alert in
                let isHidden = alert.isPrivate || !AlertDesk.homes(in: alert, of: homes).isEmpty
                return try JSONLine.text(AlertDesk.line(alert, disputes, isHidden: isHidden))
            }
        }
        let book = site.book(nil)
        let off = try offLines(book)
        guard !alerts.isEmpty else { return [book.text("cli.no_alerts")] + off }
        return TextTable.lines(
            ["no", "priority", "state", "since", "about", "cause", "going"],
            alerts.map { alert in
                [
                    "\(alert.number)", book.text("alerts.priority.\(alert.priority.rawValue)"),
                    state(alert, book) + AlertDesk.marks(alert, disputes, book), site.local(alert.onset), alert.subject,
                    AlertDesk.word(for: alert.cause), alert.takenBy ?? "-",
                ]
            }) + off
    }

    /// True for what is a home's own business, where only what all stewards see is shown: they find the home to which they are
    /// called.
    func isLeftOut(_ alert: Alert) -> Bool {
        leavesOutHomes && alert.isPrivate && alert.audience == .person
    }

    /// An alert as it stands in JSON; without what was measured where that is a home's.
    static func line(_ alert: Alert, _ disputes: [Dispute], isHidden: Bool) -> AlertLine {
        AlertLine(
            number: alert.number, id: alert.id, priority: alert.priority.rawValue,
            state: alert.state.rawValue, subject: alert.subject, cause: word(for: alert.cause),
            onset: alert.onset.description, detectedAt: alert.detectedAt.description,
            returnedAt: alert.returnedAt?.description, closedAt: alert.closedAt?.description,
            outcome: alert.outcome?.rawValue, takenBy: alert.takenBy,
            peak: isHidden ? nil : alert.peak?.description,
            pausedUntil: alert.state == .paused ? alert.pause?.until.description : nil,
            pauseAskedUntil: asked(alert)?.until.description,
            offUntil: alert.offUntil?.description, coveredBy: alert.coveredBy,
            disputed: disputed(alert, disputes))
    }

    /// Where an alert is in its life, with the end or the alert that it waits for.
    private func state(_ alert: Alert, _ book: Phrasebook) -> String {
        var values = ["number": alert.coveredBy.map(String.init) ?? ""]
        values["until"] = (alert.pause?.until ?? alert.offUntil).map { site.local($0) } ?? ""
        let key =
            switch alert.state {
            case .paused: "alerts.rest.paused"
            case .switchedOff: "alerts.rest.off"
            case .covered: "alerts.rest.covered"
            case .raised, .going, .returned, .closed: "alerts.state.\(alert.stateWord)"
            }
        guard let asked = AlertDesk.asked(alert) else { return book.text(key, values) }
        return book.text(key, values) + " " + book.text("alerts.rest.asked", ["until": site.local(asked.until)])
    }

    /// The pause that waits for a second person.
    private static func asked(_ alert: Alert) -> AlertPause? {
        alert.restAsked
    }

    /// What is switched off on purpose, so that nobody forgets it.
    private func offLines(_ book: Phrasebook) throws -> [String] {
        let store = try site.readingStore()
        let homes = leavesOutHomes ? try store.sensors().filter { $0.visibility == .household }.map(\.id.rawValue) : []
        return try store.switchedOff().filter { !homes.contains($0.subject) }.flatMap {
            [$0, $0.waiting].compactMap { $0 }
        }.map { off in
            let key = off.terms.isInForce ? "alerts.rest.off_line" : "alerts.rest.off_asked_line"
            return Escaping.terminal(
                book.text(
                    key,
                    [
                        "subject": off.subject, "until": site.local(off.terms.until), "why": off.terms.reason,
                        "person": off.terms.person,
                    ]))
        }
    }

    /// The disputes about an alert that wait for the assembly; nil where there is none.
    private static func disputed(_ alert: Alert, _ disputes: [Dispute]) -> [Int64]? {
        let open = disputes.filter { $0.state.isOpen && $0.isAbout(alert) }.map(\.number)
        return open.isEmpty ? nil : open
    }

    /// That somebody thinks it is wrong, or that the assembly has said so; empty where neither is the case.
    static func marks(_ alert: Alert, _ disputes: [Dispute], _ book: Phrasebook) -> String {
        disputes.filter { $0.state != .kept && $0.isAbout(alert) }.map { dispute in
            " "
                + book.text(
                    "disputes.mark.\(dispute.state.isOpen ? "open" : "upheld")", ["number": "\(dispute.number)"])
        }.joined()
    }

    /// Sends a steward's answer to the writing process.
    public func answer(_ number: Int, _ answer: AlertAnswer, enteredFor: String?) throws -> CommandReply {
        try CommandDesk(site: site).perform(.answer(alert: number, answer: answer), enteredFor: enteredFor)
    }

    /// Lets an alert rest until a time that a person wrote, or for a duration such as `2 d`.
    public func pause(
        _ number: Int, until: String?, duration: String?, why: String, enteredFor: String?
    ) throws -> CommandReply {
        let end = try end(until: until, duration: duration)
        return try answer(number, .pause(until: end, why: why), enteredFor: enteredFor)
    }

    /// Switches a sensor or limit off until a time or for a duration, or on again where neither is said.
    public func switchAlerts(
        _ subject: String, until: String? = nil, duration: String? = nil, why: String? = nil, enteredFor: String?
    ) throws -> CommandReply {
        let terms = try why.map { SwitchOffTerms(until: try end(until: until, duration: duration), why: $0) }
        return try CommandDesk(site: site).perform(
            .switchAlerts(subject: subject, off: terms), enteredFor: enteredFor)
    }

    /// Agrees, as the second person, that an alert rests, by its number, or that a sensor or limit is switched off.
    public func agree(_ subject: String, enteredFor: String?) throws -> CommandReply {
        if let number = Int(subject) { return try answer(number, .agree, enteredFor: enteredFor) }
        return try CommandDesk(site: site).perform(.agreeToSwitchOff(subject: subject), enteredFor: enteredFor)
    }

    private func end(until: String?, duration: String?) throws -> Instant {
        if let until { return try site.instant(until) }
        guard let duration, let seconds = Field.seconds(duration) else {
            throw AppError("'\(duration ?? "")' is no duration", remedy: "write for example \"12 h\" or \"2 d\"")
        }
        return SystemClock.now().advanced(bySeconds: seconds)
    }

    /// The outcome of that name, nil for any other word; `ended` is not for people to say.
    public static func outcome(_ name: String) -> AlertOutcome? {
        AlertOutcome(rawValue: name).flatMap { $0 == .ended ? nil : $0 }
    }

    private static func word(for cause: AlertCause) -> String {
        switch cause {
        case .limit(let reference): reference.description
        case .box(let condition): condition.rawValue
        }
    }
}
