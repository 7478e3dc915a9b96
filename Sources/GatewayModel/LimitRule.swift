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
        case sites(value: DecimalValue, deadband: DecimalValue, at: SiteCount, onDelay: Int64)
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

    /// How many of several places.
    public enum SiteCount: Hashable, Sendable, Codable {
        /// So many.
        case count(Int)
        /// A share of all, such as 1 of 3 for a third.
        case share(Int, of: Int)

        /// The fewest places that are so many.
        public func least(of all: Int) -> Int {
            switch self {
            case .count(let count): count
            case .share(let part, let whole): max(1, (all * part + whole - 1) / whole)
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

extension Limit.Rule {
    /// What its amount is multiplied with; nil for rules without an amount per time.
    public var basis: BudgetBasis? {
        switch self {
        case .budget(_, _, let basis, _), .rolling(_, _, let basis), .delivered(_, let basis, _, _, _): basis
        default: nil
        }
    }
}
