import GatewayModel

/// Which device channel measures which sensor, for the ingest thread: one look-up a reading.
struct SensorDirectory: Sendable {
    private struct Channel: Hashable {
        var device: String
        var channel: String
    }

    private var sensors: [SensorID: Sensor]
    private var bindings: [Channel: [Binding]]
    private var devices: Set<String>

    init(sensors: [Sensor], bindings: [Binding]) {
        self.sensors = Dictionary(sensors.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        self.bindings = Dictionary(grouping: bindings) { Channel(device: $0.device, channel: $0.channel) }
        devices = Set(bindings.map(\.device))
    }

    /// All sensors, by name.
    var all: [Sensor] { sensors.values.sorted { $0.id < $1.id } }

    /// The sensor of that name.
    func sensor(_ id: SensorID) -> Sensor? { sensors[id] }

    /// The bindings of a sensor, past ones too.
    func bindings(of sensor: SensorID) -> [Binding] {
        bindings.values.flatMap { $0 }.filter { $0.sensor == sensor }
    }

    /// True where at least one channel of the device is assigned; only then are its readings kept.
    func isAssigned(device: String) -> Bool { devices.contains(device) }

    /// The sensor that the channel measured at that time; nil where none did.
    func sensor(device: String, channel: String, at time: Instant) -> Sensor? {
        guard let candidates = bindings[Channel(device: device, channel: channel)] else { return nil }
        return candidates.first { $0.isValid(at: time) }.flatMap { sensors[$0.sensor] }
    }
}
