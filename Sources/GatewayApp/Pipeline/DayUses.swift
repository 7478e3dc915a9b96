import Foundation
import GatewayModel
import Metering
import Storage

/// Computes what a sensor used on a past day, from its raw readings, what people decided, and nothing else.
struct DayUses {
    private static let lookBackDays: [Int64] = [1, 8, 70, 36_500]

    let store: Store
    let sensors: SensorDirectory
    private let series: [SeriesID: SeriesRecord]
    private let decisions: [MeterDecision]
    private let asides: SetAsides
    private let zone: Zone
    private let supposed: [SensorID: [SeriesID]]

    /// Knows the series and decisions of this moment; made anew for each round of work.
    ///
    /// `supposed` are series that are read for a sensor in place of those that are bound to it.
    init(store: Store, sensors: SensorDirectory, zone: Zone, supposed: [SensorID: [SeriesID]] = [:]) throws {
        self.supposed = supposed
        self.zone = zone
        self.store = store
        self.sensors = sensors
        series = Dictionary(try store.series().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        decisions = try store.meterDecisions()
        asides = SetAsides(try store.setAsides())
    }

    /// The consumption of a day of `from` to `until`; nil for sensors that measure none and for days without a reading.
    ///
    /// Throws ``StoreError`` `corrupt` where a reading of the day may stand in damaged bytes: a sum of the rest would be wrong.
    /// A step that crosses midnight counts for the day in which it ends, so that days add up to the register's own total;
    /// what a longer one brings is said with the day as carried, since some of it may have been used before.
    /// `meterBefore` is the meter as the day before left it; where that is not known, the last reading stands for it.
    func day(of id: SensorID, from: Instant, until: Instant, meterBefore: String?) throws -> MeterDay? {
        guard let sensor = sensors.sensor(id) else { return nil }
        let readings = try self.readings(of: sensor, from: from, until: until, strictly: true)
        guard let first = readings.first, first.kind == .register || first.kind == .delta else { return nil }
        var room = MeterRoom(decisions: decisions, zone: zone)
        if first.kind == .register { try restore(sensor, in: &room, meterBefore, before: from) }
        var amount = DecimalValue.zero
        var carried: CarriedUse?
        var events: [MeterEvent] = []
        for reading in readings {
            let sheet = sensors.sensor(id, at: reading.time.instant) ?? sensor
            let (measurements, found) = room.receive(reading, of: sheet)
            events += found
            for measurement in measurements {
                guard case .use(let use, let since) = measurement.figure else { continue }
                amount = amount.adding(use) ?? amount
                guard measurement.isAcrossGap, use > .zero, since < from else { continue }
                carried = CarriedUse(
                    amount: carried?.amount.adding(use) ?? use,
                    since: min(carried?.since ?? zone.date(at: since), zone.date(at: since)))
            }
            // What was booked today on a reading that was false after all is taken from today.
            amount = room.takingBack(from: amount, of: sensor)
        }
        if let part = carried?.amount { carried?.amount = min(amount, part) }
        let use = DayUse(
            amount: amount, unit: sensor.unit,
            measuredPermille: permille(of: sensor, count: readings.count, from: from, until: until),
            isLowerBound: events.contains { $0.state == .proposed } || asides.touch(id, from: from, until: until),
            carried: carried)
        let meter = room.meter(of: id)
        return MeterDay(
            use: use, events: events, meter: try meter.map(DayUses.text), isOpen: meter?.isInDoubt ?? false)
    }

    /// Puts a sensor's meter as it stood at an instant into a room.
    func restore(_ sensor: Sensor, in room: inout MeterRoom, _ meterBefore: String?, before instant: Instant) throws {
        if var meter = DayUses.meter(meterBefore) {
            meter.sheet = sensor.meter ?? MeterSheet()
            room.install(meter)
        } else if let last = try last(of: sensor, before: instant), last.kind == .register {
            _ = room.receive(last, of: sensor)
        }
    }

    /// A meter out of a day's row; nil where the row knows none.
    static func meter(_ text: String?) -> RegisterMeter? {
        text.flatMap { try? JSONDecoder().decode(RegisterMeter.self, from: Data($0.utf8)) }
    }

    /// A meter as it is kept with a day's row.
    private static func text(_ meter: RegisterMeter) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(meter), as: UTF8.self)
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

    /// A sensor's readings that count, in time order.
    private func readings(
        of sensor: Sensor, from: Instant, until: Instant, strictly: Bool = false
    ) throws -> [Reading] {
        var found: [Reading] = []
        let selection = supposed[sensor.id].map(ReadingQuery.Selection.series) ?? .sensors([sensor.id])
        try store.readings(ReadingQuery(selection, from: from, until: until), strictly: strictly) { stored in
            guard stored.isTrusted, !asides.contain(sensor.id, at: stored.time.instant),
                let record = series[stored.series]
            else { return }
            found.append(Reading(stored, of: record))
        }
        return found
    }
}

/// Which readings people set aside.
struct SetAsides: Sendable {
    private let bySensor: [SensorID: [SetAside]]

    init(_ entries: [SetAside] = []) {
        bySensor = Dictionary(grouping: entries, by: \.sensor)
    }

    /// True where a sensor's reading of that time does not count.
    func contain(_ sensor: SensorID, at time: Instant) -> Bool {
        guard !bySensor.isEmpty else { return false }
        return bySensor[sensor]?.contains { $0.from <= time && time < $0.until } ?? false
    }

    /// True where something of the period is set aside.
    func touch(_ sensor: SensorID, from: Instant, until: Instant) -> Bool {
        bySensor[sensor]?.contains { $0.from < until && from < $0.until } ?? false
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
