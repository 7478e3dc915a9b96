import GatewayModel

/// Virtual sensors: what follows from the measurements of their parts.
///
/// A value type; the ingest thread applies a batch to a copy. Levels follow from the newest level of each part, as long as
/// it is not older than its sensor may be silent. Of consumption only a sum follows at once, since it grows with each part;
/// differences, ratios and means of consumption are made of whole days.
public struct ComputedRoom: Sendable {
    private struct Level {
        var value: DecimalValue
        var time: Instant
    }

    /// The virtual sensors that a part belongs to.
    private var wholes: [SensorID: [Sensor]] = [:]
    private var parts: [SensorID: Sensor] = [:]
    private var levels: [SensorID: Level] = [:]

    /// Two hours, in seconds: a level whose sensor has no rhythm is as old as that at most.
    private static let oldest: Int64 = 7200

    /// Knows the virtual ones among these sensors.
    public init(sensors: [Sensor]) {
        let known = Dictionary(sensors.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for sensor in sensors {
            for part in sensor.computed?.parts ?? [] {
                wholes[part, default: []].append(sensor)
                parts[part] = known[part]
            }
        }
    }

    /// True where there is no virtual sensor.
    public var isEmpty: Bool { wholes.isEmpty }

    /// Goes on with another list of sensors and keeps the levels that are known.
    public func knowing(_ sensors: [Sensor]) -> ComputedRoom {
        var room = ComputedRoom(sensors: sensors)
        room.levels = levels
        return room
    }

    /// What follows from a part's measurement, by virtual sensor.
    public mutating func receive(_ measurement: Measurement) -> [Measurement] {
        guard let wholes = wholes[measurement.sensor] else { return [] }
        switch measurement.figure {
        case .level(let value):
            if let known = levels[measurement.sensor], known.time > measurement.time { return [] }
            levels[measurement.sensor] = Level(value: value, time: measurement.time)
            return wholes.compactMap { whole in
                level(of: whole, at: measurement.time).map { value in
                    Measurement(
                        sensor: whole.id, time: measurement.time, isTimeKnown: measurement.isTimeKnown,
                        figure: .level(value))
                }
            }
        case .use(let amount, let since):
            guard let part = parts[measurement.sensor] else { return [] }
            return wholes.compactMap { whole in
                guard whole.computed?.kind == .sum,
                    let converted = MeterRoom.converted(amount, from: part.unit, to: whole.unit)
                else { return nil }
                return Measurement(
                    sensor: whole.id, time: measurement.time, isTimeKnown: measurement.isTimeKnown,
                    figure: .use(converted, since: since), isAcrossGap: measurement.isAcrossGap)
            }
        }
    }

    /// The level of a virtual sensor at a time; nil where too many parts are unknown.
    private func level(of whole: Sensor, at time: Instant) -> DecimalValue? {
        guard let computation = whole.computed else { return nil }
        let values = computation.parts.compactMap { id -> DecimalValue? in
            guard let part = parts[id], let level = levels[id],
                time.milliseconds(since: level.time) <= (part.rhythm?.silentAfter ?? ComputedRoom.oldest) * 1000
            else { return nil }
            return ComputedRoom.value(level.value, of: part, for: whole)
        }
        return values.count >= computation.least ? computation.value(of: values) : nil
    }

    /// A part's figure as the whole needs it: in the whole's unit, or in the part's canonical one for a ratio.
    private static func value(_ value: DecimalValue, of part: Sensor, for whole: Sensor) -> DecimalValue? {
        let unit = whole.computed?.kind == .ratio ? part.unit.canonical ?? part.unit : whole.unit
        return MeterRoom.converted(value, from: part.unit, to: unit)
    }

    /// What a virtual sensor used on a day, from the days of its parts in their order; nil for a part without a figure.
    ///
    /// A sum with missing parts is what is certain; anything else but a mean needs all of them.
    public static func use(
        of whole: Sensor, parts: [(sensor: Sensor, amount: DecimalValue?)]
    ) -> (amount: DecimalValue, isWhole: Bool)? {
        guard let computation = whole.computed else { return nil }
        let values = parts.compactMap { part, amount in amount.flatMap { value($0, of: part, for: whole) } }
        let least = computation.kind == .sum ? 1 : computation.least
        guard values.count >= least, let amount = computation.value(of: values) else { return nil }
        return (amount, values.count == computation.parts.count)
    }
}
