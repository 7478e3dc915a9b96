import GatewayModel
import Limits

/// A tank, two wells and a household meter in Madrid, with limits made on the spot.
enum EngineFixture {
    static let zone = Zone(identifier: "Europe/Madrid") ?? .utc
    static let tank = Sensor(
        id: SensorID(rawValue: "tank/level"), resource: "water", quantity: "level", role: .storage,
        visibility: .community, unit: Unit("cm"))
    static let wells = ["upper-well/pumped", "lower-well/pumped"].map {
        Sensor(
            id: SensorID(rawValue: $0), resource: "water", quantity: "volume", role: .input, visibility: .community,
            unit: Unit("m3"))
    }
    static let noon = zone.start(of: CalendarDate(year: 2026, month: 6, day: 10)).advanced(bySeconds: 12 * 3600)

    static func limit(
        _ rule: Limit.Rule, bound: Bound = .atLeast, sensors: [Sensor] = [tank], unit: String = "cm",
        priority: Priority = .today, waives: Bool = false
    ) -> Limit {
        Limit(
            id: "test", titles: ["": "Test"], bound: bound, protects: .people, resource: "water",
            sensors: sensors.map(\.id), unit: Unit(unit), rule: rule, priority: priority, waivesConfirmation: waives)
    }

    static func inForce(_ limit: Limit, persons: Int? = nil) -> LimitInForce {
        let resolution = Resolution(
            number: 1, community: "test", assembly: CalendarDate(year: 2026, month: 1, day: 4), decidedBy: "consent",
            inForceFrom: CalendarDate(year: 2026, month: 1, day: 5),
            reviewBy: CalendarDate(year: 2027, month: 1, day: 3),
            supersedes: [], personsServed: persons.map { ["all": $0] } ?? [:], limits: [limit], text: "")
        let adopted = AdoptedResolution(
            resolution: resolution, sha256: "", adoptedAt: Instant(milliseconds: 0), adoptedBy: "Rosa")
        return LimitsInForce([adopted]).inForce(on: CalendarDate(year: 2026, month: 6, day: 10))[0]
    }

    static func engine(
        _ limit: Limit, persons: Int? = nil, startedAt: Instant = noon, lastSeen: [SensorID: Instant] = [:]
    ) -> LimitEngine {
        LimitEngine(
            limits: [inForce(limit, persons: persons)], sensors: [tank] + wells, zone: zone, lastSeen: lastSeen,
            startedAt: startedAt)
    }

    static func level(_ value: Int64, at time: Instant, sensor: Sensor = tank) -> Measurement {
        Measurement(sensor: sensor.id, time: time, figure: .level(DecimalValue(value)))
    }

    static func use(_ value: DecimalValue, at time: Instant, sensor: Sensor) -> Measurement {
        Measurement(sensor: sensor.id, time: time, figure: .use(value, since: time.advanced(bySeconds: -3600)))
    }

    static func after(minutes: Int64) -> Instant { noon.advanced(bySeconds: minutes * 60) }
}

extension LimitTransition {
    /// What changed and when, for comparing whole outcomes.
    var brief: String {
        let what =
            switch change {
            case .raised: "raised"
            case .returned: "returned"
            case .warned(let percent): "warned \(percent)"
            case .onCourse(let percent): "on course for \(percent)"
            }
        return "\(what) \((onset.milliseconds - EngineFixture.noon.milliseconds) / 60_000)"
    }
}
