import GatewayModel

extension AlertPolicy {
    /// Who is asked next about a hand-over that nobody has answered: the second of the duty list, then everybody once.
    /// Nil where nobody is left to ask. `held` is until when the call that is made now waits for the end of quiet hours,
    /// which the record does not say yet.
    public func nextAsked(_ alert: Alert, now: Instant, held: Instant? = nil) -> NextCall? {
        guard callsPeople, alert.state == .raised, let roster,
            let last = alert.entries.last(where: { $0.kind.isCall }), last.kind == .called
        else { return nil }
        let called = alert.entries.filter { $0.kind == .called }.compactMap(\.person)
        let declined = Set(alert.entries.filter { $0.kind == .declined }.compactMap(\.person))
        let next = roster.order(at: now).first { !called.contains($0) && !declined.contains($0) }
        // What waits for the end of quiet hours was not heard before.
        let ends = alert.entries.filter { $0.kind == .quietHours }.compactMap(\.until) + [held].compactMap { $0 }
        let heard = ends.max() ?? last.at
        let isDeclined = last.person.map(declined.contains) ?? false
        let wait = isDeclined ? 0 : called.count == 1 ? waits.second : waits.all
        return NextCall(person: called.count == 1 ? next : nil, at: max(last.at, heard).advanced(bySeconds: wait))
    }
}

extension AlertBook {
    /// Asks the next one where a hand-over was not answered in time, and says so in the record.
    mutating func askAboutHandOver(now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var alert in open where alert.cause == .box(.handOver) {
            guard let next = policy.nextAsked(alert, now: now), now >= next.at else { continue }
            let silent = alert.entries.last { $0.kind.isCall }?.person
            let kind: AlertEntry.Kind = next.person == nil ? .calledAll : .called
            alert.entries.append(AlertEntry(at: now, kind: kind, person: next.person))
            keep(alert)
            actions += [
                .store(alert),
                .record(
                    kind: "duty.hand_over_not_answered", facts: ["alert": "\(alert.number)"],
                    erasable: silent.map { ["person": $0] } ?? [:]),
                .notify(
                    NoticeDraft(
                        kind: "alert.called", alert: alert, audience: .stewards, persons: next.person.map { [$0] })),
            ]
        }
        return actions
    }

    /// True for those who were asked: nobody answers a hand-over for somebody else.
    static func isAsked(_ person: String, about alert: Alert) -> Bool {
        alert.entries.contains { $0.kind == .calledAll || $0.kind == .called && $0.person == person }
    }
}
