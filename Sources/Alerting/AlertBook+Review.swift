import GatewayModel

/// What becomes of alerts when decisions, meetings or stewards change while they are open.
extension AlertBook {
    /// Lets nothing rest longer, or by fewer persons, than it may now: the assembly may meet earlier than it was to, and
    /// what hid nothing may hide by now what protects people.
    mutating func review(now: Instant) -> [AlertAction] {
        guard isToReview else { return [] }
        isToReview = false
        guard !switchedOff.isEmpty || alerts.values.contains(where: { $0.pause != nil || $0.offUntil != nil }) else {
            return []
        }
        let assembly = policy.nextAssembly(now)
        return endSooner(assembly, now: now) + endOnePersonsPauses(now: now) + wake(now: now)
    }

    private mutating func endSooner(_ assembly: Instant, now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var off in switchedOff.values.sorted(by: { $0.subject < $1.subject }) where off.latest > assembly {
            off.terms.end(by: assembly)
            off.wish?.end(by: assembly)
            switchedOff[off.subject] = off
            guard off.terms.isInForce else {
                // A wish that waits is asked for again, with its new end.
                actions.append(.switched(off, .offAsked))
                continue
            }
            actions += [.switched(off, .offSooner), record(off, .offSooner, person: nil, means: "calendar", note: nil)]
        }
        for var alert in open {
            let isOffLonger = alert.offUntil.map { $0 > assembly } ?? false
            let isPausedLonger = [alert.pause, alert.pauseWish].contains { $0.map { $0.until > assembly } ?? false }
            let isTold = alert.pause.map { $0.isInForce && $0.until > assembly } ?? false
            guard isOffLonger || isPausedLonger else { continue }
            alert.offUntil = alert.offUntil.map { min($0, assembly) }
            alert.pause?.end(by: assembly)
            alert.pauseWish?.end(by: assembly)
            if isTold { alert.entries.append(AlertEntry(at: now, kind: .pauseSooner, until: assembly)) }
            keep(alert)
            actions.append(.store(alert))
            guard isTold else { continue }
            actions += [
                .record(
                    kind: "alert.pause_sooner", facts: ["alert": "\(alert.number)", "until": assembly.description],
                    erasable: [:]),
                .notify(
                    NoticeDraft(kind: "alert.pause_sooner", alert: alert, audience: AlertBook.audience(of: alert))),
            ]
        }
        return actions
    }

    /// A pause that one person began ends where it hides by now what protects people.
    private mutating func endOnePersonsPauses(now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var alert in open {
            guard let pause = alert.pause, pause.isInForce, !pause.mayRestPeople, protectsPeople(alert) else {
                continue
            }
            (alert.pause, alert.pauseWish) = (nil, nil)
            actions += resume(alert, .resumed, tells: true, now: now)
        }
        return actions
    }

    /// Takes alerts away from persons who may not answer any more: they are as if that person could not go, and call on
    /// where nobody else goes.
    public mutating func free(from persons: Set<String>, now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var alert in open {
            let gone = alert.goers.filter(persons.contains)
            guard !gone.isEmpty else { continue }
            alert.entries += gone.map { AlertEntry(at: now, kind: .freed, person: $0) }
            alert.takenBy = alert.goers.last
            alert.settle()
            keep(alert)
            actions.append(.store(alert))
            actions += gone.map {
                .record(kind: "alert.freed", facts: ["alert": "\(alert.number)"], erasable: ["person": $0])
            }
            guard alert.holds, alert.takenBy == nil else { continue }
            actions.append(
                .notify(NoticeDraft(kind: "alert.freed", alert: alert, audience: AlertBook.audience(of: alert))))
        }
        return actions
    }

    /// A condition of the box that holds already has become more urgent: people are called as if it had just been raised.
    mutating func press(
        _ alert: Alert, priority: Priority, details: [String: String], now: Instant
    ) -> [AlertAction] {
        guard priority < alert.priority else { return [] }
        var alert = alert
        alert.priority = priority
        alert.details.merge(details) { _, new in new }
        (alert.pause, alert.pauseWish) = (nil, nil)
        alert.entries.append(AlertEntry(at: now, kind: .updated))
        alert.settle()
        let isResting = alert.offUntil != nil || alert.coveredBy != nil || alert.isUntold == true
        let persons = alert.state == .raised ? call(&alert, now: now) : nil
        keep(alert)
        guard !isResting else { return [.store(alert)] }
        return [
            .store(alert),
            .notify(
                NoticeDraft(
                    kind: "alert.raised", alert: alert, audience: AlertBook.circle(of: alert), persons: persons)),
        ]
    }
}
