import GatewayModel
import Limits

/// What people never get less of, and supply that nothing reduces, among all decisions in force.
extension AdoptionCheck {
    /// A floor must be in force, protect people, and be left to them by the ceiling, also where an emergency tightens it.
    func floorProblem(of limit: Limit, in resolution: Resolution, adopted: [AdoptedResolution]) -> String? {
        guard let floor = limit.floor else { return nil }
        if floor.contains("/") {
            guard let named = self.floor(floor, of: resolution, adopted, on: resolution.inForceFrom) else {
                return words(
                    "floor_not_in_force", ["floor": floor, "limit": limit.id, "from": "\(resolution.inForceFrom)"])
            }
            guard named.limit.bound == .atLeast, named.limit.protects == .people else {
                return words("no_floor", ["floor": floor])
            }
        }
        let tightest = resolution.emergencyForms.filter { $0.limit == limit.id }
            .compactMap { limit.with(amount: $0.tightest) }
        return ([limit] + tightest).lazy.compactMap {
            belowFloor($0, resolution.scale, of: resolution, adopted: adopted, on: resolution.inForceFrom)
        }.first
    }

    /// What is wrong with a ceiling of a decision, as it stands or tightened, that allows less than its floor guarantees.
    func belowFloor(
        _ limit: Limit, _ scale: Scale, of decision: Resolution?, adopted: [AdoptedResolution], on date: CalendarDate
    ) -> String? {
        guard let name = limit.floor, let floor = floor(name, of: decision, adopted, on: date),
            let found = FloorConflict(
                ceiling: limit, scale, floor: floor.limit, floor.scale, coversFloor: covers(limit, floor.limit))
        else { return nil }
        return words(
            "below_floor",
            [
                "limit": limit.id, "floor": name, "value": found.allowed.description,
                "least": found.guaranteed.description, "unit": found.unit.code,
            ])
    }

    /// A floor by the name that a decision gives it: its own by the id, another's in force as NUMBER/ID.
    private func floor(
        _ name: String, of decision: Resolution?, _ adopted: [AdoptedResolution], on date: CalendarDate
    ) -> (limit: Limit, scale: Scale)? {
        guard name.contains("/") else {
            return decision.flatMap { decision in
                decision.limits.first { $0.id == name }.map { ($0, decision.scale) }
            }
        }
        guard let found = LimitsInForce(adopted).successor(of: name, on: date),
            decision?.supersedes.contains(found.reference.resolution) != true
        else { return nil }
        return (found.limit, found.scale)
    }

    /// A ceiling of another decision that this one leaves without its minimum for people, or below a higher one.
    func leftWithoutFloor(by resolution: Resolution, adopted: [AdoptedResolution]) -> String? {
        let decided = AdoptedResolution(resolution: resolution, sha256: "", adoptedAt: now, adoptedBy: "")
        let after = adopted + [decided]
        for entry in LimitsInForce(after).inForce(on: resolution.inForceFrom)
        where entry.reference.resolution != resolution.number && entry.standing != .lapsed {
            let owner = adopted.first { $0.resolution.number == entry.reference.resolution }?.resolution
            // What was so before is not this decision's doing, and must not stand in its way.
            guard let name = entry.limit.floor, name.contains("/"),
                floor(name, of: owner, adopted, on: resolution.inForceFrom) != nil
            else { continue }
            guard floor(name, of: owner, after, on: resolution.inForceFrom) != nil else {
                return words("floor_taken", ["limit": "\(entry.reference)", "floor": name])
            }
            if let problem = belowFloor(
                entry.limit, entry.scale, of: owner, adopted: after, on: resolution.inForceFrom)
            {
                return problem
            }
        }
        return nil
    }

    /// True where nothing reaches people beside what a ceiling measures: its sensors are those of the floor, or all sources.
    private func covers(_ ceiling: Limit, _ floor: Limit) -> Bool {
        let own = parts(of: ceiling.sensors)
        guard !own.isSuperset(of: parts(of: floor.sensors)) else { return true }
        let sources = sensors.all.filter { sensor in
            sensor.resource == floor.resource && [.input, .production].contains(sensor.role) && sensor.computed == nil
                && DecimalValue(1).converted(from: sensor.unit, to: ceiling.unit) != nil
        }
        return !sources.isEmpty && sources.allSatisfy { own.contains($0.id) }
    }

    /// Sensors with what those that are computed consist of.
    private func parts(of ids: [SensorID]) -> Set<SensorID> {
        Set(
            ids.flatMap { id in
                guard let computed = sensors.sensor(id)?.computed, computed.kind == .sum else { return [id] }
                return computed.parts
            })
    }

    /// Supply protected by this decision or by one in force is not reduced by stages and emergencies of either.
    func protectionProblem(of resolution: Resolution, adopted: [AdoptedResolution]) -> String? {
        let inForce = LimitsInForce(adopted)
        let protected = inForce.protectedSupply(on: resolution.inForceFrom, without: resolution.supersedes)
            .merging(resolution.protectedSupply.map { ($0, resolution.number) }) { _, own in own }
        let forms = Set(resolution.emergencyForms.map(\.limit))
        for limit in resolution.limits where limit.bound == .atMost {
            let key =
                limit.atStage != nil
                ? "stage_protected_supply" : forms.contains(limit.id) ? "emergency_protected_supply" : nil
            if let key, let problem = touchesProtected(limit, as: limit.id, protected, key) { return problem }
        }
        // What an older decision's stage would reduce of what this one protects.
        let own = protected.filter { $0.value == resolution.number }
        let staged = adopted.filter {
            $0.resolution.number != resolution.number && !resolution.supersedes.contains($0.resolution.number)
                && inForce.isStanding($0.resolution.number, on: resolution.inForceFrom)
        }
        for entry in staged {
            for limit in entry.resolution.limits where limit.bound == .atMost && limit.atStage != nil {
                let name = "\(entry.resolution.number)/\(limit.id)"
                if let problem = touchesProtected(limit, as: name, own, "stage_protected_supply") { return problem }
            }
        }
        return nil
    }

    /// The words about a limit that measures protected supply; nil where it measures none.
    func touchesProtected(
        _ limit: Limit, as name: String, _ protected: [SensorID: Int], _ key: String
    ) -> String? {
        let measured = parts(of: limit.sensors).union(limit.sensors)
        let touched = protected.keys.sorted().first { !measured.isDisjoint(with: parts(of: [$0]).union([$0])) }
        return touched.map {
            words(key, ["limit": name, "sensor": "\($0)", "decision": "\(protected[$0] ?? 0)"])
        }
    }
}
