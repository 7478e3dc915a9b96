/// Days that come again, after the recurrence rule of RFC 5545, section 3.3.10, as far as assemblies use it.
///
/// `FREQ` weekly, monthly or yearly, with `INTERVAL`, `BYDAY`, `BYMONTHDAY`, `BYMONTH`, `BYSETPOS`, `COUNT`, `UNTIL` and
/// `WKST`. Only days are counted here; the time of day is that of the first one.
public struct Recurrence: Hashable, Sendable, Codable {
    /// How often.
    public enum Frequency: String, Hashable, Sendable, Codable, CaseIterable {
        // As RFC 5545 writes them.
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
        case yearly = "YEARLY"
    }

    /// A weekday, or the nth one of a month or year.
    public struct Weekday: Hashable, Sendable, Codable {
        /// The nth, from the end where negative; nil for every one.
        public var nth: Int?
        /// The ISO weekday, 1 for Monday to 7 for Sunday.
        public var weekday: Int

        /// Makes a weekday.
        public init(nth: Int? = nil, weekday: Int) {
            self.nth = nth
            self.weekday = weekday
        }
    }

    /// How often.
    public var frequency: Frequency
    /// Every so many weeks, months or years, 1 or more.
    public var interval = 1
    /// The weekdays; empty for that of the first day.
    public var weekdays: [Weekday] = []
    /// The days of the month, from its end where negative.
    public var monthDays: [Int] = []
    /// The months, 1 to 12; empty for all of them, or the first day's in a yearly rule.
    public var months: [Int] = []
    /// Which of a period's days count, from the end where negative; empty for all.
    public var positions: [Int] = []
    /// How many times at most; nil for no end.
    public var count: Int?
    /// The last day; nil for no end.
    public var until: CalendarDate?
    /// The ISO weekday with which a week begins.
    public var weekStart = 1

    /// Makes a rule without restrictions.
    public init(_ frequency: Frequency) {
        self.frequency = frequency
    }

    /// True where the rule itself says on which days, so that no first day is needed to read it.
    public var namesItsDays: Bool {
        guard interval == 1, count == nil else { return false }
        return switch frequency {
        case .weekly: !weekdays.isEmpty
        case .monthly: !weekdays.isEmpty || !monthDays.isEmpty
        case .yearly: !weekdays.isEmpty || !monthDays.isEmpty && !months.isEmpty
        }
    }

    /// The first of its days on or after a day; nil where the rule has ended or never falls on a day within forty years.
    public func first(onOrAfter date: CalendarDate, from start: CalendarDate) -> CalendarDate? {
        var left = count
        // Where days are counted, the counting begins with the first one.
        var period = count == nil ? max(0, index(of: max(date, start), from: start) - 1) : 0
        let last = index(of: max(date, start).adding(days: Recurrence.horizon), from: start)
        while period <= last {
            for day in days(inPeriod: period, from: start) where day >= start {
                if let until, day > until { return nil }
                if let remaining = left {
                    if remaining == 0 { return nil }
                    left = remaining - 1
                }
                if day >= date { return day }
            }
            period += 1
        }
        return nil
    }

    /// True where a day is one of its days.
    public func contains(_ date: CalendarDate, from start: CalendarDate) -> Bool {
        date >= start && first(onOrAfter: date, from: start) == date
    }

    /// Days after which a rule that has found nothing is taken to have ended.
    static let horizon = 14_700

    /// The number of the period (in steps of the interval) that holds a day.
    private func index(of date: CalendarDate, from start: CalendarDate) -> Int {
        let distance: Int =
            switch frequency {
            case .weekly:
                Int(weekBegin(date).daysSinceEpoch - weekBegin(start).daysSinceEpoch) / 7
            case .monthly: (date.year - start.year) * 12 + date.month - start.month
            case .yearly: date.year - start.year
            }
        return distance / interval
    }

    private func weekBegin(_ date: CalendarDate) -> CalendarDate {
        date.adding(days: -((date.weekday - weekStart + 7) % 7))
    }

    /// The days of one period in order, those before the first day among them.
    private func days(inPeriod number: Int, from start: CalendarDate) -> [CalendarDate] {
        var days: [CalendarDate]
        switch frequency {
        case .weekly:
            let begin = weekBegin(start).adding(days: 7 * number * interval)
            let wanted = weekdays.isEmpty ? [start.weekday] : weekdays.map(\.weekday)
            days = (0..<7).map { begin.adding(days: $0) }.filter {
                wanted.contains($0.weekday) && (months.isEmpty || months.contains($0.month))
            }
        case .monthly:
            let month = start.year * 12 + start.month - 1 + number * interval
            days = self.days(ofMonth: month % 12 + 1, month / 12, from: start)
        case .yearly: days = self.days(ofYear: start.year + number * interval, from: start)
        }
        guard !positions.isEmpty else { return days }
        return Set(positions.map { $0 > 0 ? $0 - 1 : days.count + $0 }).filter(days.indices.contains).sorted()
            .map { days[$0] }
    }

    private func days(ofMonth month: Int, _ year: Int, from start: CalendarDate) -> [CalendarDate] {
        guard frequency == .yearly || months.isEmpty || months.contains(month) else { return [] }
        let length = CalendarDate.days(inMonth: month, of: year)
        let all = (1...length).map { CalendarDate(year: year, month: month, day: $0) }
        if weekdays.isEmpty, monthDays.isEmpty { return all.filter { $0.day == start.day } }
        return all.filter { date in
            (monthDays.isEmpty || monthDays.contains(date.day) || monthDays.contains(date.day - length - 1))
                && (weekdays.isEmpty || Recurrence.fits(date, weekdays, in: all))
        }
    }

    private func days(ofYear year: Int, from start: CalendarDate) -> [CalendarDate] {
        if months.isEmpty, !weekdays.isEmpty, monthDays.isEmpty {
            let first = CalendarDate(year: year, month: 1, day: 1)
            let length = Int(CalendarDate(year: year + 1, month: 1, day: 1).daysSinceEpoch - first.daysSinceEpoch)
            let all = (0..<length).map { first.adding(days: $0) }
            return all.filter { Recurrence.fits($0, weekdays, in: all) }
        }
        let wanted =
            months.isEmpty ? (weekdays.isEmpty && monthDays.isEmpty ? [start.month] : Array(1...12)) : months.sorted()
        return wanted.flatMap { days(ofMonth: $0, year, from: start) }
    }

    private static func fits(_ date: CalendarDate, _ weekdays: [Weekday], in all: [CalendarDate]) -> Bool {
        guard let first = all.first, let last = all.last else { return false }
        let fromStart = Int(date.daysSinceEpoch - first.daysSinceEpoch) / 7 + 1
        let fromEnd = -(Int(last.daysSinceEpoch - date.daysSinceEpoch) / 7 + 1)
        return weekdays.contains { wanted in
            wanted.weekday == date.weekday && (wanted.nth.map { $0 == fromStart || $0 == fromEnd } ?? true)
        }
    }
}
