import GatewayModel
import Limits
import Storage

import struct Foundation.Data
import class Foundation.JSONSerialization

/// What is told where something changes that a limit in force measures: to all stewards at once, with old, new, who, and
/// what it means for last month's figure (P3). Changing it is allowed; doing so in silence is not.
struct MeasuredNews {
    let site: Site
    let store: Store
    let now: Instant

    /// The notices about changed sheets of sensors.
    func notices(of changes: [SensorChange], by person: String) throws -> [OutboxItem] {
        let named = try namedSensors()
        return try changes.filter { named.contains($0.sensor) && $0.kind != .added }.flatMap { change in
            let differences = MeasuredNews.differences(change.old, change.new)
            guard !differences.isEmpty else { return [OutboxItem]() }
            return try notices(change.sensor, change.old ?? change.new, differences.joined(separator: "; "), by: person)
        }
    }

    /// The notices about another device that measures a sensor from now on.
    func notices(of sensor: Sensor, from old: Binding?, to new: Binding, by person: String) throws -> [OutboxItem] {
        guard let old, try namedSensors().contains(sensor.id), old.device != new.device || old.channel != new.channel
        else { return [] }
        let words = "\(old.device) \(old.channel) → \(new.device) \(new.channel)"
        return try notices(sensor.id, sensor, words, by: person)
    }

    /// The notices about another time zone, by which days and months begin.
    func notices(ofZone old: String, to new: String) throws -> [OutboxItem] {
        guard old != new, try !namedSensors().isEmpty else { return [] }
        return NoticeWriter(site: site).announcement("steward.measure_changed", priority: .today, now: now) { book in
            let values = [
                "person": SensorDeclarations.author, "sensor": book.text("told.all_days"),
                "change": "time_zone: \(old) → \(new)", "at": site.local(now), "effect": "",
            ]
            return (book.text("told.title", values), book.text("told.measure_changed", values))
        }
    }

    /// The sensors that limits in force look at.
    private func namedSensors() throws -> Set<SensorID> {
        LimitsInForce(try LimitRegister(site: site).adopted(in: store)).namedSensors(on: site.zone.date(at: now))
    }

    private func notices(
        _ id: SensorID, _ sensor: Sensor?, _ change: String, by person: String
    ) throws -> [OutboxItem] {
        let effect = try lastMonth(of: id)
        let isHousehold = sensor?.visibility == .household
        return NoticeWriter(site: site).announcement("steward.measure_changed", priority: .today, now: now) { book in
            let name = isHousehold ? book.text("alerts.a_home") : sensor?.name(in: book.language) ?? id.rawValue
            let values = [
                "person": person, "sensor": name, "change": Escaping.singleLine(change, limit: 160),
                "at": site.local(now),
                "effect": effect.map { amount, unit in
                    isHousehold
                        ? ""
                        : book.text(
                            "told.measure_effect", ["value": book.number(amount, places: 1), "unit": book.unit(unit)])
                } ?? "",
            ]
            return (book.text("told.title", values), book.text("told.measure_changed", values))
        }
    }

    /// What the sensor measured in the last whole month; changes are dated, so that this figure stays as it is.
    private func lastMonth(of id: SensorID) throws -> (DecimalValue, Unit)? {
        let sensors = try SensorDirectory(store)
        guard let sensor = sensors.sensor(id) else { return nil }
        let month = CalendarMonth(of: site.zone.date(at: now)).previous
        let days = try ComputedDays(store: store, sensors: sensors)
            .dayUse(of: sensor, from: month.firstDay, through: month.lastDay)
        guard let first = days.first else { return nil }
        let sum = days.dropFirst().reduce(DecimalValue?.some(first.use.amount)) { sum, day in
            sum.flatMap { $0.adding(day.use.amount) }
        }
        return sum.map { ($0, first.use.unit) }
    }

    /// The keys of the sheet that say something else, as `key: old → new`; names that people see are no change.
    static func differences(_ old: Sensor?, _ new: Sensor?) -> [String] {
        func fields(_ sensor: Sensor?) -> [String: String] {
            guard let sensor, let text = try? JSONLine.text(sensor),
                let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            else { return [:] }
            return object.mapValues { value in
                guard JSONSerialization.isValidJSONObject(value),
                    let data = try? JSONSerialization.data(withJSONObject: value, options: .sortedKeys)
                else { return "\(value)" }
                return String(decoding: data, as: UTF8.self)
            }
        }
        let (before, after) = (fields(old), fields(new))
        return Set(before.keys).union(after.keys).subtracting(["names", "visited_by"]).sorted().compactMap { key in
            guard before[key] != after[key] else { return nil }
            return "\(key): \(before[key] ?? "-") → \(after[key] ?? "-")"
        }
    }
}
