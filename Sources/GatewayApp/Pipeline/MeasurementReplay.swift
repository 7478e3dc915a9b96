import GatewayModel
import Metering
import Storage

/// Turns stored readings into measurements again, in time order, as they were when they came and as people decided since.
struct MeasurementReplay {
    private let store: Store
    private let sensors: SensorDirectory
    private let chosen: [Sensor]
    private let series: [SeriesID: SeriesRecord]
    private var sources: [SeriesID: Source] = [:]
    private(set) var meters: MeterRoom
    private(set) var computed: ComputedRoom
    let asides: SetAsides
    /// What happened to meters since the replay began, as it is derived now.
    private(set) var events: [MeterEvent] = []
    private(set) var lastSeen: [SensorID: Instant] = [:]

    /// Which sensor a series measured for a time, looked up once for all of its readings.
    private final class Source {
        let record: SeriesRecord
        let sensor: Sensor?
        let valid: Range<Instant>
        var lastSeen: Instant

        init(_ record: SeriesRecord, _ sensors: SensorDirectory, at time: Instant) {
            self.record = record
            let (device, channel) = (record.key.device, record.channel)
            sensor = sensors.sensor(device: device, channel: channel, at: time)
            valid = sensors.steadySpan(device: device, channel: channel, around: time)
            lastSeen = time
        }
    }

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
        from: Instant, until: Instant = .max, _ body: (Measurement) throws -> Void
    ) throws {
        var replay = self
        try store.readings(ReadingQuery(.sensors(chosen.map(\.id)), from: from, until: until)) { stored in
            for measurement in replay.take(stored) { try body(measurement) }
        }
        for source in replay.sources.values { replay.noteSeen(source) }
        replay.sources = [:]
        self = replay
    }

    private mutating func take(_ stored: StoredReading) -> [Measurement] {
        let time = stored.time.instant
        guard let source = source(of: stored.series, at: time), let sensor = source.sensor else { return [] }
        source.lastSeen = max(source.lastSeen, time)
        guard stored.isTrusted, !asides.contain(sensor.id, at: time) else { return [] }
        let (measurements, found) = meters.receive(Reading(stored, of: source.record), of: sensor)
        if !found.isEmpty { events += found }
        return computed.isEmpty ? measurements : measurements.flatMap { [$0] + computed.receive($0) }
    }

    /// The source behind a series at a time; nil for an unknown series.
    private mutating func source(of id: SeriesID, at time: Instant) -> Source? {
        let known = sources[id]
        if let known, known.valid.contains(time) { return known }
        guard let record = series[id] else { return nil }
        if let known { noteSeen(known) }
        let source = Source(record, sensors, at: time)
        sources[id] = source
        return source
    }

    private mutating func noteSeen(_ source: Source) {
        guard let id = source.sensor?.id else { return }
        lastSeen[id] = max(lastSeen[id] ?? source.lastSeen, source.lastSeen)
    }
}
