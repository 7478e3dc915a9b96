import GatewayModel

/// What the alert book wants done; nothing has happened yet.
public enum AlertAction: Hashable, Sendable {
    /// Store the alert as it now is.
    case store(Alert)
    /// Tell people.
    case notify(NoticeDraft)
    /// Enter it in the record book; `erasable` holds persons and notes.
    case record(kind: String, facts: [String: String], erasable: [String: String])
    /// Tell people of many alerts at once, in this order, each those whom its own notice would reach; `beside` are those
    /// that protect people and were told of before.
    case digest([NoticeDraft], beside: [Alert])
    /// Keep that a steward answered a test message.
    case testAnswered(String)
    /// Keep that a sensor or limit is switched off, or forget it, and tell the stewards.
    case switched(SwitchedOff, Switching)

    /// What happens to something that is switched off on purpose.
    public enum Switching: String, Hashable, Sendable {
        /// A first person asked; a second one has to agree.
        case offAsked = "off_asked"
        /// It is off.
        case off
        /// A person switched it on again, or took the wish back.
        case on
        /// Its time is over.
        case offEnded = "off_ended"
        /// A wish that nobody joined is over; nothing had been off.
        case offForgotten = "off_forgotten"
        /// It ends sooner than was agreed: the assembly meets earlier.
        case offSooner = "off_sooner"
    }
}

/// Something to tell people about an alert, not yet worded.
public struct NoticeDraft: Hashable, Sendable {
    /// `alert.raised`, `alert.warned`, `alert.returned`, `alert.taken`, `alert.declined`, `alert.reminder`,
    /// `alert.pause_asked`, `alert.paused`, `alert.called`, `alert.nobody_came`, `alert.chattering`,
    /// `alert.closed`, `alert.accepted`, `alert.freed`, `alert.pause_sooner`.
    public var kind: String
    /// The alert as it now is.
    public var alert: Alert
    /// Who may hear it.
    public var audience: Audience
    /// The stewards whom it calls; nil for all of them.
    public var persons: [String]?

    /// Makes a draft.
    public init(kind: String, alert: Alert, audience: Audience, persons: [String]? = nil) {
        self.kind = kind
        self.alert = alert
        self.audience = audience
        self.persons = persons
    }

    /// How soon somebody must look: as urgent as the alert where an act is wanted, else no night's sleep is worth it.
    /// "Can't" by somebody who was not going changes nothing for the others: whoever is next is called anyway.
    public var priority: Priority {
        let isWanted = OutboxItem.callingTypes.contains(kind) && (kind != "alert.declined" || alert.isGivenUp)
        return isWanted ? alert.priority : max(alert.priority, .today)
    }
}

/// What a steward says to an alert.
public enum StewardAnswer: Hashable, Sendable {
    /// "I'm going."
    case take
    /// "Can't, next."
    case decline
    /// "Seen, not going": stops nothing.
    case seen
    /// A note.
    case note(String)
    /// Let it rest until then, and why.
    case pause(until: Instant, why: String)
    /// Closed, with what was found.
    case resolve(AlertOutcome, note: String?)
}

/// Why an answer cannot be taken.
public struct AnswerError: Error, Hashable, Sendable {
    /// The kinds of refusal.
    public enum Code: String, Hashable, Sendable {
        /// No open alert has that number.
        case unknown
        /// The condition still holds.
        case stillHolds
        /// The pause or switch-off would end later than it may.
        case tooLong
        /// It would end before it began.
        case overAlready
        /// Nobody said why.
        case whyMissing
        /// A second person has to agree, not the same one.
        case samePerson
        /// The same login of the box has spoken for the first person already.
        case sameVoice
        /// The condition is over; there is nothing to let rest.
        case nothingToPause
        /// It is not switched off.
        case notOff
        /// A test message is answered by the person to whom it went, a hand-over by those who were asked.
        case notYours
    }

    /// The kind; `acts.refused.<code>` of the language files tells the person why and what to do.
    public var code: Code
    /// The alert's number as the person said it; 0 where it is about none.
    public var number: Int
    /// The latest time that would be allowed.
    public var latest: Instant?

    init(code: Code, number: Int = 0, latest: Instant? = nil) {
        self.code = code
        self.number = number
        self.latest = latest
    }
}

/// Why an alert of the box is over although no message ended it.
public enum AlertDrop: String, Hashable, Sendable {
    // The raw values stand in stored alerts, and are keys of the language files.
    /// Nobody waits for its subject any more.
    case notAwaited = "dropped"
    /// No device measures the sensor any more.
    case unmeasured
    /// Another device measures the sensor now.
    case rebound
    /// Nothing was heard of it for long.
    case quiet
}
