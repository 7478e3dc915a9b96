import GatewayModel

extension AlertBook {
    /// Lets time pass: what rested long enough rests no more, and who has been going for two hours is asked again.
    public mutating func tick(now: Instant) -> [AlertAction] {
        review(now: now) + endSwitchOffs(now: now) + endCovers(now: now) + endPauses(now: now) + tellGathered(now: now)
            + askAgain(now: now)
            + escalate(now: now) + askAboutHandOver(now: now)
    }

    /// Asks whoever is going how it is; where that had no answer either, whoever was called is asked too.
    private mutating func askAgain(now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var alert in open where alert.state == .going && alert.priority == .now {
            let last = alert.entries.last { [.taken, .noted, .asked].contains($0.kind) }?.at
            guard let last, now >= last.advanced(bySeconds: AlertPolicy.reminderSeconds) else { continue }
            let isUnanswered = alert.entries.last { [.taken, .noted, .asked].contains($0.kind) }?.kind == .asked
            let persons = isUnanswered || policy.roster == nil ? alert.reached : alert.takenBy.map { [$0] }
            alert.entries.append(AlertEntry(at: now, kind: .asked, person: alert.takenBy))
            keep(alert)
            actions += [
                .store(alert),
                .notify(
                    NoticeDraft(
                        kind: "alert.reminder", alert: alert, audience: AlertBook.audience(of: alert), persons: persons)
                ),
            ]
        }
        return actions
    }

    /// A pause ends at its time, and a wish that nobody joined after a day.
    private mutating func endPauses(now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var alert in open {
            guard let pause = alert.pause else { continue }
            let patience = pause.at.advanced(bySeconds: AlertPolicy.longestForPeople)
            guard now >= (pause.isInForce ? pause.until : min(pause.until, patience)) else { continue }
            guard pause.isInForce else {
                actions += forgetPause(alert, now: now)
                continue
            }
            // What one person asked for meanwhile goes on waiting for a second one.
            alert.pause = alert.pauseWish.flatMap { $0.until > now ? $0 : nil }
            alert.pauseWish = nil
            actions += resume(alert, .resumed, tells: true, now: now)
        }
        return actions
    }

    /// Nothing had rested, so nothing begins anew: whoever is next is called as if nobody had asked.
    private mutating func forgetPause(_ alert: Alert, now: Instant) -> [AlertAction] {
        var alert = alert
        alert.pause = nil
        alert.entries.append(AlertEntry(at: now, kind: .pauseForgotten))
        alert.settle()
        keep(alert)
        return [
            .store(alert),
            .record(kind: "alert.pause_forgotten", facts: ["alert": "\(alert.number)"], erasable: [:]),
        ]
    }

    /// An alert that rested counts again; people are told as if it had just been raised, since to them it has.
    mutating func resume(_ alert: Alert, _ kind: AlertEntry.Kind, tells: Bool, now: Instant) -> [AlertAction] {
        var alert = alert
        alert.entries.append(AlertEntry(at: now, kind: kind))
        alert.settle()
        let isCalling = tells && [.raised, .going].contains(alert.state)
        if isCalling { alert.isUntold = nil }
        let persons = isCalling && alert.state == .raised ? call(&alert, now: now) : nil
        keep(alert)
        var actions: [AlertAction] = [
            .store(alert),
            .record(kind: "alert.\(kind.rawValue)", facts: ["alert": "\(alert.number)"], erasable: [:]),
        ]
        if isCalling {
            actions.append(
                .notify(
                    NoticeDraft(
                        kind: "alert.raised", alert: alert, audience: AlertBook.circle(of: alert), persons: persons)))
        }
        return actions
    }
}
