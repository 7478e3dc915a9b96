/// How many alerts volunteers can bear; more than that is for the assembly to talk about.
public struct LoadBudget: Hashable, Sendable {
    /// Alerts that wake people, per steward and week.
    public var nowPerWeek = 1
    /// Alerts for the same day, per day.
    public var todayPerDay = 1

    /// The default budget.
    public init() {}
}
