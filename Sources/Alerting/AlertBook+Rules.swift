import GatewayModel

extension AlertBook {
    /// Who may hear of an alert: a household's own business is nobody else's, unless it protects people.
    static func audience(of alert: Alert) -> Audience {
        guard alert.details["visibility"] == Visibility.household.rawValue else { return .stewards }
        return alert.protects == .people ? .stewards : .person
    }

    /// Who hears that something was raised or is over: the members too where it is a limit of the community, or where the
    /// assembly wants them to hear of the box; who goes and what is noted is the stewards' business.
    static func circle(of alert: Alert) -> Audience {
        let audience = audience(of: alert)
        guard audience == .stewards, alert.details["visibility"] == nil else { return audience }
        if case .limit = alert.cause { return .members }
        return alert.details["audience"].flatMap(Audience.init(rawValue:)) ?? audience
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
        alert.cause == .box(.messagePutAside)
    }

    /// While its condition holds, a limit's alert may be a false reading or a test; what the box says of itself may not.
    static func canBeClosed(_ alert: Alert, as outcome: AlertOutcome) -> Bool {
        if endsByHand(alert) { return true }
        if case .box = alert.cause { return false }
        return outcome != .real
    }

    /// The kind of notice and record that an answer makes.
    static func kind(of answer: StewardAnswer) -> String {
        switch answer {
        case .take: "alert.taken"
        case .decline: "alert.declined"
        case .note: "alert.noted"
        case .resolve: "alert.closed"
        }
    }

    /// The texts of an answer that can be erased from the record book.
    static func texts(of answer: StewardAnswer, person: String) -> [String: String] {
        var texts = ["person": person]
        switch answer {
        case .note(let note): texts["note"] = note
        case .resolve(let outcome, let note):
            texts["cause"] = outcome.rawValue
            if let note { texts["note"] = note }
        case .take, .decline: break
        }
        return texts
    }
}

extension BoxCondition {
    /// How urgent a condition is unless the assembly says otherwise.
    var priority: Priority {
        switch self {
        case .diskFull, .storeFailing, .brokerAway, .nobodyOnDuty, .peopleAtRisk: .now
        case .signaturesMissing, .recoveryWaiting, .decisionsAltered: .today
        case .storeDamaged, .sensorSilent, .backupOverdue, .clockWrong, .destinationFailing, .unitChanged,
            .tooManyMessages:
            .today
        case .tooMuchAtQoS0, .malformedFlood, .messagePutAside, .readingsPutAside: .assembly
        }
    }
}
