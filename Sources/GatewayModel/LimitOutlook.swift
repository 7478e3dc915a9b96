/// What may be said ahead about a limit from what was measured so far.
public enum LimitOutlook: Hashable, Sendable {
    /// Whose turn comes next, and of whom nobody can say it.
    case turns(due: [SensorID], unknown: [SensorID])
    /// How far a budget goes.
    case budget(BudgetPace)

    /// In words, a sentence each; `name` gives the name of a sensor.
    public func words(_ book: Phrasebook, of limit: Limit, name: (SensorID) -> String) -> [String] {
        let title = limit.titles.text(in: book.language) ?? limit.id
        switch self {
        case .turns(let due, let unknown):
            return [("turns", due), ("turns_unknown", unknown)].filter { !$0.1.isEmpty }.map { key, sensors in
                book.text("limits.outlook.\(key)", ["limit": title, "sensors": book.list(sensors.map(name))])
            }
        case .budget(let pace):
            var values = [
                "limit": title, "value": book.number(pace.used, places: 2), "bound": book.number(pace.bound, places: 2),
                "unit": book.unit(limit.unit), "through": book.date(pace.through),
            ]
            switch pace.certainty {
            case .whole: return [book.text("limits.outlook.used", values) + " " + pace.words(book)]
            case .part(let percent):
                values["percent"] = "\(percent)"
                return [book.text("limits.outlook.used_least", values) + " " + pace.words(book)]
            case .inQuestion: return [book.text("limits.outlook.used_in_question", values) + " " + pace.words(book)]
            case .nothing: return [book.text("limits.outlook.used_unknown", values)]
            }
        }
    }
}

/// How far an amount per time goes if the rest of its period is as the days so far.
public struct BudgetPace: Hashable, Sendable {
    /// How sure it is what was used.
    public enum Certainty: Hashable, Sendable {
        /// All of it is known.
        case whole
        /// So many percent were measured: it was this or more.
        case part(percent: Int)
        /// All was measured, and some of it is in question: it was this or more.
        case inQuestion
        /// Nothing was measured.
        case nothing
    }

    /// How sure it is what was used.
    public var certainty: Certainty
    /// What was used since the period began, in the limit's unit.
    public var used: DecimalValue
    /// The whole period's amount, in the limit's unit.
    public var bound: DecimalValue
    /// The day up to which was counted.
    public var through: CalendarDate
    /// The period's last day.
    public var end: CalendarDate
    /// What it comes to by then in percent of the amount; nil where too little was measured to say.
    public var course: Int?
    /// The day on which the amount is used up; nil where it lasts, or where too little was measured.
    public var reached: CalendarDate?

    /// The part of the days that must be measured, in thousandths.
    public static let enough = 900

    /// Nil before a tenth of the period, and three of its days, are over: a pace needs some days; and where nothing is left
    /// to say, since all is used.
    ///
    /// `dates` are the period's days that count, `elapsed` how many of them are over, `isMeasured` whether enough of these was
    /// measured to foresee anything.
    public init?(
        used: DecimalValue, bound: DecimalValue, dates: [CalendarDate], elapsed: Double, through: CalendarDate,
        isMeasured: Bool, certainty: Certainty = .whole
    ) {
        guard let end = dates.last, elapsed >= max(3, Double(dates.count) / 10), elapsed < Double(dates.count),
            bound > .zero, used <= bound
        else { return nil }
        self.certainty = certainty
        self.used = used
        self.bound = bound
        self.through = through
        self.end = end
        guard isMeasured else { return }
        // Binary fractions may miss a whole number by a hair.
        let hair = 1e-9
        let share = used.doubleValue / bound.doubleValue
        course = Int(min(1e6, share * 100 * Double(dates.count) / elapsed + hair))
        let lasts = elapsed / share + hair
        if used > .zero, lasts < Double(dates.count) { reached = dates[Int(lasts)] }
    }

    /// `At this pace all of it is used on 21 October 2026.`
    public func words(_ book: Phrasebook) -> String {
        guard let course else { return book.text("limits.outlook.pace_unknown") }
        let values = ["percent": "\(course)", "end": book.date(end), "date": reached.map { book.date($0) } ?? ""]
        let key = (reached == nil ? "pace" : "pace_reached") + (certainty == .whole ? "" : "_least")
        return book.text("limits.outlook.\(key)", values)
    }
}
