import GatewayModel

/// How a limit was kept on one day.
public enum LimitDayState: String, Hashable, Sendable, CaseIterable {
    /// Kept.
    case within
    /// Kept, but a warning level was reached.
    case near
    /// Passed at some time of the day.
    case past
    /// Not enough was measured to say.
    case unknown
}

extension Limit {
    /// The same without what may name a home.
    fileprivate func onHomes() -> Limit {
        var limit = self
        limit.id = "homes"
        limit.titles = [:]
        limit.responses = [:]
        limit.sensors = []
        return limit
    }
}

/// What was used of a budget in one of its periods.
public struct BudgetUse: Hashable, Sendable {
    /// How much, in the limit's unit.
    public var amount: DecimalValue
    /// True where it was at least so much: something of the period is not known.
    public var isLowerBound: Bool
    /// The last day that is counted, where the period goes on after it; nil for a whole period.
    public var until: CalendarDate?
    /// True where the budget was passed on a day of it.
    public var isPassed: Bool

    /// Makes facts.
    public init(amount: DecimalValue, isLowerBound: Bool, until: CalendarDate?, isPassed: Bool) {
        self.amount = amount
        self.isLowerBound = isLowerBound
        self.until = until
        self.isPassed = isPassed
    }
}

/// How a limit ended.
public struct Replaced: Hashable, Sendable {
    /// The decision that replaced its own.
    public var by: Int
    /// The last day on which it could count.
    public var lastDay: CalendarDate

    /// Makes facts.
    public init(by decision: Int, lastDay: CalendarDate) {
        by = decision
        self.lastDay = lastDay
    }
}

/// A limit with the resolution that set it and how it was kept.
public struct LimitFacts: Hashable, Sendable {
    /// The limit's name.
    public var reference: LimitReference
    /// The limit as adopted.
    public var limit: Limit
    /// For how many people and how much ground it counts, as the decision declares them.
    public var scale: Scale
    /// The day of the assembly that decided.
    public var decidedOn: CalendarDate
    /// The first day in force.
    public var inForceFrom: CalendarDate
    /// The day on which the decision was adopted here; alerts count from then on.
    public var adoptedOn: CalendarDate
    /// The day by which the assembly looks at it again.
    public var reviewBy: CalendarDate
    /// The state of each local day of the month; days left out count as unknown.
    public var days: [CalendarDate: LimitDayState]
    /// Days on which it had nothing to say: before it was in force, out of its season, at another level of its stages.
    public var idleDays: Set<CalendarDate>
    /// What was used of a budget, per period by its first day; empty for other rules.
    public var budgetUse: [CalendarDate: BudgetUse]
    /// True where its review date has passed and it is shown only.
    public var isLapsed: Bool
    /// The decision that replaced its own, and the last day before that; nil where none has.
    public var replaced: Replaced?
    /// What may be said ahead at the end of the month, or on the day of the report where the month runs; nil for nothing.
    public var outlook: LimitOutlook?
    /// For a limit that protects people: points that did not get the minimum at some time; nil where not known.
    public var pointsBelow: Int?

    /// True where it counts so few homes that whatever is said of it would tell of one: its name may be a home's, its days and
    /// figures are left out.
    public private(set) var isOnHomes = false

    /// The same without a word that could tell of a home: the decision, its dates, and that there is such a limit.
    public func onHomes() -> LimitFacts {
        var facts = self
        facts.isOnHomes = true
        facts.reference.limit = "homes"
        facts.limit = limit.onHomes()
        facts.days = [:]
        facts.budgetUse = [:]
        facts.outlook = nil
        facts.pointsBelow = nil
        return facts
    }

    /// Makes a limit's facts.
    public init(
        reference: LimitReference, limit: Limit, decidedOn: CalendarDate, inForceFrom: CalendarDate,
        adoptedOn: CalendarDate, reviewBy: CalendarDate, days: [CalendarDate: LimitDayState],
        idleDays: Set<CalendarDate> = [], budgetUse: [CalendarDate: BudgetUse] = [:], isLapsed: Bool = false,
        outlook: LimitOutlook? = nil, pointsBelow: Int? = nil, scale: Scale = Scale(persons: nil)
    ) {
        self.scale = scale
        self.reference = reference
        self.limit = limit
        self.decidedOn = decidedOn
        self.inForceFrom = inForceFrom
        self.adoptedOn = adoptedOn
        self.reviewBy = reviewBy
        self.days = days
        self.idleDays = idleDays
        self.budgetUse = budgetUse
        self.isLapsed = isLapsed
        self.outlook = outlook
        self.pointsBelow = pointsBelow
    }
}
