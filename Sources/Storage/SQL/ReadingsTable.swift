import Foundation
import GatewayModel

/// The table `readings` of SQL: every reading, in time order.
final class ReadingsTable: RowSource {
    private enum Column: Int {
        case time, sensor, device, channel, quantity, unit, value, exact, trusted, source, receivedAt, local, day,
            disputed, series, at
    }

    /// `disputes` are those that may be shown.
    static func table(_ store: Store, _ places: SeriesPlaces, _ disputes: [Dispute]) -> VirtualTable {
        VirtualTable(
            columns: """
                time TEXT, sensor TEXT, device TEXT, channel TEXT, quantity TEXT, unit TEXT, value REAL, exact TEXT,
                trusted INTEGER, source TEXT, received_at TEXT, local TEXT, day TEXT, disputed TEXT, series INTEGER HIDDEN,
                at INTEGER HIDDEN
                """,
            selective: [
                Column.time.rawValue: 1, Column.sensor.rawValue: 5000, Column.device.rawValue: 10_000,
                Column.series.rawValue: 4000, Column.at.rawValue: 1,
            ], ordered: [Column.time.rawValue, Column.at.rawValue]
        ) { try ReadingsTable(store, places, disputes, $0) }
    }

    private let places: SeriesPlaces
    private let disputes: [Dispute]
    private var slices: ReadingSlices
    private var slice: [StoredReading] = []
    private var index = -1
    private var sensor: SensorID?

    private init(
        _ store: Store, _ places: SeriesPlaces, _ disputes: [Dispute], _ constraints: [ColumnConstraint]
    ) throws {
        self.places = places
        self.disputes = disputes
        let times = SQLTime.range(constraints, text: Column.time.rawValue, number: Column.at.rawValue)
        let series = places.series(
            constraints, series: Column.series.rawValue, sensor: Column.sensor.rawValue,
            device: Column.device.rawValue)
        slices = try ReadingSlices(
            store,
            ReadingQuery(
                .series(series), from: Instant(milliseconds: times.lowerBound),
                until: Instant(milliseconds: times.upperBound)))
    }

    func next() throws -> Bool {
        while true {
            index += 1
            while index < slice.count {
                if let sensor = places.sensor(slice[index].series, at: slice[index].time.instant.milliseconds) {
                    self.sensor = sensor
                    return true
                }
                index += 1
            }
            guard let further = try slices.next() else { return false }
            slice = further
            index = -1
        }
    }

    func value(_ column: Int) -> SQLValue {
        let reading = slice[index]
        guard let column = Column(rawValue: column), let entry = places.entries[reading.series] else { return .null }
        let time = reading.time.instant
        switch column {
        case .time: return .text(SQLTime.text(time.milliseconds))
        case .sensor: return sensor.map { .text($0.rawValue) } ?? .null
        case .device: return .text(entry.record.key.device)
        case .channel: return .text(entry.record.channel)
        case .quantity: return .text(entry.record.quantity.rawValue)
        case .unit: return .text(entry.record.unit.code)
        case .value: return .real(reading.value.doubleValue)
        case .exact: return .text(reading.value.description)
        case .trusted: return .integer(reading.isTrusted ? 1 : 0)
        case .source: return .text("\(reading.time.source)")
        case .receivedAt: return reading.receivedAt.map { .text(SQLTime.text($0.milliseconds)) } ?? .null
        case .local:
            return .text(SQLTime.text(time.milliseconds, offsetSeconds: places.zone.offsetSeconds(at: time)))
        case .day: return .text(places.zone.date(at: time).description)
        case .disputed:
            let numbers = sensor.map { sensor in disputes.filter { $0.concerns(sensor, at: time) }.map(\.number) } ?? []
            return numbers.isEmpty ? .null : .text(numbers.map(String.init).joined(separator: " "))
        case .series: return .integer(reading.series.rawValue)
        case .at: return .integer(time.milliseconds)
        }
    }
}
