import GatewayModel
import Reporting
import Storage

/// The levels of days, whoever read them: devices before and after a change, people, files.
struct GaugeDays {
    private let store: Store
    private let series: [SeriesID: SeriesRecord]

    init(store: Store) throws {
        self.store = store
        series = Dictionary(try store.series().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A sensor's figures by day, in its unit; days without one are left out.
    func figures(of sensor: Sensor, from: CalendarDate, through: CalendarDate) throws -> [DayGaugeFigure] {
        var days: [CalendarDate: [DayLevel]] = [:]
        for id in try store.series(of: sensor.id) {
            guard let record = series[id], record.kind == .gauge else { continue }
            for day in try store.dayStats(id, from: from, through: through) {
                guard let level = DayLevel(day, in: record.unit, for: sensor) else { continue }
                days[day.date, default: []].append(level)
            }
        }
        return days.sorted { $0.key < $1.key }.compactMap { date, levels in
            levels.dropFirst().reduce(levels.first) { $0?.joined($1) }?.figure(on: date, of: sensor)
        }
    }
}
