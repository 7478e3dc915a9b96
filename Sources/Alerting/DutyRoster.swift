import GatewayModel

/// The duty list: who is called first, second and after them, at any time; a value without a clock.
public struct DutyRoster: Hashable, Sendable {
    /// A steward and what is known of the mandate.
    public struct Member: Hashable, Sendable {
        /// The name as it stands in the configuration.
        public var name: String
        /// The first day of the mandate; nil for no mandate that an adopted decision gives.
        public var from: CalendarDate?
        /// The last day of the mandate; nil for none.
        public var through: CalendarDate?
        /// True once a test message was answered.
        public var hasAnswered: Bool
        /// True where an adopted decision gave a mandate once, whatever became of it.
        public var wasMandated: Bool

        /// Makes a member.
        public init(
            name: String, from: CalendarDate?, through: CalendarDate?, hasAnswered: Bool, wasMandated: Bool = false
        ) {
            self.wasMandated = wasMandated
            self.name = name
            self.from = from
            self.through = through
            self.hasAnswered = hasAnswered
        }
    }

    /// A time with those who are called in it.
    public struct Shift: Hashable, Sendable {
        /// The begin.
        public var from: Instant
        /// The end.
        public var until: Instant
        /// Who is called, in order; the first one is on duty.
        public var people: [String]

        /// Makes a shift.
        public init(from: Instant, until: Instant, people: [String]) {
            self.from = from
            self.until = until
            self.people = people
        }
    }

    /// All stewards, in the order of the configuration.
    public var members: [Member]
    /// When the duty changes; weekly.
    public var change: MeetingRule
    /// Who has which week, by the day on which it begins.
    public var weeks: [CalendarDate: [String]]
    /// Who follows whom where no week says otherwise; empty for nobody.
    public var turn: [String]
    /// The day of the first one's first week.
    public var turnSince: CalendarDate
    /// Times from a calendar file; they come before weeks and turn.
    public var calendar: [DutySeries]
    /// The community's time zone.
    public var zone: Zone

    /// Makes a list.
    public init(
        members: [Member], change: MeetingRule, weeks: [CalendarDate: [String]] = [:], turn: [String] = [],
        turnSince: CalendarDate = CalendarDate(year: 2000, month: 1, day: 1), calendar: [DutySeries] = [], zone: Zone
    ) {
        self.members = members
        self.change = change
        self.weeks = weeks
        self.turn = turn
        self.turnSince = turnSince
        self.calendar = calendar
        self.zone = zone
    }

    /// True where a steward holds a mandate on that day and has answered a test message.
    public func counts(_ name: String, at time: Instant) -> Bool {
        members.contains { $0.name == name && $0.hasAnswered } && hasMandate(name, at: time)
    }

    /// True where a steward holds a mandate on that day.
    public func hasMandate(_ name: String, at time: Instant) -> Bool {
        let day = zone.date(at: time)
        return members.contains { member in
            guard member.name == name, let from = member.from, let through = member.through else { return false }
            return from <= day && day <= through
        }
    }

    /// Who is called, in order: those of the shift, then every other steward; only those who count.
    public func order(at time: Instant) -> [String] {
        let first = shift(at: time).people
        return (first + members.map(\.name).filter { !first.contains($0) }).filter { counts($0, at: time) }
    }

    /// Who is on duty: the first of the shift who counts, nil where there is none.
    public func onDuty(at time: Instant) -> String? {
        shift(at: time).people.first { counts($0, at: time) }
    }

    /// The first time in the next seven days at which nobody is on duty; nil where somebody always is.
    public func firstGap(from now: Instant) -> Instant? {
        changes(from: now, until: now.advanced(bySeconds: 7 * 86_400)).first { onDuty(at: $0) == nil }
    }

    /// The times at which it may change who is on duty, `now` first.
    public func changes(from now: Instant, until end: Instant) -> [Instant] {
        var times = [now]
        var next = change.next(after: now, in: zone)
        while next <= end, next > times[times.count - 1] {
            times.append(next)
            next = change.next(after: next, in: zone)
        }
        let span = now..<max(now, end).advanced(byMilliseconds: 1)
        times += calendar.flatMap { $0.shifts(touching: span) }.flatMap { [$0.from, $0.until] }
        for member in members {
            times += [member.from, member.through?.adding(days: 1)].compactMap { $0.map(zone.start) }
        }
        return Set(times.filter { $0 >= now && $0 <= end }).sorted()
    }

    /// The shift of a time; nobody in it where no list says who.
    public func shift(at time: Instant) -> Shift {
        let moment = time..<time.advanced(byMilliseconds: 1)
        if let entry = calendar.flatMap({ $0.shifts(touching: moment) }).max(by: { $0.from < $1.from }) { return entry }
        let begin = weekBegin(time)
        let day = zone.date(at: begin)
        let until = change.next(after: begin, in: zone)
        if let people = weeks[day] { return Shift(from: begin, until: until, people: people) }
        let count = Int(day.daysSinceEpoch - turnSince.daysSinceEpoch)
        guard !turn.isEmpty, count >= 0 else { return Shift(from: begin, until: until, people: []) }
        let index = count / 7 % turn.count
        return Shift(from: begin, until: until, people: Array(turn[index...] + turn[..<index]))
    }

    private func weekBegin(_ time: Instant) -> Instant {
        let today = zone.date(at: time)
        let begins = (0...7).lazy.map { today.adding(days: -$0) }.filter { $0.weekday == change.weekday }
            .map { zone.instant(of: CivilTime(date: $0, millisecondOfDay: change.minuteOfDay * 60_000)) }
        return begins.first { $0 <= time } ?? time
    }
}
