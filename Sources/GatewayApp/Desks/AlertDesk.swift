import Alerting
import GatewayModel
import Limits
import Storage

/// Shows alerts and takes stewards' answers.
public struct AlertDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    private struct AlertLine: Encodable {
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
    }

    /// Open alerts, or all of them, newest last.
    public func lines(all: Bool, json: Bool) throws -> [String] {
        let alerts = try site.readingStore().alerts(openOnly: !all)
        if json {
            return try alerts.map { alert in
                try JSONLine.text(
                    AlertLine(
                        number: alert.number, id: alert.id, priority: alert.priority.rawValue,
                        state: alert.state.rawValue, subject: alert.subject, cause: AlertDesk.word(for: alert.cause),
                        onset: alert.onset.description, detectedAt: alert.detectedAt.description,
                        returnedAt: alert.returnedAt?.description, closedAt: alert.closedAt?.description,
                        outcome: alert.outcome?.rawValue, takenBy: alert.takenBy))
            }
        }
        guard !alerts.isEmpty else { return [site.book(nil).text("cli.no_alerts")] }
        let book = site.book(nil)
        return TextTable.lines(
            ["no", "priority", "state", "since", "about", "cause", "going"],
            alerts.map { alert in
                [
                    "\(alert.number)", book.text("alerts.priority.\(alert.priority.rawValue)"),
                    book.text("alerts.state.\(alert.state.rawValue)"), site.local(alert.onset), alert.subject,
                    AlertDesk.word(for: alert.cause), alert.takenBy ?? "-",
                ]
            })
    }

    /// Which readings, which limit text, which decision and which gaps led to an alert.
    public func explain(_ number: Int, json: Bool) throws -> [String] {
        let store = try site.readingStore()
        guard let alert = try store.alert(number: number) else {
            throw AppError("there is no alert \(number)", remedy: "`commons alerts list --all` shows them")
        }
        if json { return [try JSONLine.text(alert)] }
        var entry: LimitInForce?
        if case .limit(let reference) = alert.cause {
            let adopted = try LimitRegister(site: site).adopted(in: store)
            let day = site.zone.date(at: alert.detectedAt)
            entry = try StageKeeper(store).limits(on: day, LimitsInForce(adopted))
                .first { $0.reference == reference }
        }
        let book = site.book(nil)
        let sentence = entry.map { PlainSentence.of($0.limit, book, $0.scale) }
        return AlertExplanation.lines(
            alert, limitSentence: sentence, decidedOn: entry?.decidedOn, localTime: { site.local($0) }, book: book)
    }

    /// Sends a steward's answer to the writing process.
    public func answer(_ number: Int, _ answer: AlertAnswer, enteredFor: String?) throws -> CommandReply {
        try CommandDesk(site: site).perform(.answer(alert: number, answer: answer), enteredFor: enteredFor)
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
