import GatewayModel
import Metering
import Storage

/// The days of sensors, virtual ones included: those follow from the stored days of their parts.
struct ComputedDays {
    let store: Store
    let sensors: SensorDirectory

    /// A sensor's consumption by day; a virtual day is as stale, and as much a lower bound, as any of its parts.
    func dayUse(of sensor: Sensor, from: CalendarDate, through: CalendarDate) throws -> [StoredDayUse] {
        guard let computation = sensor.computed else {
            return try store.dayUse(sensor.id, from: from, through: through)
        }
        let parts = computation.parts.compactMap { sensors.sensor($0) }
        let days = try parts.map { part in
            Dictionary(
                try store.dayUse(part.id, from: from, through: through).map { ($0.date, $0) },
                uniquingKeysWith: { _, last in last })
        }
        return Set(days.flatMap(\.keys)).sorted().compactMap { date in
            let known = days.compactMap { $0[date] }
            guard let first = known.first,
                let whole = ComputedRoom.use(
                    of: sensor, parts: zip(parts, days).map { ($0, $1[date]?.use.amount) })
            else { return nil }
            let carried = ComputedDays.carried(whole.amount, zip(parts, days).map { ($0, $1[date]?.use) }, to: sensor)
            let measured = known.map(\.use.measuredPermille).reduce(0, +) / max(1, computation.parts.count)
            return StoredDayUse(
                sensor: sensor.id, date: date, from: first.from, until: first.until, zone: first.zone,
                use: DayUse(
                    amount: whole.amount, unit: sensor.unit, measuredPermille: measured,
                    isLowerBound: !whole.isWhole || known.contains { $0.use.isLowerBound }
                        || carried != nil && computation.kind != .sum, carried: carried),
                isStale: known.contains(where: \.isStale))
        }
    }

    /// What a virtual day carries: of a sum what its parts do, of everything else all of it, since nothing of it is certain.
    private static func carried(
        _ amount: DecimalValue, _ parts: [(sensor: Sensor, use: DayUse?)], to whole: Sensor
    ) -> CarriedUse? {
        guard let since = parts.compactMap({ $0.use?.carried?.since }).min() else { return nil }
        guard whole.computed?.kind == .sum else { return CarriedUse(amount: amount, since: since) }
        return ComputedRoom.use(of: whole, parts: parts.map { ($0.sensor, $0.use?.carried?.amount) }).map {
            CarriedUse(amount: min(amount, $0.amount), since: since)
        }
    }
}
