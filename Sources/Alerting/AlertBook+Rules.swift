import GatewayModel

extension AlertBook {
    /// Who may hear of an alert: a household's own business is nobody else's, unless it protects people.
    static func audience(of alert: Alert) -> Audience { alert.audience }

    /// Who hears that something was raised or is over: the members too where it is a limit of the community, or where the
    /// assembly wants them to hear of the box; who goes and what is noted is the stewards' business.
    public static func circle(of alert: Alert) -> Audience {
        let audience = audience(of: alert)
        guard audience == .stewards, alert.details["visibility"] == nil else { return audience }
        if case .limit = alert.cause { return .members }
        return alert.details["audience"].flatMap(Audience.init(rawValue:)) ?? audience
    }

    /// The detail of an alert that ended although no message ended it: why.
    static let dropped = "dropped"

    /// Alerts that have become homes' business while they were open are nobody else's from now on: by their identity, with
    /// the points of which they tell beside their subject. Returns those that were others' until now, to be stored.
    public mutating func keepPrivate(_ homes: [String: [SensorID]]) -> [Alert] {
        var hidden: [Alert] = []
        for var alert in open where alert.details["visibility"] == nil {
            guard let points = homes[alert.id] else { continue }
            alert.conceal(points)
            keep(alert)
            hidden.append(alert)
        }
        return hidden
    }

    /// That an alert began, for the record book, which nothing leaves: what tells of a household stands in what can be erased.
    /// Its id is a hash of few words, so that whoever tries all homes finds the one.
    static func record(of alert: Alert, _ kind: String, onset: Instant? = nil) -> AlertAction {
        var facts = ["alert": "\(alert.number)"]
        var texts: [String: String] = [:]
        let origin = ["cause": word(for: alert.cause), "onset": (onset ?? alert.onset).description]
        if alert.homes == nil { facts.merge(origin) { first, _ in first } } else { texts = origin }
        if alert.isPrivate { texts["id"] = alert.id } else { facts["id"] = alert.id }
        if alert.details["visibility"] == nil { texts["subject"] = alert.subject }
        return .record(kind: kind, facts: facts, erasable: texts)
    }

    /// What identifies a condition while it holds.
    static func condition(_ cause: AlertCause, _ subject: String) -> String {
        word(for: cause) + "\n" + subject
    }

    /// A cause in one word, for records and hashes.
    static func word(for cause: AlertCause) -> String {
        switch cause {
        case .limit(let reference): "limit \(reference)"
        case .box(let condition): "box \(condition.rawValue)"
        }
    }

    /// True for alerts whose condition never ends by itself, such as a message that was put aside.
    static func endsByHand(_ alert: Alert) -> Bool {
        [.box(.messagePutAside), .box(.testAlarm), .box(.handOver)].contains(alert.cause)
    }

    /// The kind of notice and record that an answer makes.
    static func kind(of answer: StewardAnswer) -> String {
        switch answer {
        case .take: "alert.taken"
        case .decline: "alert.declined"
        case .seen: "alert.seen"
        case .note: "alert.noted"
        case .pause: "alert.paused"
        case .resolve: "alert.closed"
        }
    }

    /// The texts of an answer that can be erased from the record book.
    static func texts(of answer: StewardAnswer, person: String) -> [String: String] {
        var texts = ["person": person]
        switch answer {
        case .note(let note), .pause(_, let note): texts["note"] = note
        case .resolve(let outcome, let note):
            texts["cause"] = outcome.rawValue
            if let note { texts["note"] = note }
        case .take, .decline, .seen: break
        }
        return texts
    }
}

extension BoxCondition {
    /// What it protects by itself; nil where that depends on what cannot be seen meanwhile, or is nobody's life.
    var protects: Protects? { self == .peopleAtRisk ? .people : nil }

    /// How urgent a condition is unless the assembly says otherwise.
    var priority: Priority {
        switch self {
        case .diskFull, .storeFailing, .brokerAway, .nobodyOnDuty, .peopleAtRisk: .now
        case .signaturesMissing, .recoveryWaiting, .decisionsAltered: .today
        case .storeDamaged, .sensorSilent, .backupOverdue, .clockWrong, .destinationFailing, .answersUnheard,
            .answerPageAway, .unitChanged, .tooManyMessages, .testAlarm, .handOver, .placeSilent, .neighbourSilent:
            .today
        case .tooMuchAtQoS0, .malformedFlood, .messagePutAside, .readingsPutAside: .assembly
        }
    }
}

extension Alert {
    /// Takes a value that may be further past the bound than any before; true where it is.
    @discardableResult
    mutating func reach(_ value: DecimalValue, at time: Instant) -> Bool {
        guard let bound = transition?.bound, let first = transition?.value ?? peak, holds else { return false }
        // Which side is the wrong one is told by the value with which it was raised; what is warned of is used up.
        let isFloor = transition?.change.isWarning != true && first < bound
        let isFurther = peak.map { isFloor ? value < $0 : value > $0 } ?? true
        guard isFurther else { return false }
        peak = value
        peakAt = time
        return true
    }
}

extension AlertBook {
    /// A value of a sensor whose limit is passed: the worst one stays in the record of the alert.
    public mutating func see(
        _ value: DecimalValue, at time: Instant, of sensor: SensorID, limit: LimitReference
    ) -> [AlertAction] {
        guard let id = holding(.limit(limit), sensor.rawValue), var alert = alerts[id],
            alert.reach(value, at: time)
        else { return [] }
        keep(alert)
        return [.store(alert)]
    }
}
