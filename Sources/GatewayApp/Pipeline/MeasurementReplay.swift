import GatewayModel
import Metering
import Storage

/// Turns stored readings into measurements again, in time order, as they were when they came and as people decided since.
struct MeasurementReplay {
    private let store: Store
    private let sensors: SensorDirectory
    private let chosen: [Sensor]
    private let series: [SeriesID: SeriesRecord]
    private(set) var meters: MeterRoom
    private(set) var computed: ComputedRoom
    let asides: SetAsides
    /// What happened to meters since the replay began, as it is derived now.
    private(set) var events: [MeterEvent] = []
    private(set) var lastSeen: [SensorID: Instant] = [:]

    /// Prepares a replay of some sensors from an instant on; meters go on from where they stood then.
    ///
    /// The parts of virtual sensors are replayed with them.
    init(store: Store, sensors: SensorDirectory, of wanted: [Sensor], from: Instant, zone: Zone) throws {
        self.store = store
        self.sensors = sensors
        let parts = wanted.flatMap { $0.computed?.parts ?? [] }.compactMap { sensors.sensor($0) }
        var seen: Set<SensorID> = []
        chosen = (wanted + parts).filter { seen.insert($0.id).inserted }
        series = Dictionary(try store.series().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        meters = MeterRoom(decisions: try store.meterDecisions(), zone: zone)
        computed = ComputedRoom(sensors: chosen)
        asides = SetAsides(try store.setAsides())
        let dayUses = try DayUses(store: store, sensors: sensors, zone: zone)
        for sensor in chosen {
            guard let last = try dayUses.last(of: sensor, before: from) else { continue }
            lastSeen[sensor.id] = last.time.instant
            guard last.kind == .register else { continue }
            let meter = try store.meter(of: sensor.id, before: zone.date(at: from))?.meter
            try dayUses.restore(sensor, in: &meters, meter, before: from)
        }
    }

    /// Hands over the measurements of a time in order.
    mutating func run(
        from: Instant, until: Instant = Instant(milliseconds: .max), _ body: (Measurement) throws -> Void
    ) throws {
        var replay = self
        try store.readings(ReadingQuery(.sensors(chosen.map(\.id)), from: from, until: until)) { stored in
            for measurement in replay.take(stored) { try body(measurement) }
        }
        self = replay
    }

    private mutating func take(_ stored: StoredReading) -> [Measurement] {
        guard let record = series[stored.series],
            let sensor = sensors.sensor(
                device: record.key.device, channel: record.channel, at: stored.time.instant)
        else { return [] }
        lastSeen[sensor.id] = max(lastSeen[sensor.id] ?? stored.time.instant, stored.time.instant)
        guard stored.isTrusted, !asides.contain(sensor.id, at: stored.time.instant) else { return [] }
        let (measurements, found) = meters.receive(Reading(stored, of: record), of: sensor)
        events += found
        return measurements.flatMap { [$0] + computed.receive($0) }
    }
}
