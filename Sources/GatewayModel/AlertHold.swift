/// A pause of one alert: it stays on the list, and nobody is called for it until the pause ends.
public struct AlertPause: Hashable, Sendable, Codable {
    /// When it was asked for.
    public var at: Instant
    /// When it ends.
    public var until: Instant
    /// Why.
    public var reason: String
    /// Who asked for it.
    public var person: String
    /// True where it protects people: a second person has to confirm.
    public var needsSecond: Bool
    /// The second person, once there is one.
    public var confirmedBy: String?
    /// By what the gateway knew the person who asked: a login of the box, or a way of the person's own; nil for unknown.
    public var voice: String?

    /// Makes a pause.
    public init(
        at: Instant, until: Instant, reason: String, person: String, needsSecond: Bool, confirmedBy: String? = nil,
        voice: String? = nil
    ) {
        self.voice = voice
        self.at = at
        self.until = until
        self.reason = reason
        self.person = person
        self.needsSecond = needsSecond
        self.confirmedBy = confirmedBy
    }

    /// True once everybody who has to agree has agreed.
    public var isInForce: Bool { !needsSecond || confirmedBy != nil }

    /// Lets it end at that time at the latest.
    public mutating func end(by latest: Instant) { until = min(until, latest) }

    /// Seconds that something which protects people may rest.
    public static let longestForPeople: Int64 = 86_400

    /// True where what protects people may rest by it: two persons agreed, for a day at most.
    public var mayRestPeople: Bool {
        confirmedBy != nil && until <= at.advanced(bySeconds: AlertPause.longestForPeople)
    }
}

/// A sensor or limit that is switched off on purpose: its alerts are recorded, and nobody is called, until it ends.
public struct SwitchedOff: Hashable, Sendable, Codable {
    /// The sensor, or the limit as `1/tank-minimum`.
    public var subject: String
    /// The terms: since when, until when, why, by whom.
    public var terms: AlertPause
    /// Further terms that a second person has not agreed to yet; they change nothing in those in force.
    public var wish: AlertPause?
    /// True for a sensor of one household.
    public var isHousehold: Bool

    /// Makes an entry.
    public init(subject: String, terms: AlertPause, wish: AlertPause? = nil, isHousehold: Bool) {
        self.subject = subject
        self.terms = terms
        self.wish = wish
        self.isHousehold = isHousehold
    }

    /// The later end of what runs and what is asked for.
    public var latest: Instant { max(terms.until, wish?.until ?? terms.until) }

    /// The terms that wait for a second person; nil where none do.
    public var asked: AlertPause? { wish ?? (terms.isInForce ? nil : terms) }

    /// What goes on waiting for a second person once the terms are over.
    public var waiting: SwitchedOff? {
        wish.map { SwitchedOff(subject: subject, terms: $0, isHousehold: isHousehold) }
    }
}

extension Alert {
    /// The switch-off of its sensor or limit that waits for a second person, of those that `find` knows; nil where none does.
    public func switchOffAsked(_ find: (String) -> SwitchedOff?) -> SwitchedOff? {
        var subjects = [subject]
        if case .limit(let reference) = cause { subjects.append(reference.description) }
        return subjects.compactMap(find).first { $0.asked != nil }
    }
}
