import GatewayModel
import Limits

/// Whether what a limit or a stage looks at is measured by the sensors it names: a level or a use, in a unit that fits.
extension AdoptionCheck {
    /// What a rule or condition looks at.
    private enum Figure {
        case level, use
    }

    /// The first sensor of a limit, or of those its rule names beside them, that does not measure what the rule looks at.
    func figureProblem(of limit: Limit) -> String? {
        let figure: Figure
        var others: (sensors: [SensorID], figure: Figure, unit: Unit) = ([], .use, limit.unit)
        switch limit.rule {
        case .silence, .flatline, .measured: return nil
        case .instant, .rate, .sites: figure = .level
        case .delivered(_, _, _, let flowUnit, let taps):
            figure = .use
            others = (taps, .level, flowUnit)
        case .balance(let minus, _, _, _):
            figure = .use
            others.sensors = minus
        case .share(let of, _):
            figure = .use
            others.sensors = of
        case .budget, .nightFlow, .continuousFlow, .closedHours, .turn, .turns, .useDays, .rolling,
            .comparison, .drift:
            figure = .use
        }
        if limit.leastMeasured != nil, let first = limit.sensors.first(where: { sensors.sensor($0)?.rhythm == nil }) {
            return words("no_rhythm", ["limit": limit.id, "sensor": "\(first)"])
        }
        return problem(with: limit.sensors, figure, limit.unit, in: limit.id)
            ?? problem(with: others.sensors, others.figure, others.unit, in: limit.id)
    }

    /// The first sensor of a stage's conditions that does not measure what the condition looks at.
    func figureProblem(of stages: Stages) -> String? {
        stages.levels.flatMap { [$0.enter] + ($0.leave.map { [$0] } ?? []) }.lazy
            .flatMap(AdoptionCheck.comparisons).compactMap { comparison in
                let named: [SensorID] =
                    switch comparison.reference {
                    case .value: []
                    case .lastYear(let ids), .lastMonth(let ids), .sensors(let ids): ids
                    }
                return problem(
                    with: comparison.sensors + named, comparison.measure == .use ? .use : .level, comparison.unit,
                    in: stages.id)
            }.first
    }

    private static func comparisons(_ condition: DayCondition) -> [DayComparison] {
        switch condition {
        case .all(let parts), .any(let parts): parts.flatMap(comparisons)
        case .compare(let comparison): [comparison]
        }
    }

    private func problem(with ids: [SensorID], _ figure: Figure, _ unit: Unit, in name: String) -> String? {
        for sensor in ids.compactMap({ sensors.sensor($0) }) {
            if let measured = measured(by: sensor), measured != figure {
                return words(
                    figure == .level ? "level_of_use" : "use_of_level", ["limit": name, "sensor": "\(sensor.id)"])
            }
            if DecimalValue(1).converted(from: sensor.unit, to: unit) == nil {
                return words(
                    "other_unit",
                    ["limit": name, "unit": unit.code, "sensor": "\(sensor.id)", "measured": sensor.unit.code])
            }
        }
        return nil
    }

    /// What a sensor measures, by what its device sends or, before it was heard, by what is declared; nil where nobody knows.
    private func measured(by sensor: Sensor) -> Figure? {
        if let computed = sensor.computed {
            let parts = Set(computed.parts.compactMap { sensors.sensor($0) }.map(measured))
            return parts.count == 1 ? parts.first ?? nil : nil
        }
        switch kinds[sensor.id] {
        case .register, .delta: return .use
        case .gauge, .state: return .level
        case nil: break
        }
        if sensor.meter != nil { return .use }
        return sensor.role == .storage ? .level : nil
    }
}
