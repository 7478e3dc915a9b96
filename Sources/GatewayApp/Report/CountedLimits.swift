import GatewayModel
import Limits

/// Which limits a month's report speaks of, and on which of its days each of them counted.
struct CountedLimits {
    /// A limit as it counted on some of the days; an emergency measure makes it another for a while.
    struct Version {
        var entry: LimitInForce
        var days: Set<CalendarDate>
    }

    /// Those in force on the last day, and those of the same decisions that counted at another level of a stage.
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
        let decisions = Set(
            counted.filter { $0.value.last?.days.contains(lastDay) == true }.map(\.key.resolution)
                + inForce.stages(on: lastDay).map(\.reference.resolution))
        limits = counted.values.compactMap(\.last?.entry).filter { decisions.contains($0.reference.resolution) }
            .sorted { $0.reference < $1.reference }
        self.counted = counted
    }

    /// A limit as it counted on the days of the month, each with its days, in their order.
    func versions(of entry: LimitInForce) -> [Version] { counted[entry.reference] ?? [] }

    /// The days on which a limit had nothing to say. Amounts of days before it was adopted here are known all the same;
    /// whether a level was passed then was watched by nobody. `past` are days on which it was passed: hours that begin on a
    /// day of the limit reach into the next one.
    func idleDays(of entry: LimitInForce, past: Set<CalendarDate>, in zone: Zone) -> Set<CalendarDate> {
        let adopted = zone.date(at: entry.adoptedAt)
        let countedOn = versions(of: entry).reduce(into: Set<CalendarDate>()) { $0.formUnion($1.days) }
        return Set(
            days.filter { date in
                guard countedOn.contains(date) else { return true }
                guard entry.limit.counts(on: date) || past.contains(date) else { return true }
                if case .budget = entry.limit.rule { return false }
                return DayRules.isOnDays(entry.limit.rule) ? date <= adopted : date < adopted
            })
    }
}
