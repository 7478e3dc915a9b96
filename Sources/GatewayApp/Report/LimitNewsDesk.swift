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
    ///
    /// What `privacy` does not show is told without a word that could name a home.
    func news(since: Instant, now: Instant, _ privacy: LimitPrivacy) throws -> LimitNews {
        let today = site.zone.date(at: now)
        let adopted = try LimitRegister(site: site).adopted(in: store)
        let inForce = LimitsInForce(adopted)
        let keeper = try StageKeeper(store)
        let stages = try keeper.standings(on: today, inForce).map { standing in
            let level = standing.day.proposed ?? standing.day.level
            var stage = LimitNews.Stage(
                reference: standing.reference, titles: standing.stages.titles,
                levelTitles: level == 0 ? [:] : standing.stages.levels[level - 1].titles, level: standing.day.level,
                since: standing.day.since, proposed: standing.day.proposed)
            stage.isDeclared = standing.stages.declaration == .byAssembly
            stage.wasDeclared = standing.wasDeclared
            stage.isOnHomes = !privacy.mayShow(standing.reference)
            if stage.isOnHomes, stage.isDeclared {
                // What its rules ask for tells of homes; the level that counts is the assembly's own.
                stage.proposed = nil
                stage.levelTitles =
                    stage.level == 0 ? [:] : standing.stages.levels[standing.day.level - 1].titles
            }
            return stage
        }
        return LimitNews(
            stages: stages, emergencies: emergencies(adopted, now: now, privacy),
            changes: try changes(
                of: MeasuredNews(site: site, store: store, now: now).namedSensors(), since: since, adopted, privacy))
    }

    /// The measures for which the next assembly is the first since they were adopted: those that count, have ended already, or
    /// have not begun yet.
    private func emergencies(
        _ adopted: [AdoptedResolution], now: Instant, _ privacy: LimitPrivacy
    ) -> [LimitNews.Emergency] {
        let register = LimitRegister(site: site)
        let next = register.nextAssembly(after: now)
        return adopted.compactMap { entry in
            guard let measure = entry.resolution.emergency, register.nextAssembly(after: entry.adoptedAt) == next,
                let decision = adopted.first(where: { $0.resolution.number == measure.limit.resolution })?.resolution,
                let decided = decision.limits.first(where: { $0.id == measure.limit.limit }),
                let amount = measure.amount.converted(from: measure.unit, to: decided.amountUnit)
            else { return nil }
            var emergency = LimitNews.Emergency(
                decision: entry.resolution.number, limit: decided, amount: amount, until: measure.until)
            emergency.scale = decision.scale
            emergency.setBy = measure.limit.resolution
            emergency.isOnHomes = !privacy.mayShow(measure.limit)
            return emergency
        }
    }

    /// What the record book knows, of sensors that limits look at, and of limits that count otherwise than before.
    private func changes(
        of named: Set<SensorID>, since: Instant, _ adopted: [AdoptedResolution], _ privacy: LimitPrivacy
    ) throws -> [LimitNews.Change] {
        let sensors = Dictionary(try store.sensors().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return try store.recordEntries().filter { $0.entry.at >= since }.flatMap { recorded in
            let entry = recorded.entry
            if entry.kind == "limits.adopted" { return LimitNewsDesk.limitChanges(entry, adopted, privacy, sensors) }
            let effects = MeasuredNews.effects(in: entry.facts).map { known in
                LimitNews.Change.Effect(of: known.sensor.flatMap { sensors[$0] }, known.effect)
            }
            if entry.kind == "box.changed", !named.isEmpty, let zone = entry.facts["time_zone"] {
                let what = MeasuredDifference(
                    .timeZone, from: entry.facts["time_zone_before"].map { .name($0) }, to: .name(zone))
                return [LimitNews.Change(.days, at: entry.at, by: .settings, what: [what], effects: effects)]
            }
            if entry.kind == "profile.changed" {
                return LimitNewsDesk.profileChanges(entry, named, sensors)
            }
            guard let name = entry.text("sensor"), named.contains(SensorID(rawValue: name)) else { return [] }
            let sensor = sensors[SensorID(rawValue: name)].flatMap { $0.visibility == .household ? nil : $0 }
            let what = LimitNewsDesk.differences(entry, isHome: sensor == nil, sensors)
            guard !what.isEmpty else { return [] }
            let author: LimitNews.Change.Author =
                entry.erasable["person"] == SensorDeclarations.author ? .settings : .person(entry: recorded.number)
            return [
                LimitNews.Change(
                    sensor.map { .sensor($0) } ?? .home, at: entry.at, by: author, what: what, effects: effects)
            ]
        }
    }

    /// Whose figures a device profile that reads otherwise is about.
    private static func profileChanges(
        _ entry: RecordEntry, _ named: Set<SensorID>, _ sensors: [SensorID: Sensor]
    ) -> [LimitNews.Change] {
        let what = [MeasuredDifference.readProfile(entry.facts["what"] ?? "")]
        let points = MeasuredNews.effects(in: entry.facts).compactMap { known -> LimitNews.Change? in
            guard let id = known.sensor, named.contains(id), let sensor = sensors[id], sensor.visibility == .community
            else { return nil }
            return LimitNews.Change(
                .sensor(sensor), at: entry.at, by: .settings, what: what, effects: [.init(known.effect)])
        }
        guard entry.facts["homes"] != nil else { return points }
        return points + [LimitNews.Change(.home, at: entry.at, by: .settings, what: what)]
    }

    /// What a decision let limits of the same name count otherwise.
    private static func limitChanges(
        _ entry: RecordEntry, _ adopted: [AdoptedResolution], _ privacy: LimitPrivacy, _ sensors: [SensorID: Sensor]
    ) -> [LimitNews.Change] {
        MeasuredNews.limitChanges(in: entry.facts).map { change in
            let limit = adopted.lazy.flatMap { link in
                link.resolution.limits.map { (LimitReference(resolution: link.resolution.number, limit: $0.id), $0) }
            }.first { $0.0.description == change.limit }
            let isShown = limit.map { privacy.mayShow($0.0) } ?? false
            return LimitNews.Change(
                isShown ? .limit(limit?.1.titles ?? [:]) : .home, at: entry.at,
                by: .decision(entry.facts["number"].flatMap { Int($0) } ?? 0),
                what: MeasuredDifference.read(change.what) { sensors[$0] },
                effects: change.effect.map { [.init($0)] } ?? [])
        }
    }

    /// What is different; empty where the entry is of another kind, or only a name differs.
    private static func differences(
        _ entry: RecordEntry, isHome: Bool, _ sensors: [SensorID: Sensor]
    ) -> [MeasuredDifference] {
        guard let old = entry.text("old") else { return [] }
        let new = entry.text("new")
        switch entry.kind {
        case "sensor.changed", "sensor.retired":
            return MeasuredDifference.between(read(old), new.flatMap(read), isHome: isHome) { sensors[$0] }
        case "sensor.bound": return [MeasuredDifference.between(read(old), new.flatMap(read), isHome: isHome)]
        default: return []
        }
    }

    private static func read<Value: Decodable>(_ text: String) -> Value? {
        try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
}
