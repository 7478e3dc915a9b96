import Foundation
import GatewayModel
import Limits
import Reporting
import Storage

/// Gathers what the next assembly must hear of stages, emergencies, and changes in what limits measure.
struct LimitNewsDesk {
    let site: Site
    let store: Store

    /// What counts now, and what was changed since an instant.
    func news(since: Instant, now: Instant) throws -> LimitNews {
        let today = site.zone.date(at: now)
        let adopted = try LimitRegister(site: site).adopted(in: store)
        let inForce = LimitsInForce(adopted)
        let keeper = try StageKeeper(store)
        let stages = try keeper.standings(on: today, inForce).map { standing in
            let level = standing.day.proposed ?? standing.day.level
            return LimitNews.Stage(
                reference: standing.reference, titles: standing.stages.titles,
                levelTitles: level == 0 ? [:] : standing.stages.levels[level - 1].titles, level: standing.day.level,
                since: standing.day.since, proposed: standing.day.proposed)
        }
        let limits = try keeper.limits(on: today, inForce)
        let emergencies = limits.compactMap { entry -> LimitNews.Emergency? in
            guard let until = entry.tightenedUntil, let decision = entry.tightenedBy,
                let decided = adopted.first(where: { $0.resolution.number == entry.reference.resolution })?.resolution
                    .limits.first(where: { $0.id == entry.reference.limit }),
                let amount = entry.limit.amount
            else { return nil }
            return LimitNews.Emergency(decision: decision, limit: decided, amount: amount, until: until)
        }
        return LimitNews(
            stages: stages, emergencies: emergencies,
            changes: try changes(of: inForce.namedSensors(on: today), since: since))
    }

    /// What the record book knows, of sensors that limits look at.
    private func changes(of named: Set<SensorID>, since: Instant) throws -> [LimitNews.Change] {
        let sensors = Dictionary(try store.sensors().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return try store.recordEntries().map(\.entry).compactMap { entry in
            if entry.kind == "box.changed", entry.at >= since, !named.isEmpty, let zone = entry.facts["time_zone"] {
                return LimitNews.Change(
                    .days, at: entry.at, what: "time_zone: \(entry.facts["time_zone_before"] ?? "?") → \(zone)")
            }
            guard entry.at >= since, let name = entry.facts["sensor"], let old = entry.facts["old"],
                named.contains(SensorID(rawValue: name))
            else { return nil }
            let new = entry.facts["new"]
            let what: String
            switch entry.kind {
            case "sensor.changed", "sensor.retired":
                let differences = MeasuredNews.differences(LimitNewsDesk.read(old), new.flatMap(LimitNewsDesk.read))
                guard !differences.isEmpty else { return nil }
                what = differences.joined(separator: "; ")
            case "sensor.bound":
                let devices = [old, new].map { text in
                    text.flatMap { LimitNewsDesk.read($0) as Binding? }.map { "\($0.device) \($0.channel)" } ?? "-"
                }
                what = devices.joined(separator: " → ")
            default: return nil
            }
            let sensor = sensors[SensorID(rawValue: name)]
            return LimitNews.Change(
                sensor.map { $0.visibility == .household ? .home : .sensor($0) } ?? .home, at: entry.at, what: what)
        }
    }

    private static func read<Value: Decodable>(_ text: String) -> Value? {
        try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
}
