import GatewayModel
import Limits
import Reporting
import Storage

import struct Foundation.Data
import class Foundation.JSONDecoder

/// A decision changes what a limit of the same name counts: which sensors, for how many people, on how much ground.
extension MeasuredNews {
    /// What counts otherwise for a limit, with what that means for last month's figure; nil where homes are counted.
    struct LimitChange: Hashable, Codable {
        /// The limit as the new decision has it, such as `4/water`.
        var limit: String
        /// What differs, as `key: old → new`.
        var what: String
        var effect: MeasuredEffect?
    }

    /// What is told of a decision that is about to be adopted, and what stands in the record book with it.
    func told(of resolution: Resolution) throws -> (notices: [OutboxItem], facts: [String: String]) {
        let adopted = LimitsInForce(try LimitRegister(site: site).adopted(in: store))
        let before = adopted.inForce(on: resolution.inForceFrom)
        let sensors = try SensorDirectory(store)
        let privacy = LimitPrivacy(
            resolution.limits.map { (LimitReference(resolution: resolution.number, limit: $0.id), $0) }, sensors,
            adopted.disclosureRules(on: resolution.inForceFrom, with: resolution))
        var notices: [OutboxItem] = []
        var changes: [LimitChange] = []
        for limit in resolution.limits {
            guard
                let old = before.last(where: {
                    $0.reference.limit == limit.id && resolution.supersedes.contains($0.reference.resolution)
                })
            else { continue }
            let differences = differences(old, limit, resolution.scale, sensors)
            guard !differences.isEmpty else { continue }
            let change = LimitChange(
                limit: "\(resolution.number)/\(limit.id)", what: differences.joined(separator: "; "),
                effect: try effect(old, limit, resolution.scale, sensors))
            changes.append(change)
            let isShown = privacy.mayShow(LimitReference(resolution: resolution.number, limit: limit.id))
            notices += self.notices(change, of: isShown ? limit : nil, in: resolution, sensors)
        }
        return (notices, changes.isEmpty ? [:] : ["measured": try JSONLine.text(changes)])
    }

    /// The changes that stand in the record book with an adopted decision.
    static func limitChanges(in facts: [String: String]) -> [LimitChange] {
        guard let text = facts["measured"] else { return [] }
        return (try? decoder.decode([LimitChange].self, from: Data(text.utf8))) ?? []
    }

    private func differences(
        _ old: LimitInForce, _ limit: Limit, _ scale: Scale, _ sensors: SensorDirectory
    ) -> [String] {
        var found: [String] = []
        if Set(old.limit.sensors) != Set(limit.sensors) {
            let isPublic = (old.limit.sensors + limit.sensors).allSatisfy { isCommunity($0, sensors) }
            let words = [old.limit.sensors, limit.sensors].map { ids in
                isPublic ? ids.map(\.rawValue).sorted().joined(separator: ", ") : String(ids.count)
            }
            found.append("sensors: \(words[0]) → \(words[1])")
        }
        switch limit.basis {
        case .perPerson where old.scale.persons != scale.persons:
            let words = [old.scale.persons, scale.persons].map { $0.map(String.init) ?? "-" }
            found.append("persons_served: \(words[0]) → \(words[1])")
        case .perSquareMetre(let area) where old.scale.areas[area] != scale.areas[area]:
            let words = [old.scale.areas[area], scale.areas[area]].map { $0?.description ?? "-" }
            found.append("areas.\(area): \(words[0]) → \(words[1])")
        default: break
        }
        return found
    }

    /// What the limit's figure was last month, and what it is when counted the new way; nil where homes or levels are counted.
    private func effect(
        _ old: LimitInForce, _ limit: Limit, _ scale: Scale, _ sensors: SensorDirectory
    ) throws -> MeasuredEffect? {
        let month = try month()
        func figure(_ ids: [SensorID], _ scale: Scale) throws -> MeasuredEffect.Figure? {
            guard let sum = try month.use(of: ids, in: limit.unit) else { return nil }
            switch limit.basis {
            case .perPerson:
                guard let persons = scale.persons, persons > 0 else { return nil }
                return sum.rounded(places: 9).multiplied(byRatio: 1, Int64(persons * month.days)).map {
                    .perPerson(amount: $0, unit: limit.unit)
                }
            case .perSquareMetre(let area):
                guard let ground = scale.areas[area]?.doubleValue, ground > 0 else { return nil }
                return sum.rounded(places: 9).multiplied(byRatio: 100, Int64((ground * 100).rounded())).map {
                    .perSquareMetre(amount: $0, unit: limit.unit)
                }
            case .total, .part, nil:
                return .use(amount: sum, unit: limit.unit, measuredPermille: 1000, isLowerBound: false)
            }
        }
        guard (old.limit.sensors + limit.sensors).allSatisfy({ isCommunity($0, sensors) }) else { return nil }
        return MeasuredEffect(
            before: try figure(old.limit.sensors, old.scale), after: try figure(limit.sensors, scale))
    }

    private func isCommunity(_ id: SensorID, _ sensors: SensorDirectory) -> Bool {
        sensors.sensor(id)?.visibility == .community
    }

    /// What the stewards hear; no name of a limit that is nil, since it could be a home's.
    private func notices(
        _ change: LimitChange, of limit: Limit?, in resolution: Resolution, _ sensors: SensorDirectory
    ) -> [OutboxItem] {
        let differences = MeasuredDifference.read(change.what, find: sensors.sensor)
        return NoticeWriter(site: site).announcement("steward.measure_changed", priority: .today, now: now) { book in
            let what = differences.text(book)
            let values = [
                "person": book.text("told.by_decision", ["number": String(resolution.number)]),
                "sensor": limit.map { $0.titles.text(in: book.language) ?? $0.id }
                    ?? book.text("alerts.limit_on_homes"),
                "change": Escaping.singleLine(
                    limit == nil ? what : "\(change.limit): \(what)", limit: 1000),
                "at": "\(resolution.inForceFrom)", "effect": change.effect?.text(book) ?? "",
            ]
            return (book.text("told.title", values), book.text("told.measure_changed", values))
        }
    }
}

extension Limit {
    /// What its amount is counted for; nil where it has none of a period.
    fileprivate var basis: BudgetBasis? {
        switch rule {
        case .budget(_, _, let basis, _), .rolling(_, _, let basis), .delivered(_, let basis, _, _, _): basis
        default: nil
        }
    }
}
