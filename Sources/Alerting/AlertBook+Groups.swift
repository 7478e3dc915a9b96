import GatewayModel

/// A limit that cannot be watched while its sensors are not heard.
public struct Stake: Hashable, Sendable {
    /// The limit.
    public var limit: LimitReference
    /// The sensors that it measures.
    public var sensors: [SensorID]
    /// How urgent its alert would be.
    public var priority: Priority
    /// What it protects.
    public var protects: Protects

    /// Makes a stake.
    public init(limit: LimitReference, sensors: [SensorID], priority: Priority, protects: Protects) {
        self.limit = limit
        self.sensors = sensors
        self.priority = priority
        self.protects = protects
    }
}

/// Alerts that follow from another one: what is silent because its place or the broker is away.
extension AlertBook {
    /// What cannot be seen while these sensors are not heard, or none at all: people first, then the most urgent.
    func stakes(of sensors: Set<SensorID>?) -> [Stake] {
        policy.stakes.filter { stake in sensors.map { !$0.isDisjoint(with: stake.sensors) } ?? true }
            .sorted {
                ($0.protects == .people ? 0 : 1, $0.priority, $0.limit)
                    < ($1.protects == .people ? 0 : 1, $1.priority, $1.limit)
            }
    }

    /// Gives an alert that covers others the urgency of what cannot be seen, and its name.
    func inherit(_ cause: AlertCause, _ subject: String) -> (priority: Priority?, protects: Protects?, unseen: String?)
    {
        guard [.box(.brokerAway), .box(.placeSilent)].contains(cause) else { return (nil, nil, nil) }
        let hidden = hidden(by: cause, subject)
        return (
            hidden.map(\.priority).min(), hidden.contains { $0.protects == .people } ? .people : nil,
            hidden.map(\.limit.description).joined(separator: ",")
        )
    }

    /// The limits that cannot be watched while such an alert holds.
    private func hidden(by cause: AlertCause, _ subject: String) -> [Stake] {
        switch cause {
        case .box(.brokerAway): stakes(of: nil)
        case .box(.placeSilent): stakes(of: Set(policy.places.filter { $0.value == subject }.keys))
        case .box(.sensorSilent): stakes(of: [SensorID(rawValue: subject)])
        case .box, .limit: []
        }
    }

    /// True for an alert that protects people, and for a silence that hides from us what protects people: it rests no
    /// longer, and by no fewer persons, than what it hides.
    func protectsPeople(_ alert: Alert) -> Bool {
        if case .box(let condition) = alert.cause, condition.protects == .people { return true }
        return alert.protects == .people || hidden(by: alert.cause, alert.subject).contains { $0.protects == .people }
    }

    /// The alert from which this one follows, while both hold.
    func parent(of alert: Alert) -> Alert? {
        let isSilence =
            switch alert.cause {
            case .box(let condition): condition == .sensorSilent
            // A limit on silence has no value; it says the same as the silence of its sensor.
            case .limit: alert.transition != nil && alert.transition?.value == nil
            }
        guard isSilence, alert.holds else { return nil }
        let place = policy.places[SensorID(rawValue: alert.subject)]
        let id = holding(.box(.brokerAway), "") ?? place.flatMap { holding(.box(.placeSilent), $0) }
        return id.flatMap { alerts[$0] }
    }

    /// Lets what follows from an alert rest below it.
    mutating func cover(by parent: Alert, now: Instant) -> [AlertAction] {
        guard [.box(.brokerAway), .box(.placeSilent)].contains(parent.cause) else { return [] }
        var actions: [AlertAction] = []
        for var alert in open
        where (alert.coveredBy == nil || alert.coveredUntil != nil) && self.parent(of: alert)?.id == parent.id {
            (alert.coveredBy, alert.coveredUntil) = (nil, nil)
            rest(&alert, now: now)
            keep(alert)
            actions.append(.store(alert))
        }
        return actions
    }

    /// What was covered by an alert that is over counts again where it still holds and nothing else covers it, after one more
    /// interval of its sensor: only then it has had a chance to be heard.
    mutating func uncover(from parent: Alert, now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var alert in open where alert.coveredBy == parent.number && alert.holds {
            var other = alert
            other.coveredBy = nil
            rest(&other, now: now)
            guard other.coveredBy == nil else {
                keep(other)
                actions.append(.store(other))
                continue
            }
            let interval = policy.intervals[SensorID(rawValue: alert.subject)] ?? AlertPolicy.usualInterval
            alert.coveredUntil = now.advanced(bySeconds: interval)
            keep(alert)
            actions.append(.store(alert))
        }
        return actions
    }

    /// Lets what waited for its sensor after that count again, where nothing else covers it by now.
    mutating func endCovers(now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        for var alert in open where alert.coveredUntil.map({ now >= $0 }) ?? false {
            alert.coveredUntil = nil
            guard alert.holds else {
                keep(alert)
                actions.append(.store(alert))
                continue
            }
            alert.coveredBy = nil
            rest(&alert, now: now)
            guard alert.coveredBy == nil else {
                keep(alert)
                actions.append(.store(alert))
                continue
            }
            actions += resume(alert, .uncovered, tells: true, now: now)
        }
        return actions
    }
}
