import Crypto
import Foundation
import GatewayModel

/// The open alerts and the rules of their life (after ISA-18.2): a state machine that returns actions.
///
/// Every onset is a record of its own; while a condition holds, further findings only update it. A value without a clock:
/// a batch works on a copy, and a restart goes on with what is stored.
public struct AlertBook: Sendable {
    private let gatewayID: String
    private var nextNumber: Int
    private var alerts: [String: Alert]
    /// The alert of each condition that holds, by its cause and subject.
    private var active: [String: String] = [:]
    /// How the assembly wants the box's own alerts; the others are as urgent as they come.
    public var boxRules: [BoxCondition: BoxAlertRule] = [:]

    /// Seconds after which somebody who is going is asked again, without a note.
    private static let reminderSeconds: Int64 = 7200

    /// Goes on with the alerts that are open, and counts from `nextNumber`.
    public init(gatewayID: String, open: [Alert], nextNumber: Int) {
        self.gatewayID = gatewayID
        self.nextNumber = nextNumber
        alerts = Dictionary(open.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        for alert in open where alert.returnedAt == nil && alert.closedAt == nil {
            active[AlertBook.condition(alert.cause, alert.subject)] = alert.id
        }
    }

    /// The open alerts, by number.
    public var open: [Alert] { alerts.values.sorted { $0.number < $1.number } }

    /// Follows a change of a limit: raises, updates or returns its alert.
    public mutating func receive(
        _ transition: LimitTransition, limit: Limit, isHousehold: Bool, isTimeKnown: Bool = true, now: Instant
    ) -> [AlertAction] {
        let cause = AlertCause.limit(transition.limit)
        let subject = transition.sensor?.rawValue ?? ""
        switch transition.change {
        case .raised, .warned:
            let isWarning = transition.change != .raised
            if let id = active[AlertBook.condition(cause, subject)], let alert = alerts[id] {
                return update(alert, with: transition, priority: isWarning ? alert.priority : limit.priority, now: now)
            }
            var details: [String: String] = [:]
            if !isTimeKnown { details["time"] = "unknown" }
            if isHousehold { details["visibility"] = Visibility.household.rawValue }
            return raise(
                cause, subject: subject, priority: isWarning ? .assembly : limit.priority, protects: limit.protects,
                onset: transition.onset, transition: transition, details: details, now: now)
        case .returned: return end(cause, subject: subject, at: transition.onset, now: now)
        }
    }

    /// Follows a condition of the box itself; what already holds, or already does not, changes nothing.
    public mutating func condition(
        _ condition: BoxCondition, subject: String, isActive: Bool, onset: Instant, details: [String: String],
        now: Instant
    ) -> [AlertAction] {
        let cause = AlertCause.box(condition)
        guard isActive else { return end(cause, subject: subject, at: onset, now: now) }
        guard active[AlertBook.condition(cause, subject)] == nil else { return [] }
        var details = details
        let rule = boxRules[condition]
        if rule?.audience == .members { details["audience"] = Audience.members.rawValue }
        return raise(
            cause, subject: subject, priority: rule?.priority ?? condition.priority, protects: nil, onset: onset,
            transition: nil,
            details: details, now: now)
    }

    /// The limit is no longer in force: its alert is over, whatever the last value was.
    public mutating func limitEnded(_ limit: LimitReference, subject: String, now: Instant) -> [AlertAction] {
        end(.limit(limit), subject: subject, at: now, now: now)
    }

    /// Takes a steward's answer.
    public mutating func answer(
        _ number: Int, _ answer: StewardAnswer, person: String, means: String, now: Instant
    ) throws(AnswerError) -> [AlertAction] {
        guard var alert = alerts.values.first(where: { $0.number == number }) else {
            throw AnswerError(code: .unknown, number: number)
        }
        func entry(_ kind: AlertEntry.Kind, _ note: String? = nil) -> AlertEntry {
            AlertEntry(at: now, kind: kind, person: person, means: means, note: note)
        }
        switch answer {
        case .take:
            alert.state = alert.returnedAt == nil ? .going : .returned
            alert.takenBy = person
            alert.entries.append(entry(.taken))
        case .decline:
            if alert.takenBy == person {
                alert.takenBy = nil
                alert.state = alert.returnedAt == nil ? .raised : .returned
            }
            alert.entries.append(entry(.declined))
        case .note(let note): alert.entries.append(entry(.noted, note))
        case .resolve(let outcome, let note):
            guard alert.returnedAt != nil || AlertBook.canBeClosed(alert, as: outcome) else {
                throw AnswerError(code: .stillHolds, number: number)
            }
            alert.state = .closed
            alert.closedAt = now
            alert.outcome = outcome
            alert.entries.append(entry(.closed, note))
        }
        let kind = AlertBook.kind(of: answer)
        keep(alert)
        return [
            .store(alert),
            .record(
                kind: kind, facts: ["alert": "\(number)", "means": means],
                erasable: AlertBook.texts(of: answer, person: person)),
            .notify(NoticeDraft(kind: kind, alert: alert, audience: AlertBook.audience(of: alert))),
        ]
    }

    /// Lets time pass: who has been going to an urgent alert for two hours without a note is asked again.
    public mutating func tick(now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var alert in open where alert.state == .going && alert.priority == .now {
            guard let last = alert.entries.last?.at, now >= last.advanced(bySeconds: AlertBook.reminderSeconds) else {
                continue
            }
            alert.entries.append(AlertEntry(at: now, kind: .updated, note: "asked again"))
            keep(alert)
            actions += [
                .store(alert),
                .notify(NoticeDraft(kind: "alert.reminder", alert: alert, audience: AlertBook.audience(of: alert))),
            ]
        }
        return actions
    }

    private mutating func raise(
        _ cause: AlertCause, subject: String, priority: Priority, protects: Protects?, onset: Instant,
        transition: LimitTransition?, details: [String: String], now: Instant
    ) -> [AlertAction] {
        let alert = Alert(
            id: identity(cause, subject, onset), number: nextNumber, cause: cause, subject: subject, priority: priority,
            protects: protects, onset: onset, detectedAt: now, transition: transition, details: details)
        nextNumber += 1
        active[AlertBook.condition(cause, subject)] = alert.id
        keep(alert)
        let kind = if case .warned = transition?.change { "alert.warned" } else { "alert.raised" }
        return [
            .store(alert),
            .record(
                kind: kind,
                facts: [
                    "alert": "\(alert.number)", "id": alert.id, "cause": AlertBook.word(for: cause),
                    "onset": onset.description,
                ], erasable: details["visibility"] == nil ? ["subject": subject] : [:]),
            .notify(NoticeDraft(kind: kind, alert: alert, audience: AlertBook.circle(of: alert))),
        ]
    }

    private mutating func update(
        _ alert: Alert, with transition: LimitTransition, priority: Priority, now: Instant
    ) -> [AlertAction] {
        var alert = alert
        let isMoreUrgent = priority < alert.priority
        var kind = "alert.raised"
        if case .warned = transition.change { kind = "alert.warned" }
        alert.priority = min(priority, alert.priority)
        alert.transition = transition
        alert.entries.append(
            AlertEntry(
                at: now, kind: kind == "alert.warned" ? .warned : .updated, note: transition.value?.description))
        keep(alert)
        var actions: [AlertAction] = [.store(alert)]
        // The same limit passed again while it is passed is not news; a further warning level or more urgency is.
        if isMoreUrgent || kind == "alert.warned" || transition.change == .raised && transition.sensor == nil {
            actions.append(.notify(NoticeDraft(kind: kind, alert: alert, audience: AlertBook.circle(of: alert))))
        }
        return actions
    }

    private mutating func end(_ cause: AlertCause, subject: String, at time: Instant, now: Instant) -> [AlertAction] {
        guard let id = active.removeValue(forKey: AlertBook.condition(cause, subject)), var alert = alerts[id] else {
            return []
        }
        alert.returnedAt = time
        alert.entries.append(AlertEntry(at: now, kind: .returned))
        if case .box = cause {
            alert.state = .closed
            alert.closedAt = now
            alert.outcome = .ended
            alert.entries.append(AlertEntry(at: now, kind: .closed))
        } else {
            alert.state = .returned
        }
        keep(alert)
        return [
            .store(alert),
            .record(
                kind: "alert.returned", facts: ["alert": "\(alert.number)", "at": time.description], erasable: [:]),
            .notify(NoticeDraft(kind: "alert.returned", alert: alert, audience: AlertBook.circle(of: alert))),
        ]
    }

    private mutating func keep(_ alert: Alert) {
        if alert.state == .closed {
            alerts[alert.id] = nil
            let condition = AlertBook.condition(alert.cause, alert.subject)
            if active[condition] == alert.id { active[condition] = nil }
        } else {
            alerts[alert.id] = alert
        }
    }

    /// Hash of gateway, cause, subject and onset as first detected: the same onset is the same record after a restart.
    private func identity(_ cause: AlertCause, _ subject: String, _ onset: Instant) -> String {
        let text = [gatewayID, AlertBook.word(for: cause), subject, "\(onset.milliseconds)"].joined(separator: "\n")
        return SHA256.hash(data: Data(text.utf8)).prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
