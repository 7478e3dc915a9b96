import GatewayModel
import Limits

/// Which limits a month's report speaks of, and on which of its days each of them counted.
struct CountedLimits {
    /// Those in force on the last day, and those of the same decisions that counted at another level of a stage.
    let limits: [LimitInForce]
    private let days: [CalendarDate]
    private let countedOn: [LimitReference: Set<CalendarDate>]

    init(
        _ month: CalendarMonth, until lastDay: CalendarDate, _ inForce: LimitsInForce, _ keeper: StageKeeper
    ) throws {
        days = month.days.filter { $0 <= lastDay }
        var countedOn: [LimitReference: Set<CalendarDate>] = [:]
        var newest: [LimitReference: LimitInForce] = [:]
        for date in days {
            for entry in try keeper.limits(on: date, inForce) {
                countedOn[entry.reference, default: []].insert(date)
                newest[entry.reference] = entry
            }
        }
        let decisions = Set(
            newest.keys.filter { countedOn[$0]?.contains(lastDay) == true }.map(\.resolution)
                + inForce.stages(on: lastDay).map(\.reference.resolution))
        limits = newest.values.filter { decisions.contains($0.reference.resolution) }
            .sorted { $0.reference < $1.reference }
        self.countedOn = countedOn
    }

    /// The days on which a limit had nothing to say. Amounts of days before it was adopted here are known all the same;
    /// whether a level was passed then was watched by nobody.
    func idleDays(of entry: LimitInForce, in zone: Zone) -> Set<CalendarDate> {
        let adopted = zone.date(at: entry.adoptedAt)
        return Set(
            days.filter { date in
                guard countedOn[entry.reference]?.contains(date) == true else { return true }
                guard entry.limit.counts(on: date) else { return true }
                if case .budget = entry.limit.rule { return false }
                return DayRules.isOnDays(entry.limit.rule) ? date <= adopted : date < adopted
            })
    }
}
