/// Which device channel measures a sensor, since when and until when.
public struct Binding: Hashable, Sendable, Codable {
    /// The measuring point.
    public var sensor: SensorID
    /// The device's identity as its family gives it.
    public var device: String
    /// The channel within the device.
    public var channel: String
    /// Valid from this instant on.
    public var from: Instant
    /// Valid before this instant; nil while it lasts.
    public var until: Instant?

    /// Makes a binding.
    public init(sensor: SensorID, device: String, channel: String, from: Instant, until: Instant? = nil) {
        self.sensor = sensor
        self.device = device
        self.channel = channel
        self.from = from
        self.until = until
    }

    /// True where the binding holds at that time.
    public func isValid(at time: Instant) -> Bool {
        from <= time && until.map { time < $0 } ?? true
    }

    /// True where both are about one channel of one device, whoever it measures and when.
    public func isSameChannel(as other: Binding) -> Bool {
        device == other.device && channel == other.channel
    }
}
