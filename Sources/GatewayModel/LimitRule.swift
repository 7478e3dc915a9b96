extension Limit {
    /// The rule that is watched; amounts and values are in the limit's ``Limit/unit``.
    ///
    /// Rules on the stream of measurements are judged as they come, rules on days once a day is over.
    public enum Rule: Hashable, Sendable, Codable {
        /// A momentary value; raised when outside for `onDelay` seconds, cleared when inside by `deadband` for `offDelay`.
        case instant(value: DecimalValue, deadband: DecimalValue, onDelay: Int64, offDelay: Int64)
        /// A momentary value that changes by more than `change` within so many seconds.
        case rate(change: DecimalValue, within: Int64, direction: Direction)
        /// A momentary value outside at no less than so many of the sensors at once, for `onDelay` seconds.
        case sites(value: DecimalValue, deadband: DecimalValue, atLeast: Int, onDelay: Int64)
        /// An amount per period. Warnings at shares in percent.
        case budget(amount: DecimalValue, period: BudgetPeriod, basis: BudgetBasis, warnAt: [Int])
        /// The least or mean amount an hour in the window of each night, in so many nights in a row; with `usualNights` the
        /// amount above the middle one of so many nights before them.
        case nightFlow(
            perHour: DecimalValue, window: DayWindow, nights: Int, statistic: NightStatistic, usualNights: Int?)
        /// An amount in each of so many intervals of `every` seconds in a row: something never stops running.
        case continuousFlow(amount: DecimalValue, every: Int64, intervals: Int)
        /// An amount within hours of the day in which nothing is to be used.
        case closedHours(amount: DecimalValue, window: DayWindow)
        /// Minutes a day in which a sensor's flow is at least `perHour`, for each sensor on its own.
        case turn(minutes: Int, perHour: DecimalValue)
        /// No report for that many seconds.
        case silence(after: Int64)
        /// The same value reported for that many seconds.
        case flatline(after: Int64)
        /// The measured part of a day in thousandths.
        case measured(permille: Int)
        /// An amount in any so many days in a row.
        case rolling(amount: DecimalValue, days: Int, basis: BudgetBasis)
        /// An amount delivered each day, and where given a flow an hour that the day's greatest value must reach.
        case delivered(amount: DecimalValue, basis: BudgetBasis, flow: DecimalValue?, flowUnit: Unit, at: [SensorID])
        /// What the sensors measure less what others do, in a period: an amount, or where nil a share of the first.
        case balance(minus: [SensorID], amount: DecimalValue?, permille: Int, period: BudgetPeriod)
        /// The use of a day as a share, in thousandths, of what others measure that day.
        case share(of: [SensorID], permille: Int)
        /// The mean use of a day in this month, in thousandths of that of another month.
        case comparison(with: ComparedMonth, permille: Int)
        /// What days use beyond what is expected of a day, added up and never below zero, over so many days: a one-sided
        /// CUSUM (E. S. Page, Continuous Inspection Schemes, Biometrika 41, 1954).
        case drift(amount: DecimalValue, expected: DecimalValue, days: Int)
        /// So many days with `amount` or more, at most, in a span; for each sensor on its own: "not daily".
        case useDays(amount: DecimalValue, most: Int, span: DaySpan)
        /// Turns of the sensors: a day with `amount` or more is one, and so are the days up to `lasts` from its first one.
        /// Nobody has a second turn before all have had one; `order` says who comes first. Counted from the season's first
        /// day (from 1 January where there is no season), not before `from`.
        case turns(amount: DecimalValue, order: TurnOrder, lasts: Int, from: CalendarDate?)
    }

    /// Days that are counted together.
    public enum DaySpan: Hashable, Sendable, Codable {
        /// Any so many days in a row.
        case any(Int)
        /// The days of a week, from Monday on, or of a month.
        case calendar(BudgetPeriod)

        /// The span's days up to a day.
        public func dates(through date: CalendarDate) -> [CalendarDate] {
            let first =
                switch self {
                case .any(let days): date.adding(days: 1 - days)
                case .calendar(let period): period.start(containing: date) ?? date
                }
            return (0...Int(date.daysSinceEpoch - first.daysSinceEpoch)).map { first.adding(days: $0) }
        }

        /// The most days it has.
        public var longest: Int {
            switch self {
            case .any(let days): days
            case .calendar(.week): 7
            case .calendar: 31
            }
        }
    }

    /// Who comes first where turns are taken.
    public enum TurnOrder: String, Hashable, Sendable, Codable, CaseIterable {
        /// In the order in which the limit names its sensors.
        case listed = "as_listed"
        /// Those that had no turn in the season before, with their first one.
        case dryFirst = "dry_first"
        /// Whoever wants to.
        case any
    }

    /// Which way a value moves.
    public enum Direction: String, Hashable, Sendable, Codable, CaseIterable {
        // As written after `direction:`.
        case falls, rises
    }

    /// How the hours of a night become one figure.
    public enum NightStatistic: String, Hashable, Sendable, Codable, CaseIterable {
        // As written after `statistic:`.
        case minimum, mean
    }

    /// With which month a month is compared.
    public enum ComparedMonth: String, Hashable, Sendable, Codable, CaseIterable {
        /// The same month a year before.
        case lastYear = "last_year"
        /// The month before.
        case lastMonth = "last_month"
    }
}

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
