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
    var alerts: [String: Alert]
    /// The alert of each condition that holds, by its cause and subject.
    private var active: [String: String] = [:]
    /// When each condition began in the last minutes, and when people were told of something.
    var onsets: [String: [Instant]] = [:]
    var told: [Instant] = []
    /// What is switched off on purpose, or waits for a second person, by subject.
    public internal(set) var switchedOff: [String: SwitchedOff]
    /// Meetings and the bounds of what may rest.
    public var policy = AlertPolicy() { didSet { isToReview = true } }
    /// Meetings, decisions or places may be others: what rests is looked at with the next tick.
    var isToReview = false
    /// How the assembly wants the box's own alerts; the others are as urgent as they come.
    public var boxRules: [BoxCondition: BoxAlertRule] = [:]

    /// The identities that are given: what is found again from the same onset, after it was over, is a record of its own.
    private var known: Set<String>

    /// Goes on with the alerts that are open, and counts from `nextNumber`.
    ///
    /// `known` are the identities of all alerts that are recorded, closed ones too.
    public init(
        gatewayID: String, open: [Alert], nextNumber: Int, switchedOff: [SwitchedOff] = [], known: Set<String> = []
    ) {
        self.gatewayID = gatewayID
        self.known = known.union(open.map(\.id))
        self.switchedOff = Dictionary(switchedOff.map { ($0.subject, $0) }, uniquingKeysWith: { _, last in last })
        self.nextNumber = nextNumber
        alerts = Dictionary(open.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        for alert in open where alert.returnedAt == nil && alert.closedAt == nil {
            active[AlertBook.condition(alert.cause, alert.subject)] = alert.id
        }
    }

    /// The open alerts, by number.
    public var open: [Alert] { alerts.values.sorted { $0.number < $1.number } }

    /// The open alerts that are counted before everybody: none of a home, and no test message, with which nothing is wrong.
    public var counted: [Alert] {
        open.filter { $0.details["visibility"] == nil && $0.cause != .box(.testAlarm) }
    }

    /// Follows a change of a limit: raises, updates or returns its alert.
    ///
    /// `homes` are the households' points that it would tell of, where its limit must not be told to everybody.
    public mutating func receive(
        _ transition: LimitTransition, limit: Limit, isHousehold: Bool, homes: [SensorID]? = nil,
        isTimeKnown: Bool = true, now: Instant
    ) -> [AlertAction] {
        let cause = AlertCause.limit(transition.limit)
        let subject = transition.sensor?.rawValue ?? ""
        if isHousehold { conceal(cause, subject, homes) }
        switch transition.change {
        case .raised, .warned, .onCourse:
            let isWarning = transition.change.isWarning
            if let id = active[AlertBook.condition(cause, subject)], let alert = alerts[id] {
                return update(alert, with: transition, priority: isWarning ? alert.priority : limit.priority, now: now)
            }
            var details: [String: String] = [:]
            if !isTimeKnown { details["time"] = "unknown" }
            if isHousehold { details["visibility"] = Visibility.household.rawValue }
            return raise(
                cause, subject: subject, priority: isWarning ? .assembly : limit.priority, protects: limit.protects,
                onset: transition.onset, transition: transition, details: details, homes: homes, now: now)
        case .returned: return end(cause, subject: subject, at: transition.onset, now: now)
        }
    }

    /// Follows a condition of the box itself; what already holds, or already does not, changes nothing, unless it has
    /// become more urgent. `atMost` is how urgent it is at most for now.
    public mutating func condition(
        _ condition: BoxCondition, subject: String, isActive: Bool, onset: Instant, details: [String: String],
        atMost: Priority = .now, now: Instant
    ) -> [AlertAction] {
        let cause = AlertCause.box(condition)
        guard isActive else { return end(cause, subject: subject, at: onset, now: now) }
        var details = details
        let rule = boxRules[condition]
        if rule?.audience == .members { details["audience"] = Audience.members.rawValue }
        let inherited = inherit(cause, subject)
        details["unseen"] = inherited.unseen
        let own = max(rule?.priority ?? condition.priority, atMost)
        let priority = min(own, inherited.priority ?? own)
        if let id = active[AlertBook.condition(cause, subject)] {
            return alerts[id].map { press($0, priority: priority, details: details, now: now) } ?? []
        }
        return raise(
            cause, subject: subject, priority: priority, protects: condition.protects ?? inherited.protects,
            onset: onset, transition: nil, details: details, now: now)
    }

    /// The limit is no longer in force: its alert is over, whatever the last value was.
    public mutating func limitEnded(_ limit: LimitReference, subject: String, now: Instant) -> [AlertAction] {
        end(.limit(limit), subject: subject, at: now, now: now)
    }

    /// No message can ever end it, since nobody waits for one or none comes any more: its alert is over, and says why.
    public mutating func drop(
        _ condition: BoxCondition, subject: String, as reason: AlertDrop = .notAwaited, now: Instant
    ) -> [AlertAction] {
        let cause = AlertCause.box(condition)
        if let id = holding(cause, subject) { alerts[id]?.details[AlertBook.dropped] = reason.rawValue }
        return end(cause, subject: subject, at: now, now: now)
    }

    private mutating func raise(
        _ cause: AlertCause, subject: String, priority: Priority, protects: Protects?, onset: Instant,
        transition: LimitTransition?, details: [String: String], homes: [SensorID]? = nil, now: Instant
    ) -> [AlertAction] {
        // Two test messages to one person are two, however fast they follow each other.
        let about = cause == .box(.testAlarm) ? "\(subject)\n\(nextNumber)" : subject
        var alert = Alert(
            id: identity(cause, about, onset), number: nextNumber, cause: cause, subject: subject, priority: priority,
            protects: protects, onset: onset, detectedAt: now, transition: transition, details: details)
        alert.homes = homes
        nextNumber += 1
        known.insert(alert.id)
        active[AlertBook.condition(cause, subject)] = alert.id
        rest(&alert, now: now)
        let change = transition?.change.isWarning == true ? "alert.warned" : "alert.raised"
        let kind = calm(&alert, change, now: now)
        let persons = call(&alert, now: now)
        keep(alert)
        return [.store(alert), AlertBook.record(of: alert, change)]
            + (alert.isUntold == true
                ? []
                : [
                    .notify(
                        NoticeDraft(kind: kind, alert: alert, audience: AlertBook.circle(of: alert), persons: persons))
                ]) + cover(by: alert, now: now)
    }

    private mutating func update(
        _ alert: Alert, with transition: LimitTransition, priority: Priority, now: Instant
    ) -> [AlertAction] {
        var alert = alert
        let isMoreUrgent = priority < alert.priority
        // What was warned of before is passed now: the record book has its passing, and not the warning alone.
        let isPassing = transition.change == .raised && alert.transition?.change.isWarning == true
        let kind = transition.change.isWarning ? "alert.warned" : "alert.raised"
        alert.priority = min(priority, alert.priority)
        alert.transition = transition
        if isMoreUrgent { alert.pause = nil }
        if let value = transition.value { alert.reach(value, at: transition.detectedAt) }
        alert.entries.append(
            AlertEntry(
                at: now, kind: kind == "alert.warned" ? .warned : .updated, note: transition.value?.description))
        alert.settle()
        let persons = isMoreUrgent && kind == "alert.raised" && alert.state == .raised ? call(&alert, now: now) : nil
        keep(alert)
        var actions: [AlertAction] = [.store(alert)]
        if isPassing { actions.append(AlertBook.record(of: alert, kind, onset: transition.onset)) }
        // The same limit passed again while it is passed is not news; a further warning level or more urgency is.
        // What rests goes on resting, unless it has become more urgent than it was when people let it rest.
        guard isMoreUrgent || ![.paused, .switchedOff, .covered].contains(alert.state) else { return actions }
        guard alert.offUntil == nil, alert.coveredBy == nil else { return actions }
        if isMoreUrgent || kind == "alert.warned" || transition.change == .raised && transition.sensor == nil {
            actions.append(
                .notify(
                    NoticeDraft(kind: kind, alert: alert, audience: AlertBook.circle(of: alert), persons: persons)))
        }
        return actions
    }

    private mutating func end(_ cause: AlertCause, subject: String, at time: Instant, now: Instant) -> [AlertAction] {
        guard let id = active.removeValue(forKey: AlertBook.condition(cause, subject)), var alert = alerts[id] else {
            return []
        }
        alert.returnedAt = time
        alert.pause = nil
        alert.entries.append(AlertEntry(at: now, kind: .returned))
        let wasTold = alert.isUntold != true
        // A test message that another one replaces is over for nobody; only what a broker shows of it is taken back.
        let circle = cause == .box(.testAlarm) ? .person : AlertBook.circle(of: alert)
        var endsByItself = !wasTold
        if case .box = cause { endsByItself = true }
        if endsByItself {
            alert.closedAt = now
            alert.outcome = .ended
            alert.entries.append(AlertEntry(at: now, kind: .closed))
        }
        alert.settle()
        keep(alert)
        return [
            .store(alert),
            .record(
                kind: "alert.returned", facts: ["alert": "\(alert.number)", "at": time.description], erasable: [:]),
        ]
            + (wasTold
                ? [.notify(NoticeDraft(kind: "alert.returned", alert: alert, audience: circle))] : [])
            + uncover(from: alert, now: now)
    }

    /// What was told of a condition so far may have become a household's business since.
    private mutating func conceal(_ cause: AlertCause, _ subject: String, _ homes: [SensorID]?) {
        guard let id = holding(cause, subject) else { return }
        alerts[id]?.details["visibility"] = Visibility.household.rawValue
        if let homes { alerts[id]?.homes = homes }
    }

    mutating func keep(_ alert: Alert) {
        if alert.state == .closed {
            alerts[alert.id] = nil
            let condition = AlertBook.condition(alert.cause, alert.subject)
            if active[condition] == alert.id { active[condition] = nil }
        } else {
            alerts[alert.id] = alert
        }
    }

    /// The alert of a condition that holds.
    func holding(_ cause: AlertCause, _ subject: String) -> String? {
        active[AlertBook.condition(cause, subject)]
    }

    /// Hash of gateway, cause, subject and onset as first detected: the same onset is the same record after a restart.
    ///
    /// A budget's period, or a silence that is looked for again, begins when it began before. Where that alert was over, this is
    /// another one, and the hash says which.
    private func identity(_ cause: AlertCause, _ subject: String, _ onset: Instant) -> String {
        let parts = [gatewayID, AlertBook.word(for: cause), subject, "\(onset.milliseconds)"]
        var (id, count) = (AlertBook.hash(parts), 1)
        while known.contains(id) {
            count += 1
            id = AlertBook.hash(parts + ["\(count)"])
        }
        return id
    }

    private static func hash(_ parts: [String]) -> String {
        SHA256.hash(data: Data(parts.joined(separator: "\n").utf8)).prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
