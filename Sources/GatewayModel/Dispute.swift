/// "I think this is wrong": what somebody says of a reading, a figure or an alert, and what comes of it.
///
/// Only the assembly ends one; the gateway and the stewards check and enter. Until then what it is about is marked.
public struct Dispute: Hashable, Sendable, Codable {
    /// What is said to be wrong.
    public enum Subject: Hashable, Sendable, Codable {
        /// Readings of a sensor from an instant on and before another.
        case readings(SensorID, from: Instant, until: Instant)
        /// What a month's report says of a resource, or of the meters with one role alone.
        case figure(Resource, CalendarMonth, role: SensorRole? = nil)
        /// An alert, by its number.
        case alert(Int)
    }

    /// Where it stands.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        // The raw values stand in the database.
        /// Nobody has looked yet.
        case open
        /// Somebody has checked, for instance with a bucket.
        case checked
        /// The assembly agrees: what it is about does not count.
        case upheld
        /// The assembly does not agree: it counts.
        case kept

        /// True until the assembly has decided.
        public var isOpen: Bool { self == .open || self == .checked }
    }

    /// One look at it.
    public struct Check: Hashable, Sendable, Codable {
        /// When.
        public var at: Instant
        /// Who looked.
        public var person: String
        /// How, and what was found.
        public var how: String

        /// Makes a check.
        public init(at: Instant, person: String, how: String) {
            self.at = at
            self.person = person
            self.how = how
        }
    }

    /// What the assembly decided.
    public struct Verdict: Hashable, Sendable, Codable {
        /// When it was entered.
        public var at: Instant
        /// Who entered it.
        public var enteredBy: String
        /// Why.
        public var reason: String
        /// The number of the adopted decision; nil where minutes tell it.
        public var decision: Int?
        /// The day of the assembly and where its minutes stand; nil where a decision tells it.
        public var minutes: String?

        /// Makes a verdict.
        public init(at: Instant, enteredBy: String, reason: String, decision: Int?, minutes: String?) {
            self.at = at
            self.enteredBy = enteredBy
            self.reason = reason
            self.decision = decision
            self.minutes = minutes
        }
    }

    /// The number people say.
    public var number: Int64
    /// What it is about.
    public var subject: Subject
    /// The sensor that it is about; nil where it is about none.
    public var sensor: SensorID?
    /// The time that it is about, at its begin.
    public var about: Instant
    /// True for a household's business: it stands in nothing public.
    public var isHousehold: Bool
    /// When it was opened.
    public var openedAt: Instant
    /// Who thinks so.
    public var person: String
    /// Who entered it.
    public var enteredBy: String
    /// Why.
    public var why: String
    /// Who has looked, in order.
    public var checks: [Check] = []
    /// What the assembly decided; nil until it has.
    public var verdict: Verdict?
    /// Where it stands.
    public var state = State.open
    /// Under which number the readings are set aside; nil where none are.
    public var setAside: Int64?

    /// Opens a dispute.
    public init(
        number: Int64, subject: Subject, sensor: SensorID?, about: Instant, isHousehold: Bool, openedAt: Instant,
        person: String, enteredBy: String, why: String
    ) {
        self.number = number
        self.subject = subject
        self.sensor = sensor
        self.about = about
        self.isHousehold = isHousehold
        self.openedAt = openedAt
        self.person = person
        self.enteredBy = enteredBy
        self.why = why
    }

    /// True where a reading of that sensor at that time is said to be wrong.
    public func concerns(_ sensor: SensorID, at time: Instant) -> Bool {
        guard case .readings(let own, let from, let until) = subject else { return false }
        return own == sensor && from <= time && time < until
    }

    /// True where it is about that alert.
    public func isAbout(_ alert: Alert) -> Bool { subject == .alert(alert.number) }

    /// What it is about in words; a home is named only where `isNaming` is true.
    public func about(
        _ phrases: Phrasebook, isNaming: Bool, name: (SensorID) -> String, localTime: (Instant) -> String
    ) -> String {
        guard isNaming || !isHousehold else { return phrases.text("disputes.about.home") }
        switch subject {
        case .readings(let sensor, let from, let until):
            return phrases.text(
                "disputes.about.readings",
                ["sensor": name(sensor), "from": localTime(from), "until": localTime(until)])
        case .figure(let resource, let month, let role):
            let values = [
                "resource": phrases.phrases["report.resource.\(resource.rawValue)"] ?? resource.rawValue,
                "month": month.description,
                "role": role.map { phrases.text("report.figures.role.\($0.rawValue)") } ?? "",
            ]
            return phrases.text(role == nil ? "disputes.about.figure" : "disputes.about.part", values)
        case .alert(let number): return phrases.text("disputes.about.alert", ["alert": "\(number)"])
        }
    }
}
