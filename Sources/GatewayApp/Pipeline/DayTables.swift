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
        var table = DayTable(sensors: wanted)
        guard !wanted.isEmpty, from <= through else { return table }
        let days = ComputedDays(store: store, sensors: sensors)
        let gauges = try GaugeDays(store: store)
        for sensor in wanted {
            for day in try days.dayUse(of: sensor, from: from, through: through) where !day.isStale {
                guard let amount = MeterRoom.converted(day.use.amount, from: day.use.unit, to: sensor.unit) else {
                    continue
                }
                table.set(
                    DayTable.Use(
                        amount: amount, measuredPermille: day.use.measuredPermille,
                        isLowerBound: day.use.isLowerBound), of: sensor.id, on: day.date)
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
}
