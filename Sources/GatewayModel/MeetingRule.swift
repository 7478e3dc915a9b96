/// A weekly or monthly time as people say it, such as that of the assembly or of the change of duty: `first Sunday 18:00`, `last Thursday monthly at 19:30`, `every Friday 20:00`.
public struct MeetingRule: Hashable, Sendable {
    /// How often.
    public enum Rhythm: Hashable, Sendable {
        /// On the nth weekday of each month, 1 to 4, or -1 for the last one.
        case monthly(nth: Int)
        /// On the weekday of each week.
        case weekly
    }

    /// How often.
    public var recurrence: Rhythm
    /// The ISO weekday, 1 for Monday to 7 for Sunday.
    public var weekday: Int
    /// Minutes after local midnight, 0 to 1439.
    public var minuteOfDay: Int

    /// Makes a rule.
    public init(recurrence: Rhythm, weekday: Int, minuteOfDay: Int) {
        self.recurrence = recurrence
        self.weekday = weekday
        self.minuteOfDay = minuteOfDay
    }

    /// A rule as it may be written, for messages about one that is not understood.
    public static let example = "first Sunday 18:00"

    /// Reads a rule; nil where it is not understood.
    ///
    /// `first` to `fourth`, `last` or `every`, an English weekday, and `HH:MM`; `monthly`, `weekly`, `at`, `of`, `the`,
    /// `each` and `month` may stand between them. Case does not matter.
    public static func parse(_ text: String) -> MeetingRule? {
        var recurrence: Rhythm?
        var weekday: Int?
        var minute: Int?
        for word in text.lowercased().split(whereSeparator: { $0 == " " || $0 == "," || $0 == "\t" }).map(String.init) {
            if let found = ordinals[word] {
                guard recurrence == nil else { return nil }
                recurrence = found
            } else if let index = weekdays.firstIndex(of: word) {
                guard weekday == nil else { return nil }
                weekday = index + 1
            } else if let found = minuteOfDay(word) {
                guard minute == nil else { return nil }
                minute = found
            } else if !fillers.contains(word) {
                return nil
            }
        }
        guard let recurrence, let weekday, let minute else { return nil }
        return MeetingRule(recurrence: recurrence, weekday: weekday, minuteOfDay: minute)
    }

    /// The first meeting that begins after an instant.
    public func next(after instant: Instant, in zone: Zone) -> Instant {
        let today = zone.date(at: instant)
        // A meeting recurs within 35 days, and today's may already be over.
        for offset in 0...70 {
            let date = today.adding(days: offset)
            guard isMeetingDay(date) else { continue }
            let start = zone.instant(of: CivilTime(date: date, millisecondOfDay: minuteOfDay * 60_000))
            if start > instant { return start }
        }
        return instant
    }

    private func isMeetingDay(_ date: CalendarDate) -> Bool {
        guard date.weekday == weekday else { return false }
        return switch recurrence {
        case .weekly: true
        case .monthly(nth: -1): date.day + 7 > CalendarDate.days(inMonth: date.month, of: date.year)
        case .monthly(let nth): (date.day - 1) / 7 + 1 == nth
        }
    }

    private static let ordinals: [String: Rhythm] = [
        "first": .monthly(nth: 1), "second": .monthly(nth: 2), "third": .monthly(nth: 3), "fourth": .monthly(nth: 4),
        "last": .monthly(nth: -1), "every": .weekly,
    ]
    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    private static let fillers: Set<String> = ["monthly", "weekly", "at", "of", "the", "each", "month"]

    private static func minuteOfDay(_ word: String) -> Int? {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }
}
