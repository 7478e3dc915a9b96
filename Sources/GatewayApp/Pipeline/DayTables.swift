import GatewayModel
import Limits
import Metering
import Reporting
import Storage

/// Fills tables of days for the rules that are judged by them, from the stored day rows.
struct DayTables {
    let store: Store
    let sensors: SensorDirectory

    /// What these sensors used and showed from one day through another; days that wait to be counted anew are left out.
    func table(of ids: [SensorID], from: CalendarDate, through: CalendarDate) throws -> DayTable {
        let wanted = ids.compactMap { sensors.sensor($0) }
        var table = DayTable(sensors: wanted, registers: try registers(among: wanted))
        guard !wanted.isEmpty, from <= through else { return table }
        let days = ComputedDays(store: store, sensors: sensors)
        let gauges = try GaugeDays(store: store)
        for sensor in wanted {
            for day in try days.dayUse(of: sensor, from: from, through: through) where !day.isStale {
                if let use = DayTable.Use(day.use, in: sensor.unit) { table.set(use, of: sensor.id, on: day.date) }
            }
            for figure in try gauges.figures(of: sensor, from: from, through: through) {
                table.set(
                    DayTable.Level(
                        lowest: figure.minimum, highest: figure.maximum, mean: figure.mean,
                        measuredPermille: figure.coverage.measured * 1000 / max(1, figure.coverage.expected)),
                    of: sensor.id, on: figure.date)
            }
        }
        return table
    }

    /// What limits look at of the days before one.
    func before(_ date: CalendarDate, for limits: [Limit]) throws -> DayTable {
        let needed = Set(limits.flatMap { $0.sensors + DayRules.otherSensors($0.rule) }).sorted()
        let lookBack = limits.map { DayRules.lookBack($0.rule) }.max() ?? 1
        return try table(of: needed, from: date.adding(days: -lookBack), through: date.adding(days: -1))
    }

    /// The sensors of which everything that was heard is a register.
    private func registers(among wanted: [Sensor]) throws -> Set<SensorID> {
        let kinds = Dictionary(try store.series().map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
        return Set(
            try wanted.filter { sensor in
                let heard = try store.series(of: sensor.id).compactMap { kinds[$0] }
                return sensor.computed == nil && !heard.isEmpty && heard.allSatisfy { $0 == .register }
            }.map(\.id))
    }
}

extension DayTable.Use {
    /// A stored day in a sensor's unit; nil where the units do not fit.
    init?(_ use: DayUse, in unit: Unit) {
        guard let amount = MeterRoom.converted(use.amount, from: use.unit, to: unit) else { return nil }
        self.init(
            amount: amount, measuredPermille: use.measuredPermille, isLowerBound: use.isLowerBound,
            carried: use.carried(in: unit))
    }
}

extension DayUse {
    /// What of the day was carried into it, in a unit; nil where nothing was.
    func carried(in other: Unit) -> CarriedUse? {
        carried.flatMap { carried in
            MeterRoom.converted(carried.amount, from: unit, to: other).map {
                CarriedUse(amount: $0, since: carried.since)
            }
        }
    }
}
