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

    /// Reads what is declared and bound now, with the dated meter sheets.
    init(_ store: Store) throws {
        self.init(sensors: try store.sensors(), bindings: try store.bindings(), sheets: try store.meterSheets())
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
    var all: [Sensor] { sensors.values.sorted { $0.id < $1.id } }

    /// The sensor of that name.
    func sensor(_ id: SensorID) -> Sensor? { sensors[id] }

    /// The sensor with the meter sheet that hung there at that time; before the first one, the first one counts.
    func sensor(_ id: SensorID, at time: Instant) -> Sensor? {
        guard var sensor = sensors[id], let dated = sheets[id] else { return sensors[id] }
        sensor.meter = (dated.last { $0.from <= time } ?? dated[0]).sheet
        return sensor
    }

    /// The bindings of a sensor, past ones too.
    func bindings(of sensor: SensorID) -> [Binding] {
        bindings.values.flatMap { $0 }.filter { $0.sensor == sensor }
    }

    /// True where at least one channel of the device is assigned; only then are its readings kept.
    ///
    /// A message cannot pose as a person's own reading: those do not come this way.
    func isAssigned(device: String) -> Bool { devices.contains(device) && !OwnDevices.contain(device) }

    /// The sensor that the channel measured at that time; nil where none did.
    func sensor(device: String, channel: String, at time: Instant) -> Sensor? {
        guard let candidates = bindings[Channel(device: device, channel: channel)] else {
            if device.hasPrefix(OwnDevices.imported) { return sensor(SensorID(rawValue: channel), at: time) }
            guard device.hasPrefix(OwnDevices.hand) else { return nil }
            return sensor(SensorID(rawValue: String(device.dropFirst(OwnDevices.hand.count))), at: time)
        }
        return candidates.first { $0.isValid(at: time) }.flatMap { sensor($0.sensor, at: time) }
    }
}
