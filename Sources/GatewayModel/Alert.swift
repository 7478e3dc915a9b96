/// Conditions of the box itself that raise alerts without any resolution (DESIGN section 6).
public enum BoxCondition: String, Hashable, Sendable, Codable, CaseIterable {
    // The raw values stand in the database and in language files.
    case sensorSilent = "sensor_silent"
    case brokerAway = "broker_away"
    case diskFull = "disk_full"
    case storeFailing = "store_failing"
    case storeDamaged = "store_damaged"
    case backupOverdue = "backup_overdue"
    case clockWrong = "clock_wrong"
    case destinationFailing = "destination_failing"
    /// What people answer by a destination cannot be read; the subject is its name.
    case answersUnheard = "answers_unheard"
    /// The page on which alerts are answered by link listens nowhere; the subject is its address.
    case answerPageAway = "answer_page_away"
    case nobodyOnDuty = "nobody_on_duty"
    case tooMuchAtQoS0 = "too_much_at_qos_0"
    case malformedFlood = "malformed_flood"
    case messagePutAside = "message_put_aside"
    case readingsPutAside = "readings_put_aside"
    case unitChanged = "unit_changed"
    case tooManyMessages = "too_many_messages"
    case signaturesMissing = "signatures_missing"
    case recoveryWaiting = "recovery_waiting"
    case decisionsAltered = "decisions_altered"
    case peopleAtRisk = "people_at_risk"
    /// Nothing is heard from a place any more; the subject is its name.
    case placeSilent = "place_silent"
    /// A neighbours' box gives no sign of life; the subject is its name.
    case neighbourSilent = "neighbour_silent"
    /// A test message to one steward, whose name is the subject; empty where no steward is known by name.
    case testAlarm = "test_alarm"
    /// A steward takes over the duty and has to say so; the subject is that steward's name.
    case handOver = "hand_over"
}

/// How urgent an alert about the box is and who hears it; the assembly may change both, but not switch the alert off.
public struct BoxAlertRule: Hashable, Sendable, Codable {
    /// How urgent it is.
    public var priority: Priority
    /// The stewards, or the members too.
    public var audience: Audience

    /// Makes a rule.
    public init(priority: Priority, audience: Audience) {
        self.priority = priority
        self.audience = audience
    }
}

/// Why an alert exists.
public enum AlertCause: Hashable, Sendable, Codable {
    /// A limit of an adopted resolution is passed.
    case limit(LimitReference)
    /// The box itself is in trouble.
    case box(BoxCondition)
}

/// Where an alert is in its life (after ISA-18.2 / IEC 62682).
///
/// Normal and pending have no record: a limit's own delay runs before its alert is raised.
public enum AlertState: String, Hashable, Sendable, Codable, CaseIterable {
    /// The condition holds and nobody has answered.
    case raised
    /// A steward is going.
    case going
    /// The condition ended before anybody came.
    case returned
    /// The condition holds, and two or one of the stewards let it rest until a time.
    case paused
    /// The condition holds, and follows from another alert that says so.
    case covered
    /// The condition holds, and its sensor or limit is switched off on purpose until a time.
    case switchedOff = "switched_off"
    /// Done, with a cause.
    case closed
}

/// What came of an alert, said when it is closed.
public enum AlertOutcome: String, Hashable, Sendable, Codable, CaseIterable {
    // What a steward found.
    case real
    case falseReading = "false_reading"
    case test
    case knownWork = "known_work"
    /// It ended on its own and nobody had to say why (box alerts only).
    case ended
}

/// One thing that happened to an alert.
public struct AlertEntry: Hashable, Sendable, Codable {
    /// The kinds of entry.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        // In the order of an alert's life.
        case raised, warned, updated, taken, declined, seen, noted, returned, closed
        /// Who is going was asked how it is.
        case asked
        // A pause that waits for a second person, one that began, and the end of either.
        case pauseAsked = "pause_asked"
        case paused, resumed
        /// Nobody joined who wanted a pause; nothing had rested.
        case pauseForgotten = "pause_forgotten"
        // Its sensor or limit is switched off, or on again.
        case switchedOff = "switched_off"
        case switchedOn = "switched_on"
        // It is covered by another alert, or no more.
        case covered, uncovered
        // One person was called, everybody, and everybody again since nobody had come.
        case called
        case calledAll = "called_all"
        case nobodyCame = "nobody_came"
        // It keeps coming and going, or it is calm again; it is one of many, or they were told together.
        case damped, calmed, gathered
        case toldTogether = "told_together"
        // Why a notice did not go to a destination: its person is not called yet, was called before, or it waits for the end
        // of quiet hours.
        case notCalled = "not_called"
        case calledBefore = "called_before"
        /// Who was going is no steward any more: it calls on.
        case freed
        /// A pause ends sooner than was agreed, since the assembly meets earlier.
        case pauseSooner = "pause_sooner"
        case quietHours = "quiet_hours"
        // What the outbox found of a notice: it will not arrive, or it was left out since it had become pointless. They are
        // the outbox's to keep, and stand among an alert's entries where those are shown.
        case notDelivered = "not_delivered"
        case leftOut = "left_out"
        /// A household's alert concerns everybody: the commons loses what runs away there.
        case toldStewards = "told_stewards"
    }

    /// When.
    public var at: Instant
    /// What.
    public var kind: Kind
    /// Who, nil for the gateway itself.
    public var person: String?
    /// By which means: console, web, sms, link.
    public var means: String?
    /// A note, or the value that was reached.
    public var note: String?
    /// Until when, where the entry is about a time.
    public var until: Instant?

    /// Makes an entry.
    public init(
        at: Instant, kind: Kind, person: String? = nil, means: String? = nil, note: String? = nil,
        until: Instant? = nil
    ) {
        self.at = at
        self.kind = kind
        self.person = person
        self.means = means
        self.note = note
        self.until = until
    }
}

/// One occurrence of a condition that people should know of; each onset is a record of its own.
public struct Alert: Hashable, Sendable, Codable {
    /// Hash of gateway, cause, subject and onset as first detected: 32 hexadecimal digits.
    public var id: String
    /// The small number that people say, counted up per gateway.
    public var number: Int
    /// Why.
    public var cause: AlertCause
    /// What it is about: a sensor's name, a device, a destination; empty for the box as a whole.
    public var subject: String
    /// How urgent.
    public var priority: Priority
    /// What the limit protects; nil for box alerts.
    public var protects: Protects?
    /// Where it is in its life.
    public var state: AlertState
    /// Since when the condition holds.
    public var onset: Instant
    /// When the gateway found out.
    public var detectedAt: Instant
    /// When the condition ended, nil while it holds.
    public var returnedAt: Instant?
    /// When it was closed.
    public var closedAt: Instant?
    /// The outcome once closed.
    public var outcome: AlertOutcome?
    /// Who is going.
    public var takenBy: String?
    /// The transition as first detected, with its evidence; nil for box alerts.
    public var transition: LimitTransition?
    /// The value furthest past the bound so far; nil where there is no value.
    public var peak: DecimalValue?
    /// When that was.
    public var peakAt: Instant?
    /// The pause that is asked for or runs.
    public var pause: AlertPause?
    /// A further pause that a second person has not agreed to yet, while one runs; it changes nothing in that one.
    public var pauseWish: AlertPause?
    /// The pause that waits for a second person; nil where none does.
    public var restAsked: AlertPause? { pauseWish ?? pause.flatMap { $0.isInForce ? nil : $0 } }
    /// Until when its sensor or limit is switched off; nil while it is on.
    public var offUntil: Instant?
    /// The number of the alert that covers it.
    public var coveredBy: Int?
    /// When it counts again although what covered it is over: until then its sensor has had no chance to be heard.
    public var coveredUntil: Instant?
    /// True while nobody was told of it, since it was covered or switched off from the start.
    public var isUntold: Bool?
    /// Details for texts, by placeholder name; no household data.
    public var details: [String: String]
    /// The households' points that it would tell of, where its limit must not be told to everybody: then the limit's very
    /// name may be a home's. Nil for what is told, and where the subject is the household's point.
    public var homes: [SensorID]?
    /// Everything that happened, oldest first.
    public var entries: [AlertEntry]

    /// Makes an alert that was just raised.
    public init(
        id: String, number: Int, cause: AlertCause, subject: String, priority: Priority, protects: Protects?,
        onset: Instant, detectedAt: Instant, transition: LimitTransition? = nil, details: [String: String] = [:]
    ) {
        self.id = id
        self.number = number
        self.cause = cause
        self.subject = subject
        self.priority = priority
        self.protects = protects
        state = .raised
        self.onset = onset
        self.detectedAt = detectedAt
        self.transition = transition
        peak = transition?.value
        // A sum began with its period, and was at that value when it was found.
        peakAt = transition?.value == nil ? nil : transition?.sensor == nil ? detectedAt : onset
        self.details = details
        entries = [AlertEntry(at: detectedAt, kind: .raised)]
    }

    /// Its state in one word, the key of `alerts.state` in language files: where somebody went it is not said that nobody came.
    public var stateWord: String { state == .returned && takenBy != nil ? "returned_going" : state.rawValue }

    /// True for one household's business, or that of a few.
    public var isPrivate: Bool { details["visibility"] == Visibility.household.rawValue }

    /// The households' points that it is about; none for what is no household's business.
    public var homePoints: [SensorID] { homes ?? (isPrivate ? [SensorID(rawValue: subject)] : []) }

    /// Makes it the business of homes, by the points of which it tells beside its subject.
    public mutating func conceal(_ points: [SensorID]) {
        details["visibility"] = Visibility.household.rawValue
        if !points.isEmpty { homes = points }
    }

    /// Who looks after it: a household's own business is nobody else's, unless it protects people or concerns the commons.
    public var audience: Audience {
        guard isPrivate else { return .stewards }
        return protects == .people || details[Alert.commons] != nil ? .stewards : .person
    }

    /// The detail of a household's alert that concerns everybody.
    public static let commons = "commons"

    /// True while somebody may still have to do something.
    public var isOpen: Bool { state != .closed }

    /// True while the condition holds.
    public var holds: Bool { returnedAt == nil && closedAt == nil }

    /// True for a test message to all, which goes where no steward is known by name: one answer answers it.
    public var isTestOfAll: Bool { cause == .box(.testAlarm) && subject.isEmpty }

    /// Brings the state in line with what is known: what is over comes before what rests, and that before who goes.
    public mutating func settle() {
        if pause == nil { pauseWish = nil }
        if closedAt != nil {
            state = .closed
        } else if returnedAt != nil {
            state = .returned
        } else if pause?.isInForce == true {
            state = .paused
        } else if offUntil != nil {
            state = .switchedOff
        } else if coveredBy != nil {
            state = .covered
        } else {
            state = takenBy == nil ? .raised : .going
        }
    }
}

/// Who may receive a notice.
public enum Audience: String, Hashable, Sendable, Codable, CaseIterable {
    // From the narrowest to the widest.
    case person, stewards, members, `public`
}
