import GatewayModel

/// All registers of the community, each with its meter: readings in, measurements and events out.
///
/// A value type; the ingest thread applies a batch to a copy and keeps the copy once the batch is committed.
public struct MeterRoom: Sendable {
    private var meters: [SensorID: RegisterMeter] = [:]
    private var decisions: [SensorID: [MeterDecision]]
    private let zone: Zone

    /// Makes a room with what people decided; meters are added by ``install(_:)`` or with their first reading.
    ///
    /// `zone` is the community's, by whose days counters may start anew.
    public init(decisions: [MeterDecision] = [], zone: Zone) {
        self.zone = zone
        self.decisions = Dictionary(grouping: decisions.sorted { $0.decidedAt < $1.decidedAt }, by: \.sensor)
    }

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
            return register(reading, of: sensor)
        }
    }

    private mutating func register(
        _ reading: Reading, of sensor: Sensor
    ) -> (measurements: [Measurement], events: [MeterEvent]) {
        let sheet = sensor.meter ?? MeterSheet()
        var meter = meters[sensor.id] ?? RegisterMeter(sensor: sensor.id, sheet: sheet)
        // A meter never takes a unit that its sensor cannot be told in, and none from people or files before its own.
        guard understands(reading.unit, of: sensor) else { return ([], []) }
        let unit = meter.unit ?? (OwnDevices.contain(reading.stream.device) ? sensor.unit : reading.unit)
        // A unit that changes goes on in the meter's own, where the dimension fits; otherwise nothing can be said.
        guard let value = MeterRoom.converted(reading.value, from: reading.unit, to: unit) else { return ([], []) }
        meter.unit = unit
        meter.sheet = sheet
        let device = reading.stream.device
        // People read whichever meter hangs there; files are one source, whatever their number.
        let source: String? =
            device.hasPrefix(OwnDevices.hand)
            ? nil : device.hasPrefix(OwnDevices.imported) ? OwnDevices.imported : device
        let before = meter.baseline
        let outcome = meter.receive(
            value, at: reading.time.instant, from: source,
            decisions: decisions[sensor.id] ?? [], zone: zone)
        meters[sensor.id] = meter
        let events = outcome.events + (gap(since: before, reading, value, outcome, of: sensor).map { [$0] } ?? [])
        guard let use = outcome.use, let since = outcome.since,
            let amount = MeterRoom.converted(use, from: unit, to: sensor.unit)
        else { return ([], events) }
        var measured = measurement(of: sensor, reading, .use(amount, since: since))
        measured.isAcrossGap =
            reading.time.instant.milliseconds(since: since) > MeterRoom.ordinaryStep(of: sensor, device) * 1000
        return ([measured], events)
    }

    /// The seconds that a step may last for its use to be taken for that of the day in which it ends.
    ///
    /// As long as the sensor's rhythm allows before it is silent, but an hour and a half at least, which is granted without a
    /// rhythm too, and a day and a half at most: who reads once a day does not do it at the same hour. That much is granted to
    /// what people read by hand and to files. What a longer step brings over midnight is carried (``CarriedUse``).
    private static func ordinaryStep(of sensor: Sensor, _ device: String) -> Int64 {
        guard !OwnDevices.contain(device) else { return longestStep }
        return min(longestStep, max(shortestStep, sensor.rhythm?.silentAfter ?? 0))
    }

    private static let (shortestStep, longestStep): (Int64, Int64) = (5400, 36 * 3600)

    /// The gap in a register's readings, where its rhythm was broken for as long as silence needs; the total goes on.
    private func gap(
        since last: RegisterMeter.Point?, _ reading: Reading, _ value: DecimalValue, _ outcome: RegisterMeter.Outcome,
        of sensor: Sensor
    ) -> MeterEvent? {
        guard let last, let rhythm = sensor.rhythm,
            reading.time.instant.milliseconds(since: last.time) > rhythm.silentAfter * 1000
        else { return nil }
        return MeterEvent(
            sensor: sensor.id, kind: .gap, at: reading.time.instant, before: last.value, after: value,
            impliedUse: outcome.use, state: .applied)
    }

    /// Takes back what was booked too much from an amount of the same day, in the sensor's unit; returns what is left.
    public mutating func takingBack(from amount: DecimalValue, of sensor: Sensor) -> DecimalValue {
        guard var meter = meters[sensor.id], let unit = meter.unit, meter.deficit > .zero,
            let own = MeterRoom.converted(amount, from: sensor.unit, to: unit)
        else { return amount }
        let left = meter.settingOffDeficit(own)
        meters[sensor.id] = meter
        return MeterRoom.converted(left, from: unit, to: sensor.unit) ?? amount
    }

    /// True where a reading can be measured with: its unit has the dimension of the sensor's, and of its meter's.
    public func understands(_ unit: Unit, of sensor: Sensor) -> Bool {
        MeterRoom.converted(DecimalValue(1), from: unit, to: sensor.unit) != nil
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
    public static func converted(_ value: DecimalValue, from source: Unit, to target: Unit) -> DecimalValue? {
        source == target ? value : value.converted(from: source, to: target)
    }
}
