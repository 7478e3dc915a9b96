import GatewayModel
import Limits
import Reporting
import Storage

import struct Foundation.Data
import class Foundation.JSONDecoder

/// What is told where something changes that a limit in force measures: to all stewards at once, with old, new, who, and
/// what it means for last month's figure (P3). Changing it is allowed; doing so in silence is not.
struct MeasuredNews {
    /// What is sent, and what stands in the record book beside the change.
    struct Told {
        var notices: [OutboxItem] = []
        /// The effects on last month's figures, for ``effects(in:)``; of homes none, since the record book holds none of theirs.
        var facts: [SensorID: [String: String]] = [:]
    }

    /// One effect on last month's figure, with the sensor where that does not follow from the change itself.
    struct Effect: Hashable, Codable {
        var sensor: SensorID?
        var effect: MeasuredEffect
    }

    let site: Site
    let store: Store
    let now: Instant

    /// What is told of changed sheets of sensors.
    func told(of changes: [SensorChange], by person: String) throws -> Told {
        let named = try namedSensors()
        let sheets = try store.sensors() + changes.compactMap(\.new)
        let sensors = Dictionary(sheets.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        var told = Told()
        for change in changes where change.kind != .added && named.contains(change.sensor) {
            let differences = MeasuredDifference.between(change.old, change.new) { sensors[$0] }
            guard let old = change.old, !differences.isEmpty else { continue }
            let effect = try month().effect(of: old, change.new)
            told.add(notices(old, differences, effect, by: person), try facts(effect, of: old), of: old.id)
        }
        return told
    }

    /// What is told of sensors that another device measures from now on, or none any more: the ones that are to be bound,
    /// those that give up a channel to them, and those `ending`.
    func told(of new: [Binding], ending: [SensorID] = [], by person: String) throws -> Told {
        let named = try namedSensors()
        let sensors = Dictionary(try store.sensors().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var told = Told()
        for old in try store.bindings() where old.until == nil && named.contains(old.sensor) {
            guard let sensor = sensors[old.sensor] else { continue }
            let next = new.first { $0.sensor == old.sensor }
            let ends = ending.contains(old.sensor) || new.contains { $0.isSameChannel(as: old) }
            guard next.map({ !$0.isSameChannel(as: old) }) ?? ends else { continue }
            let effect = try next.map { try month().effect(of: sensor, boundTo: $0) } ?? month().effect(of: sensor, nil)
            let difference = MeasuredDifference.between(old, next, isHome: sensor.visibility == .household)
            told.add(
                notices(sensor, [difference], effect, by: person), try facts(effect, of: sensor), of: sensor.id)
        }
        return told
    }

    /// What is told of another time zone, by which days and months begin, and what stands in the record book with it.
    func told(ofZone old: Zone, to new: Zone) throws -> (notices: [OutboxItem], facts: [String: String]) {
        let named = try namedSensors()
        guard old != new, !named.isEmpty else { return ([], [:]) }
        let month = try MeasuredMonth(store: store, zone: old, now: now)
        let sensors = try store.sensors().filter {
            named.contains($0.id) && $0.visibility == .community && $0.computed == nil
        }
        // A day that begins an hour later changes the figures of some and not of others.
        let effects = try sensors.map { (sensor: $0, effect: try month.effect(of: $0.id, otherZone: new)) }
            .filter { $0.effect.before != $0.effect.after }
        let notices = NoticeWriter(site: site).announcement("steward.measure_changed", priority: .today, now: now) {
            book in
            let lines = effects.prefix(3).map { entry in
                book.text(
                    "told.effect.of",
                    ["point": entry.sensor.name(in: book.language), "effect": entry.effect.text(book)])
            }
            let rest = book.text("told.effect.more", ["count": String(effects.count - lines.count)])
            let values = [
                "person": book.text("told.by_settings"), "sensor": book.text("told.all_days"),
                "change": MeasuredDifference(
                    .timeZone, from: .name(old.identifier), to: .name(new.identifier)
                ).text(book), "at": site.local(now),
                "effect": effects.isEmpty
                    ? book.text("told.effect.none")
                    : (lines + (effects.count > lines.count ? [rest] : [])).joined(separator: " "),
            ]
            return (book.text("told.title", values), book.text("told.measure_changed", values))
        }
        let facts = effects.map { Effect(sensor: $0.sensor.id, effect: $0.effect) }
        return (notices, ["effects": try JSONLine.text(facts)])
    }

    /// The effects that stand in the record book with a change.
    static func effects(in facts: [String: String]) -> [Effect] {
        guard let text = facts["effects"] else { return [] }
        return (try? decoder.decode([Effect].self, from: Data(text.utf8))) ?? []
    }

    /// Reads what ``JSONLine`` wrote.
    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    func month() throws -> MeasuredMonth {
        try MeasuredMonth(store: store, zone: site.zone, now: now)
    }

    /// The sensors that limits in force look at, and the parts of virtual ones among them.
    func namedSensors() throws -> Set<SensorID> {
        let named = LimitsInForce(try LimitRegister(site: site).adopted(in: store))
            .namedSensors(on: site.zone.date(at: now))
        return try store.sensors().reduce(into: named) { found, sensor in
            if named.contains(sensor.id) { found.formUnion(sensor.computed?.parts ?? []) }
        }
    }

    private func facts(_ effect: MeasuredEffect, of sensor: Sensor) throws -> [String: String] {
        sensor.visibility == .household ? [:] : ["effects": try JSONLine.text([Effect(effect: effect)])]
    }

    private func notices(
        _ sensor: Sensor, _ changes: [MeasuredDifference], _ effect: MeasuredEffect, by person: String
    ) -> [OutboxItem] {
        let isHousehold = sensor.visibility == .household
        return NoticeWriter(site: site).announcement("steward.measure_changed", priority: .today, now: now) { book in
            let values = [
                "person": person == SensorDeclarations.author ? book.text("told.by_settings") : person,
                "sensor": isHousehold ? book.text("alerts.a_home") : sensor.name(in: book.language),
                "change": Escaping.singleLine(changes.text(book), limit: 1000), "at": site.local(now),
                "effect": isHousehold ? "" : effect.text(book),
            ]
            return (book.text("told.title", values), book.text("told.measure_changed", values))
        }
    }
}

extension MeasuredNews.Told {
    fileprivate mutating func add(_ new: [OutboxItem], _ known: [String: String], of sensor: SensorID) {
        notices += new
        facts[sensor] = known
    }
}
