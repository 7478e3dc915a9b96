import GatewayModel
import Limits

/// Looks whether a decision fits what is here: its sensors, their units, its floors, and what it supersedes.
struct AdoptionCheck {
    let site: Site
    let sensors: SensorDirectory

    /// The first thing that does not fit, in words; nil where everything does.
    func problem(with resolution: Resolution, adopted: [AdoptedResolution]) -> String? {
        let numbers = Set(adopted.map(\.resolution.number))
        if let missing = resolution.supersedes.first(where: { !numbers.contains($0) }) {
            return "It supersedes decision \(missing), which was never adopted here."
        }
        for limit in resolution.limits {
            if let problem = sensorProblem(of: limit) { return problem }
            if let problem = floorProblem(of: limit, in: resolution, adopted: adopted) { return problem }
        }
        return nil
    }

    private func sensorProblem(of limit: Limit) -> String? {
        for id in limit.sensors {
            guard let sensor = sensors.sensor(id) else {
                return "There is no sensor '\(id)' here; add it to the configuration or assign a device to it first."
            }
            guard sensor.resource == limit.resource else {
                return
                    "'\(limit.id)' is about \(limit.resource.rawValue), but '\(id)' measures \(sensor.resource.rawValue); "
                    + "name the right sensor or the right resource."
            }
            if case .silence = limit.rule { continue }
            guard DecimalValue(1).converted(from: sensor.unit, to: limit.unit) != nil else {
                return "'\(limit.id)' is in \(limit.unit.code), but '\(id)' measures in \(sensor.unit.code); "
                    + "these cannot be compared."
            }
        }
        return nil
    }

    /// A floor of an earlier decision, written NUMBER/ID, must be in force and protect people.
    private func floorProblem(
        of limit: Limit, in resolution: Resolution, adopted: [AdoptedResolution]
    ) -> String? {
        guard let floor = limit.floor, floor.contains("/") else { return nil }
        let inForce = LimitsInForce(adopted).inForce(on: resolution.inForceFrom)
        guard let named = inForce.first(where: { $0.reference.description == floor }),
            !resolution.supersedes.contains(named.reference.resolution)
        else {
            return "The floor '\(floor)' of '\(limit.id)' is not in force on \(resolution.inForceFrom); "
                + "`commons limits list` shows what is."
        }
        guard named.limit.bound == .atLeast, named.limit.protects == .people else {
            return "'\(floor)' is no floor that protects people; it needs bound: at_least and protects: people."
        }
        return nil
    }
}
