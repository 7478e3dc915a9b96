import GatewayModel
import Limits
import Reporting
import Storage

/// What the report and `commons limits explain` say ahead about limits.
struct LimitOutlooks {
    let store: Store
    let sensors: SensorDirectory
    let privacy: LimitPrivacy

    /// What may be said on a day, from the days before it; nil where there is nothing, or where it would tell of single homes.
    func outlook(
        _ reference: LimitReference, _ limit: Limit, _ scale: Scale, on date: CalendarDate
    ) throws -> LimitOutlook? {
        switch limit.rule {
        case .turns:
            guard limit.sensors.allSatisfy({ sensors.homes(of: $0).isEmpty }),
                let round = TurnRound(limit, on: date, isOver: false, try table(limit, before: date))
            else { return nil }
            let next = round.next
            return .turns(due: next.due, unknown: next.unknown)
        case .budget:
            guard privacy.mayShow(reference) else { return nil }
            return BudgetPace(of: limit, scale, on: date, try table(limit, before: date)).map(LimitOutlook.budget)
        default: return nil
        }
    }

    private func table(_ limit: Limit, before date: CalendarDate) throws -> DayTable {
        try DayTables(store: store, sensors: sensors).table(
            of: limit.sensors, from: date.adding(days: -DayRules.lookBack(limit.rule)), through: date.adding(days: -1))
    }
}
