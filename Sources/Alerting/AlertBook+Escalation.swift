import GatewayModel

/// Whom an alert that wakes people calls next, and when.
public struct NextCall: Hashable, Sendable {
    /// The person; nil for everybody.
    public var person: String?
    /// When.
    public var at: Instant
    /// True where everybody was called already and nobody came.
    public var isRepeat: Bool

    /// Makes a call.
    public init(person: String?, at: Instant, isRepeat: Bool = false) {
        self.person = person
        self.at = at
        self.isRepeat = isRepeat
    }
}

extension AlertPolicy {
    /// The next step of an alert's escalation, as it follows from its record: the person on duty, the second one,
    /// everybody, and everybody again. Nil where nobody is to be called.
    public func nextCall(_ alert: Alert, now: Instant) -> NextCall? {
        guard callsPeople, alert.state == .raised, alert.isUntold != true, alert.priority == .now,
            alert.cause != .box(.handOver), AlertBook.audience(of: alert) != .person
        else { return nil }
        let begin = alert.entries.lastIndex { $0.kind.beginsCalls } ?? 0
        let entries = alert.entries[begin...]
        guard let last = entries.last(where: { $0.kind.isCall }) else {
            return NextCall(person: roster?.onDuty(at: now), at: now)
        }
        guard last.kind == .called else {
            let isFirst = last.kind == .calledAll && roster == nil
            let isLong = entries.count { $0.kind == .nobodyCame } >= AlertPolicy.mostRepeats
            let wait = isFirst ? waits.second + waits.all : isLong ? max(waits.again, 86_400) : waits.again
            return NextCall(person: nil, at: last.at.advanced(bySeconds: wait), isRepeat: true)
        }
        let called = entries.filter { $0.kind == .called }.compactMap(\.person)
        let declined = Set(entries.filter { [.declined, .freed].contains($0.kind) }.compactMap(\.person))
        let next = (roster?.order(at: now) ?? []).first { !called.contains($0) && !declined.contains($0) }
        // "Can't, next" is an answer: nobody has to wait for another one.
        let isDeclined = last.person.map(declined.contains) ?? false
        let wait = isDeclined ? 0 : called.count == 1 ? waits.second : waits.all
        return NextCall(person: called.count == 1 ? next : nil, at: last.at.advanced(bySeconds: wait))
    }
}

extension Alert {
    /// True where everybody was called since calls last began: then a lamp or a siren may sound too.
    public var hasCalledAll: Bool {
        let begin = entries.lastIndex { $0.kind.beginsCalls } ?? 0
        return entries[begin...].contains { [.calledAll, .nobodyCame].contains($0.kind) }
    }

    /// Who has said to go and nothing else since, in the order in which they said it; not who is no steward any more.
    public var goers: [String] {
        let said = entries.filter { [.taken, .declined, .freed].contains($0.kind) }
        var last: [String: AlertEntry.Kind] = [:]
        for entry in said { last[entry.person ?? ""] = entry.kind }
        var seen: Set<String> = []
        return said.compactMap(\.person).filter { last[$0] == .taken && seen.insert($0).inserted }
    }

    /// True where people were told that it keeps coming and going, and not yet that it holds.
    var comesAndGoes: Bool {
        isUntold != true && entries.last { [.damped, .calmed].contains($0.kind) }?.kind == .damped
    }

    /// Whom its calls have reached since they last began, beside who is going; nil where they reached everybody, or where
    /// what is for the same day calls nobody by turns.
    var reached: [String]? {
        guard priority == .now, !hasCalledAll else { return nil }
        let begin = entries.lastIndex { $0.kind.beginsCalls } ?? 0
        let called = entries[begin...].filter { $0.kind == .called }.compactMap(\.person)
        return called + [takenBy].compactMap { $0 }.filter { !called.contains($0) }
    }

    /// True where the last thing said is "can't" by whoever was going, so that nobody goes any more.
    var isGivenUp: Bool {
        guard let last = entries.last, last.kind == .declined else { return false }
        return entries.dropLast().last { [.taken, .declined, .freed].contains($0.kind) && $0.person == last.person }?
            .kind
            == .taken && takenBy == nil
    }

    /// True where its calls have reached that person.
    public func hasCalled(_ person: String) -> Bool {
        entries.contains { [.calledAll, .nobodyCame].contains($0.kind) || $0.kind == .called && $0.person == person }
    }
}

extension AlertEntry.Kind {
    /// True for the entries that call people.
    var isCall: Bool { [.called, .calledAll, .nobodyCame].contains(self) }

    /// True for the entries from which on people are called from the beginning.
    var beginsCalls: Bool { [.raised, .resumed, .switchedOn, .uncovered, .calmed, .toldTogether].contains(self) }
}

extension AlertBook {
    /// Calls whom it is time to call, and says of whom nobody came.
    mutating func escalate(now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var alert in open {
            guard let next = policy.nextCall(alert, now: now), now >= next.at else { continue }
            let kind: AlertEntry.Kind = next.isRepeat ? .nobodyCame : next.person == nil ? .calledAll : .called
            alert.entries.append(AlertEntry(at: now, kind: kind, person: next.person))
            keep(alert)
            actions += [
                .store(alert),
                .record(
                    kind: "alert.\(kind.rawValue)", facts: ["alert": "\(alert.number)"],
                    erasable: next.person.map { ["person": $0] } ?? [:]),
                .notify(
                    NoticeDraft(
                        kind: next.isRepeat ? "alert.nobody_came" : "alert.called", alert: alert,
                        audience: AlertBook.audience(of: alert), persons: next.person.map { [$0] })),
            ]
        }
        return actions
    }

    /// Notes whom the first notice of an alert calls: the person on duty, or everybody where there is no list.
    func call(_ alert: inout Alert, now: Instant) -> [String]? {
        // What is one household's business calls no steward.
        guard policy.callsPeople, alert.isUntold != true, alert.priority != .assembly,
            AlertBook.audience(of: alert) != .person
        else { return nil }
        if alert.cause == .box(.testAlarm) { return alert.isTestOfAll ? nil : [alert.subject] }
        if alert.cause == .box(.handOver) {
            alert.entries.append(AlertEntry(at: now, kind: .called, person: alert.subject))
            return [alert.subject, alert.details["from"]].compactMap { $0 }
        }
        let person = policy.roster?.onDuty(at: now)
        if alert.priority == .now {
            alert.entries.append(AlertEntry(at: now, kind: person == nil ? .calledAll : .called, person: person))
        }
        return person.map { [$0] }
    }

    /// Adds to an alert's record why a notice did not go out.
    public mutating func withhold(_ entries: [AlertEntry], from alert: Alert) -> [AlertAction] {
        var alert = alerts[alert.id] ?? alert
        alert.entries += entries
        keep(alert)
        return [.store(alert)]
    }
}
