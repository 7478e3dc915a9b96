import GatewayModel
import Limits

/// Which copies stay: the newest of each of the last days, weeks and months that have one.
public struct BackupRota: Sendable, Hashable {
    /// Days of which a copy stays.
    public var days = 7
    /// Weeks, from Monday on.
    public var weeks = 4
    /// Months.
    public var months = 12
    /// Days that the assembly lets readings of households be kept: a copy that is older than that beside the newest holds
    /// what it must not. Nil for ever.
    var householdDays: Int?

    /// The copies that may go, by the local day they were made on; the newest one never is among them.
    func superfluous<Name: Hashable>(_ copies: [(name: Name, madeAt: Instant)], zone: Zone) -> [Name] {
        let newestFirst = copies.sorted { $0.madeAt > $1.madeAt }
        var kept: Set<Name> = []
        func keep(_ count: Int, by period: (CalendarDate) -> CalendarDate) {
            var seen: Set<CalendarDate> = []
            for copy in newestFirst where seen.count < count {
                if seen.insert(period(zone.date(at: copy.madeAt))).inserted { kept.insert(copy.name) }
            }
        }
        keep(max(1, days)) { $0 }
        keep(weeks) { $0.adding(days: 1 - $0.weekday) }
        keep(months) { CalendarMonth(of: $0).firstDay }
        if let householdDays, let newest = newestFirst.first {
            let first = newest.madeAt.advanced(bySeconds: -Int64(householdDays) * 86_400)
            kept.subtract(newestFirst.filter { $0.madeAt < first }.map(\.name))
        }
        return newestFirst.map(\.name).filter { !kept.contains($0) }
    }
}
