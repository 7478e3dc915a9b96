import GatewayModel
import Storage

/// Which device channel measures which sensor, for the ingest thread: one look-up a reading.
struct SensorDirectory: Sendable {
    private struct Channel: Hashable {
        var device: String
        var channel: String
    }

    private var sensors: [SensorID: Sensor]
    private var bindings: [Channel: [Binding]]
    private var devices: Set<String>
    /// Earlier meter sheets of sensors whose sheet was changed, oldest first, each until the next one's time.
    private var sheets: [SensorID: [(from: Instant, sheet: MeterSheet?)]]

    /// What the profiles of its devices know of a sensor's meter, oldest binding first.
    private var families: [SensorID: [(from: Instant, sheet: MeterSheet)]] = [:]

    /// Reads what is declared and bound now, with the dated meter sheets and what profiles know of the meters.
    init(_ store: Store) throws {
        self.init(sensors: try store.sensors(), bindings: try store.bindings(), sheets: try store.meterSheets())
        for series in try store.series() {
            guard let sheet = series.meter else { continue }
            learn(sheet, device: series.key.device, channel: series.channel)
        }
    }

    init(
        sensors: [Sensor], bindings: [Binding], sheets: [SensorID: [(from: Instant, sheet: MeterSheet?)]] = [:]
    ) {
        self.sheets = sheets.filter { $0.value.count > 1 }
        self.sensors = Dictionary(sensors.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        self.bindings = Dictionary(grouping: bindings) { Channel(device: $0.device, channel: $0.channel) }
        devices = Set(bindings.map(\.device))
    }

    /// All sensors, by name.
    var all: [Sensor] { sensors.keys.compactMap(sensor).sorted { $0.id < $1.id } }

    /// The places of the community's sensors; those of homes are in none.
    var places: [SensorID: String] {
        sensors.filter { $0.value.visibility == .community && !$0.value.place.isEmpty }.mapValues(\.place)
    }

    /// The sensor of that name, with the meter sheet that hangs there now.
    func sensor(_ id: SensorID) -> Sensor? { sensor(id, at: .max) }

    /// The sensor with the meter sheet that hung there at that time; before the first one, the first one counts.
    ///
    /// What that sheet does not say is taken from the profile of the device that was bound then.
    func sensor(_ id: SensorID, at time: Instant) -> Sensor? {
        guard sheets[id] != nil || families[id] != nil, var sensor = sensors[id] else { return sensors[id] }
        if let dated = sheets[id] { sensor.meter = (dated.last { $0.from <= time } ?? dated[0]).sheet }
        if let known = families[id] {
            sensor.meter = (sensor.meter ?? MeterSheet())
                .completed(by: (known.last { $0.from <= time } ?? known[0]).sheet)
        }
        return sensor
    }

    /// Keeps what a profile knows of the meter behind a device's channel.
    mutating func learn(_ sheet: MeterSheet, device: String, channel: String) {
        for binding in bindings[Channel(device: device, channel: channel)] ?? [] {
            var known = families[binding.sensor] ?? []
            known.removeAll { $0.from == binding.from }
            known.append((binding.from, sheet))
            families[binding.sensor] = known.sorted { $0.from < $1.from }
        }
    }

    /// The same with a sensor's sheet, and with its device where one is named, as if they had always been these.
    ///
    /// `known` is what the profile of that device knows of the meter.
    func supposing(_ sensor: Sensor, device: (binding: Binding, known: MeterSheet?)? = nil) -> SensorDirectory {
        var supposed = self
        supposed.sensors[sensor.id] = sensor
        supposed.sheets[sensor.id] = nil
        guard let device else { return supposed }
        supposed.families[sensor.id] = device.known.map { [(device.binding.from, $0)] }
        return supposed
    }

    /// The bindings of a sensor, past ones too.
    func bindings(of sensor: SensorID) -> [Binding] {
        bindings.values.flatMap { $0 }.filter { $0.sensor == sensor }
    }

    /// The sensors that a channel counts for now or counted for ever; of people's readings and imports too.
    func sensors(everMeasuredBy device: String, channel: String) -> [SensorID] {
        if device.hasPrefix(OwnDevices.imported) { return [SensorID(rawValue: channel)] }
        if device.hasPrefix(OwnDevices.hand) {
            return [SensorID(rawValue: String(device.dropFirst(OwnDevices.hand.count)))]
        }
        return (bindings[Channel(device: device, channel: channel)] ?? []).map(\.sensor)
    }

    /// True where at least one channel of the device is assigned; only then are its readings kept.
    ///
    /// A message cannot pose as a person's own reading: those do not come this way.
    func isAssigned(device: String) -> Bool { devices.contains(device) && !OwnDevices.contain(device) }

    /// The home of which alone a device tells now; nil where it measures something shared, or several homes.
    func home(device: String) -> String? {
        let measured = bindings.filter { $0.key.device == device }.values.flatMap { $0 }.filter { $0.until == nil }
            .map { sensors[$0.sensor] }
        guard let first = measured.first??.place else { return nil }
        return measured.allSatisfy { $0?.visibility == .household && $0?.place == first } ? first : nil
    }

    /// True where a channel's figures are the community's: by the sensor that it measured then, else by all of its device's.
    func isCommunity(device: String, channel: String, at time: Instant) -> Bool {
        if let sensor = sensor(device: device, channel: channel, at: time) { return sensor.visibility == .community }
        let bound = bindings.filter { $0.key.device == device }.values.flatMap { $0 }.map(\.sensor)
        return !bound.isEmpty && bound.allSatisfy { sensors[$0]?.visibility == .community }
    }

    /// The times around an instant in which ``sensor(device:channel:at:)`` finds the same.
    func steadySpan(device: String, channel: String, around time: Instant) -> Range<Instant> {
        let bound = bindings[Channel(device: device, channel: channel)] ?? []
        let dates =
            bound.flatMap { [$0.from, $0.until ?? $0.from] }
            + sensors(everMeasuredBy: device, channel: channel).flatMap { sensor in
                (sheets[sensor] ?? []).map(\.from) + (families[sensor] ?? []).map(\.from)
            }
        let first = dates.filter { $0 <= time }.max() ?? .min
        return first..<(dates.filter { $0 > time }.min() ?? .max)
    }

    /// The sensor that the channel measured at that time; nil where none did.
    func sensor(device: String, channel: String, at time: Instant) -> Sensor? {
        guard let candidates = bindings[Channel(device: device, channel: channel)] else {
            if device.hasPrefix(OwnDevices.imported) { return sensor(SensorID(rawValue: channel), at: time) }
            guard device.hasPrefix(OwnDevices.hand) else { return nil }
            return sensor(SensorID(rawValue: String(device.dropFirst(OwnDevices.hand.count))), at: time)
        }
        // Databases of earlier programs know times in which two shared a channel: what was said last counts.
        return candidates.filter { $0.isValid(at: time) }.max { $0.from < $1.from }.flatMap {
            sensor($0.sensor, at: time)
        }
    }
}
