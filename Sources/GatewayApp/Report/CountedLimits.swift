import GatewayModel
import Limits
import Reporting

/// Which limits a month's report speaks of, and on which of its days each of them counted.
struct CountedLimits {
    /// A limit as it counted on some of the days; an emergency measure makes it another for a while.
    struct Version {
        var entry: LimitInForce
        var days: Set<CalendarDate>
    }

    /// Those that counted on any day, by decision and name: also where they were replaced since, or where a level of a stage ended.
    let limits: [LimitInForce]
    private let days: [CalendarDate]
    private let counted: [LimitReference: [Version]]

    init(
        _ month: CalendarMonth, until lastDay: CalendarDate, _ inForce: LimitsInForce, _ keeper: StageKeeper
    ) throws {
        days = month.days.filter { $0 <= lastDay }
        var counted: [LimitReference: [Version]] = [:]
        for date in days {
            for entry in try keeper.limits(on: date, inForce) {
                if let last = counted[entry.reference]?.last, last.entry.limit == entry.limit {
                    let place = (counted[entry.reference]?.count ?? 1) - 1
                    counted[entry.reference]?[place].entry = entry
                    counted[entry.reference]?[place].days.insert(date)
                } else {
                    counted[entry.reference, default: []].append(Version(entry: entry, days: [date]))
                }
            }
        }
        limits = counted.values.compactMap(\.last?.entry).sorted { $0.reference < $1.reference }
        self.counted = counted
    }

    /// A limit as it counted on the days of the month, each with its days, in their order.
    func versions(of entry: LimitInForce) -> [Version] { counted[entry.reference] ?? [] }

    /// The days on which a limit had nothing to say. Amounts of days before it was adopted here are known all the same;
    /// whether a level was passed then was watched by nobody. `past` are days on which it was passed: hours that begin on a
    /// day of the limit reach into the next one.
    func idleDays(of entry: LimitInForce, past: Set<CalendarDate>, in zone: Zone) -> Set<CalendarDate> {
        let adopted = zone.date(at: entry.adoptedAt)
        let hasLapsed = entry.standing == .lapsed && days.first.map { entry.reviewBy > $0 } ?? false
        let countedOn = versions(of: entry).reduce(into: Set<CalendarDate>()) { $0.formUnion($1.days) }
        return Set(
            days.filter { date in
                guard countedOn.contains(date) else { return true }
                // One that lapses in the month is judged until then; after that it is shown only.
                guard !(hasLapsed && date >= entry.reviewBy) else { return true }
                guard entry.limit.counts(on: date) || past.contains(date) else { return true }
                if case .budget = entry.limit.rule { return false }
                return DayRules.isOnDays(entry.limit.rule) ? date <= adopted : date < adopted
            })
    }
}

extension LimitFacts {
    /// What a decision says of a limit, and how it was kept on these days.
    init(
        _ entry: LimitInForce, in zone: Zone, days: [CalendarDate: LimitDayState], idleDays: Set<CalendarDate>,
        budgetUse: [CalendarDate: BudgetUse] = [:], outlook: LimitOutlook? = nil
    ) {
        self.init(
            reference: entry.reference, limit: entry.limit, decidedOn: entry.decidedOn,
            inForceFrom: entry.inForceFrom, adoptedOn: zone.date(at: entry.adoptedAt), reviewBy: entry.reviewBy,
            days: days, idleDays: idleDays, budgetUse: budgetUse, isLapsed: entry.standing == .lapsed,
            outlook: outlook, scale: entry.scale)
    }
}
