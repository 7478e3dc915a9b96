/// What an amount of a budget is multiplied with.
public enum BudgetBasis: Hashable, Sendable, Codable {
    /// As it stands.
    case total
    /// Per person served and day.
    case perPerson
    /// Per square metre of the areas that the decision declares.
    case perSquareMetre(area: String)
    /// A part of what several communities share, in whole parts.
    case part(ours: Int, of: Int)
}

/// What a decision says of an amount that several communities share: how it is shared, who adds up, and the confederal
/// decision that it rests on.
public struct SharedBudget: Hashable, Sendable, Codable {
    /// By what the parts are counted.
    public enum Key: String, Hashable, Sendable, Codable, CaseIterable {
        // As written after `by:`.
        case persons, need, equal
    }

    /// By what the parts are counted.
    public var key: Key
    /// Who adds up what all of them use, by language code.
    public var addsUp: [String: String]
    /// Who decided it, by language code.
    public var decidedBy: [String: String]
    /// The number of that decision.
    public var number: Int
    /// The day of that decision.
    public var date: CalendarDate
    /// The SHA-256 of its text in lower-case hexadecimal; nil where it is cited without.
    public var sha256: String?

    /// Makes what is said of a shared amount.
    public init(
        key: Key, addsUp: [String: String], decidedBy: [String: String], number: Int, date: CalendarDate,
        sha256: String? = nil
    ) {
        self.key = key
        self.addsUp = addsUp
        self.decidedBy = decidedBy
        self.number = number
        self.date = date
        self.sha256 = sha256
    }

    /// One sentence: how it is shared, who adds up, what was decided where.
    public func words(_ book: Phrasebook) -> String {
        func named(_ names: [String: String]) -> String {
            names.text(in: book.language) ?? ""
        }
        return book.text(
            "limits.detail.shared",
            [
                "key": book.text("limits.share_key.\(key.rawValue)"), "adds_up": named(addsUp),
                "by": named(decidedBy), "number": "\(number)", "date": book.date(date),
            ])
    }
}

/// Hours of the local day, in minutes after midnight; the end may lie on the next day.
public struct DayWindow: Hashable, Sendable, Codable {
    /// The first minute, 0 to 1439.
    public var from: Int
    /// The first minute after it, 0 to 1440.
    public var until: Int

    /// Makes a window.
    public init(from: Int, until: Int) {
        self.from = from
        self.until = until
    }

    /// True where a minute of the day lies in it.
    public func contains(minute: Int) -> Bool {
        from <= until ? (from..<until).contains(minute) : minute >= from || minute < until
    }

    /// Its instants on the local day on which it begins.
    public func instants(on date: CalendarDate, in zone: Zone) -> Range<Instant> {
        func instant(_ minute: Int, _ date: CalendarDate) -> Instant {
            minute >= 1440
                ? zone.start(of: date.adding(days: 1))
                : zone.instant(of: CivilTime(date: date, millisecondOfDay: minute * 60_000))
        }
        let begin = instant(from, date)
        let end = instant(until, until > from ? date : date.adding(days: 1))
        return begin..<max(begin, end)
    }
}

/// Days of every year, such as 1 May to 30 September; the end may lie in the next year.
public struct YearSpan: Hashable, Sendable, Codable {
    /// The first month and day.
    public var from: MonthDay
    /// The last month and day.
    public var through: MonthDay

    /// A day of every year.
    public struct MonthDay: Hashable, Comparable, Sendable, Codable {
        /// 1 to 12.
        public var month: Int
        /// 1 to 31; days that a month does not have mean its last.
        public var day: Int

        /// Makes a day.
        public init(month: Int, day: Int) {
            self.month = month
            self.day = day
        }

        /// Orders within a year.
        public static func < (left: MonthDay, right: MonthDay) -> Bool {
            (left.month, left.day) < (right.month, right.day)
        }

        /// The date in a year.
        public func date(in year: Int) -> CalendarDate {
            CalendarDate(year: year, month: month, day: min(day, CalendarDate.days(inMonth: month, of: year)))
        }
    }

    /// Makes a span.
    public init(from: MonthDay, through: MonthDay) {
        self.from = from
        self.through = through
    }

    /// True where a date lies in it.
    public func contains(_ date: CalendarDate) -> Bool {
        let day = MonthDay(month: date.month, day: date.day)
        return from <= through ? from <= day && day <= through : day >= from || day <= through
    }

    /// The first day of the span that a date lies in; nil outside.
    public func start(containing date: CalendarDate) -> CalendarDate? {
        guard contains(date) else { return nil }
        let this = from.date(in: date.year)
        return this <= date ? this : from.date(in: date.year - 1)
    }

    /// How many days the span has that begins on a date.
    public func dayCount(from start: CalendarDate) -> Int {
        let end = through.date(in: from <= through ? start.year : start.year + 1)
        return Int(end.daysSinceEpoch - start.daysSinceEpoch) + 1
    }
}

/// The period over which a budget is counted, in the community's own days.
public enum BudgetPeriod: Hashable, Sendable, Codable {
    // Calendar periods; weeks start on Monday.
    case day, week, month
    /// The same days of every year.
    case season(YearSpan)

    /// The first day of the period that contains a date; weeks begin on Monday. Nil outside of a season.
    public func start(containing date: CalendarDate) -> CalendarDate? {
        switch self {
        case .day: date
        case .week: date.adding(days: 1 - date.weekday)
        case .month: CalendarMonth(of: date).firstDay
        case .season(let span): span.start(containing: date)
        }
    }

    /// How many days the period has that begins on a date.
    public func dayCount(from start: CalendarDate) -> Int {
        switch self {
        case .day: 1
        case .week: 7
        case .month: CalendarMonth(of: start).dayCount
        case .season(let span): span.dayCount(from: start)
        }
    }

    /// The word for it in the language files.
    public var word: String {
        switch self {
        case .day: "day"
        case .week: "week"
        case .month: "month"
        case .season: "season"
        }
    }
}

/// For how many, on how much ground: what amounts of a decision are multiplied with.
public struct Scale: Hashable, Sendable, Codable {
    /// Persons served; nil where the decision does not say.
    public var persons: Int?
    /// Square metres by the areas' names.
    public var areas: [String: DecimalValue]

    /// Makes a scale.
    public init(persons: Int?, areas: [String: DecimalValue] = [:]) {
        self.persons = persons
        self.areas = areas
    }

    /// The whole amount of a number of days; nil where it is not known for how many or how much.
    public func whole(_ amount: DecimalValue, _ basis: BudgetBasis, days: Int) -> DecimalValue? {
        switch basis {
        case .total: amount
        case .perPerson: persons.flatMap { amount.multiplied(by: DecimalValue(Int64($0 * days))) }
        case .perSquareMetre(let area): areas[area].flatMap { amount.multiplied(by: $0) }
        case .part(let ours, let all): amount.multiplied(byRatio: Int64(ours), Int64(all))
        }
    }
}
