import Foundation
import GatewayModel
import Limits
import Storage

/// What of a decision nobody will be told of, since it would tell of single homes: the assembly that decides it must know.
struct HiddenLimits {
    let sensors: SensorDirectory

    /// A line for each limit and each stage rule: which, why, and what to do.
    func lines(_ resolution: Resolution, beside adopted: [AdoptedResolution], _ book: Phrasebook) -> [String] {
        let inForce = LimitsInForce(adopted)
        let others = adopted.map(\.resolution).filter {
            $0.number != resolution.number && inForce.isStanding($0.number, on: resolution.inForceFrom)
                && !resolution.supersedes.contains($0.number)
        }
        func name(_ id: String, _ owner: Resolution) -> LimitReference {
            LimitReference(resolution: owner.number, limit: id)
        }
        let all = others + [resolution]
        let rules = DisclosureRules(decidedBy: all)
        let privacy = LimitPrivacy(
            all.flatMap { owner in owner.limits.map { (name($0.id, owner), $0) } },
            stages: all.flatMap { owner in owner.stages.map { (name($0.id, owner), $0) } }, sensors, rules)
        let limits = resolution.limits.compactMap { limit in
            privacy.whyHidden(name(limit.id, resolution)).map { why in
                let sums = sensors.homeSums(of: limit)
                let fewest = HiddenLimits.fewest(sums).count
                let mayBeEnough = why == .tooFew && DisclosureRules.groupMinima.contains(fewest)
                return [
                    words(key(sums, of: limit.resource, why), name(limit.id, resolution), sums, rules, book),
                    mayBeEnough ? book.text("acts.hidden.smaller", ["count": "\(fewest)"]) : "",
                    limit.protects == .people ? book.text("acts.hidden.people") : "",
                ].filter { !$0.isEmpty }.joined(separator: " ")
            }
        }
        let stages = resolution.stages.filter { privacy.whyHidden(name($0.id, resolution)) != nil }.map { stages in
            words(
                stages.declaration == .byAssembly ? "stages_declared" : "stages", name(stages.id, resolution),
                sensors.homeSums(of: stages), rules, book)
        }
        return limits + stages
    }

    /// Which words fit: one home, few homes, all homes of a village with few, or a difference to what is told already.
    private func key(_ sums: [Set<HomePoint>], of resource: Resource, _ why: WithheldReason) -> String {
        guard why == .tooFew else { return "difference" }
        let homes = HiddenLimits.fewest(sums)
        let measured = sensors.all.filter { $0.resource == resource && $0.visibility == .household }
        if homes.count > 1, homes == Set(measured.map(\.place)) { return "all_homes" }
        return homes.count == 1 ? "one_home" : "few_homes"
    }

    /// The homes of the smallest sum.
    private static func fewest(_ sums: [Set<HomePoint>]) -> Set<String> {
        sums.map { Set($0.map(\.home)) }.filter { !$0.isEmpty }.min { $0.count < $1.count } ?? []
    }

    private func words(
        _ key: String, _ name: LimitReference, _ sums: [Set<HomePoint>], _ rules: DisclosureRules, _ book: Phrasebook
    ) -> String {
        book.text(
            "acts.hidden.\(key)",
            [
                "limit": name.description, "count": "\(HiddenLimits.fewest(sums).count)",
                "least": "\(rules.groupMinimum)",
            ])
    }
}

extension Site {
    /// What of a decision that is not adopted yet nobody will be told of; before a box has run, by what the file declares.
    func hiddenLimits(of resolution: Resolution) -> [String] {
        guard !isDataOpen || FileManager.default.fileExists(atPath: configuration.dataFolder + "/gateway.sqlite") else {
            let declared = SensorDirectory(sensors: configuration.sensors.map(\.sensor), bindings: [])
            return HiddenLimits(sensors: declared).lines(resolution, beside: [], book(nil))
        }
        guard let store = try? readingStore(), let sensors = try? SensorDirectory(store),
            let adopted = try? LimitRegister(site: self).adopted(in: store)
        else { return [] }
        return HiddenLimits(sensors: sensors).lines(resolution, beside: adopted, book(nil))
    }
}
