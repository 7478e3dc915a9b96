import Alerting
import GatewayModel
import Limits
import Metering
import Storage

/// What follows for the people on duty.
extension Pipeline {
    /// Puts a notice into the batch for every destination that may hear it, and into the record why others do not.
    func send(_ draft: NoticeDraft, now: Instant) {
        batch.outbox += notices.items(for: draft, state: state, now: now)
        batch.outbox += notices.withdrawals(after: draft, state: state, now: now)
        rewordWaitingCalls(after: draft, now: now)
        announceSlip(for: draft, now: now)
        withhold(draft, now: now)
    }

    private func withhold(_ draft: NoticeDraft, now: Instant) {
        let withheld = notices.withheld(draft, state: state, now: now)
        guard !withheld.isEmpty else { return }
        let stored = batch.alerts.last { $0.id == draft.alert.id } ?? draft.alert
        perform(state.alerts.withhold(withheld, from: stored), now: now)
    }

    /// Tells of many alerts in one message to each destination, those that protect people first.
    func tellTogether(_ drafts: [NoticeDraft], beside: [Alert], now: Instant) {
        batch.outbox += notices.together(drafts, beside: beside, state: state, now: now)
        drafts.forEach { withhold($0, now: now) }
    }

    /// Whoever answered a test message counts on the duty list from now on.
    func noteTestAnswered(_ person: String, now: Instant) {
        batch.dutyMarks[DutyMark(kind: DutyMark.testAnswered, name: person)] = now
        guard let index = state.alerts.policy.roster?.members.firstIndex(where: { $0.name == person }) else { return }
        state.alerts.policy.roster?.members[index].hasAnswered = true
    }

    /// Sends a test message to a steward, or to all of them where the name is empty; one that waits for its answer is
    /// replaced.
    func sendTest(to steward: String, now: Instant) {
        box(.testAlarm, subject: steward, isActive: false, onset: now, [:], now)
        box(
            .testAlarm, subject: steward, isActive: true, onset: now, steward.isEmpty ? [:] : ["person": steward], now)
    }

    /// Nobody waits for the answers to earlier test messages any more, also of those who get none now.
    func endTests(now: Instant) {
        for alert in state.alerts.open where alert.cause == .box(.testAlarm) {
            box(.testAlarm, subject: alert.subject, isActive: false, onset: now, [:], now)
        }
    }

    /// At the change of duty whoever leaves and whoever comes is told what is open and what is silent; who comes has to
    /// answer, or the next one is asked.
    func handOver(now: Instant) {
        guard state.alerts.policy.callsPeople, let person = state.alerts.policy.roster?.onDuty(at: now),
            person != state.onDuty
        else { return }
        let before = state.onDuty
        state.onDuty = person
        batch.dutyMarks[DutyMark(kind: DutyMark.onDuty, name: person)] = now
        batch.outbox += notices.phones(state.alerts.policy.roster, in: store, now: now)
        guard let before else { return }
        // A home's alert is among them where the stewards look after it: by its number, never by its sensor's name.
        let open = state.alerts.open.filter { alert in
            AlertBook.circle(of: alert) != .person && ![.box(.testAlarm), .box(.handOver)].contains(alert.cause)
        }
        let silent = open.filter {
            $0.holds && $0.cause == .box(.sensorSilent) && $0.details["visibility"] == nil
        }.map(\.subject)
        let others = open.filter { $0.cause != .box(.sensorSilent) }.map { "\($0.number) \($0.stateWord)" }
        // One that nobody has answered is overtaken.
        for old in [before, person] { box(.handOver, subject: old, isActive: false, onset: now, [:], now) }
        box(
            .handOver, subject: person, isActive: true, onset: now,
            [
                "from": before, "to": person, "open": others.joined(separator: ","),
                "silent": silent.joined(separator: ","),
            ], now)
    }

    /// Keeps what is switched off or on, and tells the stewards; of a home they hear no more than that it is one.
    func tell(_ off: SwitchedOff, _ switching: AlertAction.Switching, now: Instant) {
        let isOff = [.off, .offAsked, .offSooner].contains(switching)
        batch.switchedOff.updateValue(
            isOff ? off : switching == .on ? nil : off.waiting, forKey: off.subject)
        // Nothing had been off, so there is nothing to tell.
        guard switching != .offForgotten else { return }
        batch.outbox += notices.switching(off, switching, state: state, now: now)
    }

    /// Lets the worst value stay in the record of an alert about a momentary value.
    func seePeaks(_ measurement: Measurement, now: Instant) {
        guard measurement.isTimeKnown, case .level(let level) = measurement.figure,
            let sensor = state.sensors.sensor(measurement.sensor)
        else { return }
        for alert in state.alerts.open where alert.holds && alert.subject == sensor.id.rawValue {
            guard case .limit(let reference) = alert.cause, let limit = state.limits.limit(reference),
                case .instant = limit.rule,
                let value = MeterRoom.converted(level, from: sensor.unit, to: limit.unit)
            else { continue }
            perform(
                state.alerts.see(value, at: measurement.time, of: sensor.id, limit: reference), now: now)
        }
    }
}

extension DutyMark {
    /// A steward answered a test message.
    static let testAnswered = "test_answered"
    /// The monthly test messages went out; the name is the month.
    static let monthlyTest = "monthly_test"
    /// The weekly round was sent; the time is the one for which it was due.
    static let weeklyRound = "weekly_round"
    /// An adopted decision has given a steward a mandate.
    static let mandated = "mandated"
    /// Since when nothing was heard of what an alert is about; the name is the alert's identity.
    static let quiet = "quiet"
    /// The rules on days were judged through the day that begins at the mark's time.
    static let judgedDay = "judged_day"
    /// A steward began to be on duty.
    static let onDuty = "on_duty"
}
