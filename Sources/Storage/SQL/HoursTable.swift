import GatewayModel

/// The table `hours` of SQL: what each hour of each series comes to, series by series.
final class HoursTable: RowSource {
    private enum Column: Int {
        case time, sensor, device, channel, quantity, unit, count, minimum, maximum, mean, first, last, local, day,
            series, at
    }

    static func table(_ store: Store, _ places: SeriesPlaces) -> VirtualTable {
        VirtualTable(
            columns: """
                time TEXT, sensor TEXT, device TEXT, channel TEXT, quantity TEXT, unit TEXT, count INTEGER,
                minimum REAL, maximum REAL, mean REAL, first REAL, last REAL, local TEXT, day TEXT, series INTEGER HIDDEN,
                at INTEGER HIDDEN
                """,
            selective: [
                Column.time.rawValue: 1, Column.sensor.rawValue: 5000, Column.device.rawValue: 10_000,
                Column.series.rawValue: 4000, Column.at.rawValue: 1,
            ], ordered: []
        ) { try HoursTable(store, places, $0) }
    }

    private let store: Store
    private let places: SeriesPlaces
    private let dates: ClosedRange<CalendarDate>?
    private var rest: ArraySlice<SeriesID>
    private var hours: [HourStats] = []
    private var index = -1
    private var sensor: SensorID?

    private init(_ store: Store, _ places: SeriesPlaces, _ constraints: [ColumnConstraint]) throws {
        self.store = store
        self.places = places
        let times = SQLTime.range(constraints, text: Column.time.rawValue, number: Column.at.rawValue)
        rest =
            places.series(
                constraints, series: Column.series.rawValue, sensor: Column.sensor.rawValue,
                device: Column.device.rawValue)[...]
        // Only days between the first and the last reading of all need to be looked at.
        let ends = try store.read("hours") { db in try BlockTable.ends(nil, db) }
        dates = ends.flatMap { ends in
            let first = max(ends.lowerBound, times.lowerBound)
            let last = min(ends.upperBound, times.upperBound == .max ? .max : times.upperBound - 1)
            guard first <= last else { return nil }
            func date(_ milliseconds: Int64) -> CalendarDate {
                places.zone.date(at: Instant(milliseconds: milliseconds))
            }
            return date(first)...date(last)
        }
    }

    func next() throws -> Bool {
        while true {
            index += 1
            while index < hours.count {
                if let sensor = places.sensor(hours[index].series, at: hours[index].from.milliseconds) {
                    self.sensor = sensor
                    return true
                }
                index += 1
            }
            guard let dates, let series = rest.popFirst() else { return false }
            hours = []
            index = -1
            try store.hours(of: [series], from: dates.lowerBound, through: dates.upperBound, zone: places.zone) {
                hours.append($0)
            }
        }
    }

    func value(_ column: Int) -> SQLValue {
        let hour = hours[index]
        guard let column = Column(rawValue: column), let entry = places.entries[hour.series] else { return .null }
        func real(_ value: DecimalValue?) -> SQLValue { value.map { .real($0.doubleValue) } ?? .null }
        switch column {
        case .time: return .text(SQLTime.text(hour.from.milliseconds))
        case .sensor: return sensor.map { .text($0.rawValue) } ?? .null
        case .device: return .text(entry.record.key.device)
        case .channel: return .text(entry.record.channel)
        case .quantity: return .text(entry.record.quantity.rawValue)
        case .unit: return .text(entry.record.unit.code)
        case .count: return .integer(Int64(hour.count))
        case .minimum: return real(hour.minimum)
        case .maximum: return real(hour.maximum)
        case .mean: return hour.mean.map { .real($0) } ?? .null
        case .first: return real(hour.first)
        case .last: return real(hour.last)
        case .local:
            return .text(SQLTime.text(hour.from.milliseconds, offsetSeconds: places.zone.offsetSeconds(at: hour.from)))
        case .day: return .text(places.zone.date(at: hour.from).description)
        case .series: return .integer(hour.series.rawValue)
        case .at: return .integer(hour.from.milliseconds)
        }
    }
}
