/// The assembly's meetings: what comes again by rule, and which of them are moved or cancelled.
public struct Meetings: Hashable, Sendable {
    /// One meeting.
    public struct Meeting: Hashable, Sendable {
        /// The day on which the rule puts it; it stays the same when the meeting is moved.
        public var day: CalendarDate
        /// When it begins.
        public var at: Instant
    }

    /// What comes of a meeting that the rule foresees.
    public enum Change: Hashable, Sendable {
        /// It is held at another time.
        case moved(Instant)
        /// It is not held.
        case cancelled
    }

    /// Meetings that begin at one time of day, once or again and again.
    public struct Series: Hashable, Sendable {
        /// Tells series of one calendar apart; empty where there is one.
        public var id: String
        /// The first day, in the series' zone.
        public var start: CalendarDate
        /// Minutes after local midnight, 0 to 1439.
        public var minuteOfDay: Int
        /// In which zone days and times are.
        public var zone: Zone
        /// How it comes again; nil for a single meeting.
        public var recurrence: Recurrence?
        /// What was changed, by the day that the rule foresees.
        public var changes: [CalendarDate: Change]

        /// Makes a series.
        public init(
            id: String = "", start: CalendarDate, minuteOfDay: Int, zone: Zone, recurrence: Recurrence?,
            changes: [CalendarDate: Change] = [:]
        ) {
            self.id = id
            self.start = start
            self.minuteOfDay = minuteOfDay
            self.zone = zone
            self.recurrence = recurrence
            self.changes = changes
        }

        /// The first day of the rule on or after a day, moved and cancelled ones among them.
        public func day(onOrAfter date: CalendarDate) -> CalendarDate? {
            guard let recurrence else { return start >= date ? start : nil }
            return recurrence.first(onOrAfter: date, from: start)
        }

        /// When the meeting of a day begins as the rule foresees.
        public func instant(on date: CalendarDate) -> Instant {
            zone.instant(of: CivilTime(date: date, millisecondOfDay: minuteOfDay * 60_000))
        }

        /// The first meeting that begins after an instant.
        public func next(after instant: Instant) -> Meeting? {
            let moved = changes.compactMap { day, change -> Meeting? in
                guard case .moved(let at) = change, at > instant else { return nil }
                return Meeting(day: day, at: at)
            }
            var day = self.day(onOrAfter: zone.date(at: instant))
            while let candidate = day, changes[candidate] != nil || self.instant(on: candidate) <= instant {
                day = self.day(onOrAfter: candidate.adding(days: 1))
            }
            let plain = day.map { Meeting(day: $0, at: self.instant(on: $0)) }
            return (moved + [plain].compactMap { $0 }).min { ($0.at, $0.day) < ($1.at, $1.day) }
        }
    }

    /// The series.
    public var series: [Series]

    /// Makes meetings.
    public init(_ series: [Series]) {
        self.series = series
    }

    /// Meetings by a plain rule such as `first Sunday 18:00`.
    public init(_ rule: MeetingRule, zone: Zone) {
        series = [
            Series(
                start: CalendarDate(year: 2000, month: 1, day: 1), minuteOfDay: rule.minuteOfDay, zone: zone,
                recurrence: rule.recurrenceOfDays)
        ]
    }

    /// The first meeting that begins after an instant; nil where none is foreseen.
    public func nextMeeting(after instant: Instant) -> Meeting? {
        series.compactMap { $0.next(after: instant) }.min { ($0.at, $0.day) < ($1.at, $1.day) }
    }

    /// The meeting that the rule puts on a day, when it is held; nil where none is foreseen there, or it is cancelled.
    public func meeting(on day: CalendarDate) -> Meeting? {
        series.compactMap { series -> Meeting? in
            switch series.changes[day] {
            case .cancelled: nil
            case .moved(let at): Meeting(day: day, at: at)
            case nil: series.day(onOrAfter: day) == day ? Meeting(day: day, at: series.instant(on: day)) : nil
            }
        }.min { $0.at < $1.at }
    }

    /// True where the meeting that the rule puts on a day is not held.
    public func isCancelled(_ day: CalendarDate) -> Bool {
        meeting(on: day) == nil && series.contains { $0.changes[day] == .cancelled }
    }

    /// When the first meeting after an instant begins; nil where none is foreseen.
    public func next(after instant: Instant) -> Instant? {
        nextMeeting(after: instant)?.at
    }

    /// The next meetings after an instant, soonest first; fewer where the rule ends.
    public func meetings(_ count: Int, after instant: Instant) -> [Instant] {
        var result: [Instant] = []
        while result.count < count, let next = next(after: result.last ?? instant) { result.append(next) }
        return result
    }

    /// The same local time so many days before a meeting: when its agenda closes, or its draft goes out.
    public static func moment(before meeting: Instant, days: Int, in zone: Zone) -> Instant {
        let local = meeting.advanced(bySeconds: Int64(zone.offsetSeconds(at: meeting)))
        let millisecond = local.milliseconds.flooredRemainder(by: 86_400_000)
        return zone.instant(
            of: CivilTime(date: zone.date(at: meeting).adding(days: -days), millisecondOfDay: Int(millisecond)))
    }

    /// Enters a change of the meeting that the rule puts on a day; false where there is none on that day.
    public mutating func change(_ day: CalendarDate, to change: Change) -> Bool {
        guard let index = series.firstIndex(where: { $0.day(onOrAfter: day) == day }) else { return false }
        series[index].changes[day] = change
        return true
    }
}

extension MeetingRule {
    /// The rule's days as a recurrence.
    public var recurrenceOfDays: Recurrence {
        switch recurrence {
        case .weekly:
            var days = Recurrence(.weekly)
            days.weekdays = [Recurrence.Weekday(weekday: weekday)]
            return days
        case .monthly(let nth):
            var days = Recurrence(.monthly)
            days.weekdays = [Recurrence.Weekday(nth: nth, weekday: weekday)]
            return days
        }
    }
}
