import GatewayModel
import StrictYAML

/// What a resolution must respect as a whole (DESIGN sections 2 and 6).
enum LimitRules {
    /// Resources without which people cannot live; a ceiling on one names the bound that protects people.
    static let essential: Set<Resource> = ["water"]

    /// Reports every rule that the resolution breaks, at the entry that breaks it.
    static func check(_ resolution: Resolution, at owner: Field, limits entries: [Field]) {
        guard entries.count == resolution.limits.count else { return }
        var seen: Set<String> = []
        for (limit, entry) in zip(resolution.limits, entries) {
            if !SensorID(rawValue: limit.id).isWellFormed || limit.id.contains("/") {
                entry.report("'\(limit.id)' is not a limit's id", remedy: "use lower-case letters, digits and dashes")
            }
            if !seen.insert(limit.id).inserted {
                entry.report("the limit '\(limit.id)' stands twice", remedy: "give each limit an id of its own")
            }
            if limit.sensors.isEmpty {
                entry.report("'\(limit.id)' measures no sensor", remedy: "name at least one under sensors:")
            }
            checkFloor(limit, in: resolution, at: entry)
            checkPersons(limit, in: resolution, at: entry)
        }
    }

    private static func checkFloor(_ limit: Limit, in resolution: Resolution, at entry: Field) {
        guard limit.bound == .atMost, essential.contains(limit.resource), limit.protects != .people else { return }
        guard let floor = limit.floor else {
            entry.report(
                "'\(limit.id)' is a ceiling on \(limit.resource.rawValue), which people need, and names no floor",
                remedy: "add floor: with the limit that says what people never get less of")
            return
        }
        // A floor of an earlier resolution is looked up at adoption; one of this file must protect people.
        guard !floor.contains("/") else { return }
        guard let named = resolution.limits.first(where: { $0.id == floor }) else {
            let nearest = Diagnostic.nearest(to: floor, among: resolution.limits.map(\.id))
            entry.report(
                "the floor '\(floor)' is not in this decision",
                remedy: nearest.map { "did you mean '\($0)'?" } ?? "name one of this decision, or NUMBER/ID of another")
            return
        }
        if named.bound != .atLeast || named.protects != .people {
            entry.report(
                "'\(floor)' is no floor that protects people", remedy: "it needs bound: at_least and protects: people")
        }
    }

    private static func checkPersons(_ limit: Limit, in resolution: Resolution, at entry: Field) {
        guard case .budget(_, _, true, _) = limit.rule, resolution.personsServed["all"] == nil else { return }
        entry.report(
            "'\(limit.id)' counts per person, but the decision does not say for how many",
            remedy: "add persons_served: {all: 40}")
    }
}
