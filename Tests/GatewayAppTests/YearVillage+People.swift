import Alerting
import GatewayModel
import Storage
import Testing

@testable import Delivery
@testable import GatewayApp

/// What the three stewards do.
extension YearVillage {
    /// What somebody said to an alert.
    struct Said: Equatable {
        var at: Instant
        var person: String
        var isGoing: Bool
    }

    /// What becomes of an alert that wakes people; the numbers are places in the list of that time.
    enum Plan: CaseIterable {
        case firstGoes, firstDeclines, firstSleeps, secondDeclines
        /// Once nobody comes for eight hours.
        case nobodyComes

        /// Minutes after the alert was found, who, and whether they go.
        var steps: [(minutes: Int64, who: Int, isGoing: Bool)] {
            switch self {
            case .firstGoes: [(10, 0, true)]
            case .firstDeclines: [(5, 0, false), (15, 1, true)]
            case .firstSleeps: [(20, 1, true)]
            case .secondDeclines: [(20, 1, false), (50, -1, true)]
            case .nobodyComes: [(480, 0, true)]
            }
        }
    }

    /// A test message goes out, and its person answers it.
    func test(_ person: String) throws {
        try say(person, .testAlarm(steward: person))
        try commit()
        lanes.forEach { $0.turn(now: now) }
        let alert = try #require(try office.store.alerts(openOnly: true).last { $0.subject == person })
        try say(person, .answer(alert: alert.number, answer: .take))
        try commit()
    }

    /// Stewards answer what they were called for, and close what is over a day later; true where somebody did something.
    func actOfPeople() throws -> Bool {
        var hasActed = false
        for alert in office.pipeline.state.alerts.open {
            guard let (person, answer) = nextAct(on: alert) else { continue }
            if alert.priority == .now, answer == .take || answer == .decline {
                said[alert.id, default: []].append(Said(at: now, person: person, isGoing: answer == .take))
            }
            try say(person, .answer(alert: alert.number, answer: answer))
            hasActed = true
        }
        return hasActed
    }

    private func nextAct(on alert: Alert) -> (String, AlertAnswer)? {
        let minutes = now.milliseconds(since: alert.detectedAt) / 60_000
        if alert.cause == .box(.testAlarm) || alert.cause == .box(.handOver) {
            return alert.state == .raised && minutes >= 10 ? (alert.subject, .take) : nil
        }
        if let returnedAt = alert.returnedAt {
            guard now.milliseconds(since: returnedAt) >= 86_400_000 else { return nil }
            return ("Rosa", .resolve(alert.number % 7 == 0 ? .falseReading : .real, note: "seen on the round"))
        }
        guard alert.state == .raised, alert.priority == .now else { return nil }
        let list = office.pipeline.state.alerts.policy.roster?.order(at: alert.detectedAt) ?? []
        let steps = plan(of: alert).steps
        let done = said[alert.id]?.count ?? 0
        guard done < steps.count, minutes >= steps[done].minutes, !list.isEmpty else { return nil }
        let step = steps[done]
        return (step.who < 0 ? list[list.count - 1] : list[step.who], step.isGoing ? .take : .decline)
    }

    /// The tank's first alert of the autumn, which lasts long enough, is answered by nobody; the others take turns.
    private func plan(of alert: Alert) -> Plan {
        if let known = plans[alert.id] { return known }
        let usual = Plan.allCases.filter { $0 != .nobodyComes }
        let autumn = CalendarDate(year: 2025, month: 10, day: 1)
        let isAlone = alert.subject == "tank/level" && site.zone.date(at: alert.detectedAt) >= autumn
        let plan: Plan =
            isAlone && !plans.values.contains(.nobodyComes)
            ? .nobodyComes : usual[plans.values.count { $0 != .nobodyComes } % usual.count]
        plans[alert.id] = plan
        return plan
    }
}
