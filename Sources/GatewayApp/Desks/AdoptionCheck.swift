import GatewayModel
import Limits

/// Looks whether a decision fits what is here: its sensors, their units, its floors, and what it supersedes.
struct AdoptionCheck {
    let site: Site
    let sensors: SensorDirectory
    /// What the devices of sensors send, as far as they were heard.
    let kinds: [SensorID: ReadingKind]
    /// When it is taken over.
    let now: Instant

    /// The first thing that does not fit, in words; nil where everything does.
    func problem(with resolution: Resolution, adopted: [AdoptedResolution]) -> String? {
        dateProblem(of: resolution) ?? misfit(of: resolution, adopted: adopted)
    }

    /// What does not fit besides its days.
    func misfit(of resolution: Resolution, adopted: [AdoptedResolution]) -> String? {
        let numbers = Set(adopted.map(\.resolution.number))
        if let missing = resolution.supersedes.first(where: { !numbers.contains($0) }) {
            return words("supersedes_unknown", ["number": "\(missing)"])
        }
        if let problem = recallProblem(in: resolution) { return problem }
        if let problem = emergencyProblem(in: resolution, adopted: adopted) { return problem }
        if let problem = stageProblem(of: resolution, adopted: adopted) { return problem }
        for limit in resolution.limits {
            if let problem = sensorProblem(of: limit) ?? figureProblem(of: limit) { return problem }
            if let problem = floorProblem(of: limit, in: resolution, adopted: adopted) { return problem }
        }
        return resolution.stages.lazy.compactMap(figureProblem).first
            ?? protectionProblem(of: resolution, adopted: adopted)
            ?? leftWithoutFloor(by: resolution, adopted: adopted)
    }

    /// What an assembly decided counts from its day on at the earliest, and is not taken over before it met.
    private func dateProblem(of resolution: Resolution) -> String? {
        let values = ["assembly": "\(resolution.assembly)", "from": "\(resolution.inForceFrom)"]
        if resolution.assembly > site.zone.date(at: now) { return words("assembly_ahead", values) }
        return resolution.inForceFrom < resolution.assembly ? words("before_assembly", values) : nil
    }

    func words(_ key: String, _ values: [String: String]) -> String {
        site.book(nil).text("acts.refused.\(key)", values)
    }

    /// A name that is nearly a steward's would recall nobody. Whoever stands in the configuration no more is recalled all
    /// the same, so that the line cannot be put back.
    private func recallProblem(in resolution: Resolution) -> String? {
        let names = site.configuration.stewards.map(\.name)
        for person in resolution.recalls where !names.contains(person) {
            if let nearest = Diagnostic.nearest(to: person, among: names) {
                return words("recall_unknown", ["person": person, "nearest": nearest])
            }
        }
        return nil
    }

    /// Sensors of stage conditions must be here, and what is declared must exist.
    private func stageProblem(of resolution: Resolution, adopted: [AdoptedResolution]) -> String? {
        let named = resolution.stages.flatMap(\.sensors) + resolution.limits.flatMap { DayRules.otherSensors($0.rule) }
        if let missing = named.first(where: { sensors.sensor($0) == nil }) {
            return words("no_sensor", ["sensor": "\(missing)"])
        }
        for declaration in resolution.declares where declaration.stages.resolution != resolution.number {
            let stages = LimitsInForce(adopted).stages(on: resolution.inForceFrom)
                .first { $0.reference == declaration.stages }?.stages
            guard let stages, declaration.level <= stages.levels.count else {
                return words(
                    "no_stage", ["stages": declaration.stages.description, "level": "\(declaration.level)"])
            }
        }
        return nil
    }

    private func sensorProblem(of limit: Limit) -> String? {
        for id in limit.sensors {
            guard let sensor = sensors.sensor(id) else {
                return words("no_sensor", ["sensor": "\(id)"])
            }
            guard sensor.resource == limit.resource else {
                return words(
                    "other_resource",
                    [
                        "limit": limit.id, "resource": limit.resource.rawValue, "sensor": "\(id)",
                        "measured": sensor.resource.rawValue,
                    ])
            }
            guard limit.needsUnit else { continue }
            guard DecimalValue(1).converted(from: sensor.unit, to: limit.unit) != nil else {
                return words(
                    "other_unit",
                    [
                        "limit": limit.id, "unit": limit.unit.code, "sensor": "\(id)",
                        "measured": sensor.unit.code,
                    ])
            }
        }
        return nil
    }
}
