import GatewayModel

/// What alerts go by beside the decisions of the assembly: its meetings, and how long something may rest.
public struct AlertPolicy: Sendable {
    /// The community's time zone.
    public var zone: Zone
    /// When the assembly meets; nil where nobody has said so.
    public var meetings: Meetings?
    /// The duty list; nil where everybody is called at once.
    public var roster: DutyRoster?
    /// How long is waited before the next person is called.
    public var waits = Waits()
    /// False while recorded messages are replayed: nobody is called, and nobody is said to have been.
    public var callsPeople = true
    /// The limits that cannot be watched while sensors are not heard.
    public var stakes: [Stake] = []
    /// The places of the community's sensors; those of households are in none.
    public var places: [SensorID: String] = [:]
    /// How often sensors report, in seconds; those without a rhythm are in none.
    public var intervals: [SensorID: Int64] = [:]

    /// Makes a policy.
    public init(zone: Zone = .utc, meetings: Meetings? = nil) {
        self.zone = zone
        self.meetings = meetings
    }

    /// Waiting times of the escalation, in seconds.
    public struct Waits: Hashable, Sendable {
        /// From the call of the person on duty to that of the second one.
        public var second: Int64 = 900
        /// From there to the call of everybody.
        public var all: Int64 = 900
        /// From there to the next call of everybody, again and again.
        public var again: Int64 = 3600

        /// The default times.
        public init() {}
    }

    /// Seconds within which a sensor without a rhythm is heard again.
    static let usualInterval: Int64 = 900
    /// Seconds that a pause lasts at most.
    static let longestPause: Int64 = 7 * 86_400
    /// Seconds that something which protects people may rest.
    static let longestForPeople = AlertPause.longestForPeople
    /// Seconds that something is switched off at most where no assembly is known.
    static let longestOff: Int64 = 35 * 86_400
    /// Everybody is called so often in vain before it is only done once a day.
    static let mostRepeats = 24
    /// Seconds after which somebody who is going is asked again, without a note.
    static let reminderSeconds: Int64 = 7200

    /// The latest end of a pause that begins now: seven days, the next assembly, and for people a day.
    func latestPause(forPeople: Bool, now: Instant) -> Instant {
        let longest = forPeople ? AlertPolicy.longestForPeople : AlertPolicy.longestPause
        return min(now.advanced(bySeconds: longest), nextAssembly(now))
    }

    /// The latest end of a switch-off that begins now: the next assembly, and for people a day.
    func latestOff(forPeople: Bool, now: Instant) -> Instant {
        forPeople ? latestPause(forPeople: true, now: now) : nextAssembly(now)
    }

    func nextAssembly(_ now: Instant) -> Instant {
        meetings?.next(after: now) ?? now.advanced(bySeconds: AlertPolicy.longestOff)
    }

    /// Puts a wish beside the one that waits for a second person, and says what counts then.
    ///
    /// Terms in force stay as they are until a second person has agreed to others: one person alone prolongs nothing.
    func agreed(
        _ wish: AlertPause, with terms: AlertPause?, beside other: AlertPause?, latest: Instant, number: Int = 0
    ) throws(AnswerError) -> (terms: AlertPause, wish: AlertPause?) {
        guard !wish.reason.isEmpty else { throw AnswerError(code: .whyMissing, number: number) }
        guard wish.until > wish.at else { throw AnswerError(code: .overAlready, number: number) }
        guard wish.until <= latest else { throw AnswerError(code: .tooLong, number: number, latest: latest) }
        guard wish.needsSecond else { return (wish, nil) }
        let running = terms.flatMap { $0.isInForce && $0.until > wish.at ? $0 : nil }
        // A wish whose end has passed is none any more.
        guard let waiting = terms?.isInForce == true ? other : terms, waiting.until > wish.at else {
            return running.map { ($0, wish) } ?? (wish, nil)
        }
        guard waiting.person != wish.person else { throw AnswerError(code: .samePerson, number: number) }
        // One login can name two persons, and nobody knows whether both were asked.
        if let first = waiting.voice, first == wish.voice { throw AnswerError(code: .sameVoice, number: number) }
        var agreed = waiting
        // Two persons agree on no more than both have said.
        agreed.until = min(waiting.until, wish.until)
        agreed.confirmedBy = wish.person
        return (agreed, nil)
    }
}
