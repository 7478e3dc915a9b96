import GatewayModel

/// All registers of the community, each with its meter: readings in, measurements and events out.
///
/// A value type; the ingest thread applies a batch to a copy and keeps the copy once the batch is committed.
public struct MeterRoom: Sendable {
    private var meters: [SensorID: RegisterMeter] = [:]

    /// Makes an empty room; meters are added by ``install(_:)``.
    public init() {}

    /// Adds a meter or replaces the one of the same sensor.
    public mutating func install(_ meter: RegisterMeter) {
        meters[meter.sensor] = meter
    }

    /// The meter of a sensor, nil where it has none.
    public func meter(of sensor: SensorID) -> RegisterMeter? {
        meters[sensor]
    }

    /// Turns a reading of a sensor into what the later stages know: a level, or consumption with its events.
    ///
    /// `value` is the number as sent and `unit` its unit. A level is converted into the sensor's unit; where that is
    /// impossible the result is empty. A register of an unknown time is read, but its consumption has no known time.
    public mutating func receive(
        _ reading: Reading, of sensor: Sensor
    ) -> (measurements: [Measurement], events: [MeterEvent]) {
        switch reading.kind {
        case .gauge, .state:
            guard let value = MeterRoom.converted(reading.value, from: reading.unit, to: sensor.unit) else {
                return ([], [])
            }
            return ([measurement(of: sensor, reading, .level(value))], [])
        case .delta:
            guard let value = MeterRoom.converted(reading.value, from: reading.unit, to: sensor.unit) else {
                return ([], [])
            }
            return ([measurement(of: sensor, reading, .use(value, since: reading.time.instant))], [])
        case .register:
            let sheet = sensor.meter ?? MeterSheet()
            let outcome =
                meters[sensor.id, default: RegisterMeter(sensor: sensor.id, sheet: sheet)]
                .receive(reading.value, at: reading.time.instant)
            guard let use = outcome.use, let since = outcome.since,
                let amount = MeterRoom.converted(use, from: reading.unit, to: sensor.unit)
            else { return ([], outcome.events) }
            return ([measurement(of: sensor, reading, .use(amount, since: since))], outcome.events)
        }
    }

    private func measurement(of sensor: Sensor, _ reading: Reading, _ figure: Measurement.Figure) -> Measurement {
        Measurement(
            sensor: sensor.id, time: reading.time.instant,
            isTimeKnown: reading.time.source != .queued || reading.time.uncertainty <= MeterRoom.tolerableUncertainty,
            figure: figure)
    }

    /// A minute, in milliseconds: what waited and was dated this well can be measured with like anything else.
    private static let tolerableUncertainty: Int64 = 60_000

    /// A value in the sensor's unit; the same undeclared unit on both sides counts as equal.
    static func converted(_ value: DecimalValue, from source: Unit, to target: Unit) -> DecimalValue? {
        source == target ? value : value.converted(from: source, to: target)
    }
}
