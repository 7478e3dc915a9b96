import GatewayModel
import Metering
import Storage

/// Computes what a sensor used on a past day, from its raw readings and nothing else.
struct DayUses {
    private static let lookBackDays: [Int64] = [1, 8, 70, 36_500]

    let store: Store
    let sensors: SensorDirectory
    private let series: [SeriesID: SeriesRecord]

    /// Knows the series of this moment; made anew for each round of work.
    init(store: Store, sensors: SensorDirectory) throws {
        self.store = store
        self.sensors = sensors
        series = Dictionary(try store.series().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The consumption of a day of `from` to `until`; nil for sensors that measure none and for days without a reading.
    ///
    /// A step that crosses midnight counts for the day in which it ends, so that days add up to the register's own total.
    func use(of id: SensorID, from: Instant, until: Instant) throws -> DayUse? {
        guard let sensor = sensors.sensor(id) else { return nil }
        let readings = try self.readings(of: sensor, from: from, until: until)
        guard let first = readings.first, first.kind == .register || first.kind == .delta else { return nil }
        var room = MeterRoom()
        if first.kind == .register, let before = try last(of: sensor, before: from) {
            _ = room.receive(before, of: sensor)
        }
        var amount = DecimalValue.zero
        var isUncertain = false
        for reading in readings {
            let (measurements, events) = room.receive(reading, of: sensor)
            isUncertain = isUncertain || events.contains { $0.state == .proposed }
            for case .use(let use, _) in measurements.map(\.figure) { amount = amount.adding(use) ?? amount }
        }
        return DayUse(
            amount: amount, unit: sensor.unit,
            measuredPermille: permille(of: sensor, count: readings.count, from: from, until: until),
            isLowerBound: isUncertain)
    }

    /// The part of the expected readings that came, in thousandths; whole where no rhythm is known.
    private func permille(of sensor: Sensor, count: Int, from: Instant, until: Instant) -> Int {
        guard let rhythm = sensor.rhythm else { return 1000 }
        let expected = max(1, until.milliseconds(since: from) / 1000 / rhythm.interval)
        return min(1000, Int(Int64(count) * 1000 / expected))
    }

    /// The newest reading before an instant, looked for further and further back.
    func last(of sensor: Sensor, before end: Instant) throws -> Reading? {
        for days in DayUses.lookBackDays {
            let found = try readings(of: sensor, from: end.advanced(bySeconds: -days * 86_400), until: end)
            if let newest = found.last { return newest }
        }
        return nil
    }

    private func readings(
        of sensor: Sensor, from: Instant, until: Instant
    ) throws -> [Reading] {
        var found: [Reading] = []
        try store.readings(ReadingQuery(.sensors([sensor.id]), from: from, until: until)) { stored in
            guard stored.isTrusted, let record = series[stored.series] else { return }
            found.append(Reading(stored, of: record))
        }
        return found
    }
}

extension Reading {
    /// A stored reading as it came.
    init(_ stored: StoredReading, of record: SeriesRecord) {
        self.init(
            stream: record.key, channel: record.channel, quantity: record.quantity, kind: record.kind,
            value: stored.value, isRounded: stored.isRounded, unit: record.unit, time: stored.time,
            isTrusted: stored.isTrusted)
    }
}
