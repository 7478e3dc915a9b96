import Foundation
import GatewayModel
import Limits

/// Limits that are tried in one reading of some sensors.
struct TrialPart {
    /// The limits by their places among all that are tried; each on those of its sensors that are read here.
    var limits: [(index: Int, limit: Limit)]
    var sensors: [Sensor]

    /// The parts in which limits are tried: so that every sensor is read as few times as possible, and every processor has
    /// its share.
    static func all(of limits: [(index: Int, limit: Limit)], among sensors: SensorDirectory) -> [TrialPart] {
        let alone = limits.filter(\.limit.judgesSensorsAlone)
        // A level is read on the days on which it was passed; what is beside it would be read on all days for others.
        let levels = alone.filter(\.limit.isOnLevels)
        let others = alone.filter { !$0.limit.isOnLevels }
        var together: [[SensorID]: [(index: Int, limit: Limit)]] = [:]
        for entry in limits where !entry.limit.judgesSensorsAlone {
            together[entry.limit.sensors, default: []].append(entry)
        }
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let groups = together.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { ids, limits in
            // Where there are fewer groups than processors, a group's limits are shared among them.
            shares(of: limits, among: together.count < processors ? processors : 1).map { share in
                TrialPart(limits: share, sensors: ids.compactMap { sensors.sensor($0) })
            }
        }
        return [levels, others].flatMap { bySensors($0, among: processors, sensors) } + groups
    }

    /// The sensors in as many shares as there are processors, each with the limits that look at them.
    private static func bySensors(
        _ limits: [(index: Int, limit: Limit)], among processors: Int, _ sensors: SensorDirectory
    ) -> [TrialPart] {
        let ids = Set(limits.flatMap(\.limit.sensors)).sorted()
        return shares(of: ids, among: processors).map { share in
            let chosen = Set(share)
            return TrialPart(
                limits: limits.compactMap { index, limit in
                    let own = limit.sensors.filter(chosen.contains)
                    return own.isEmpty ? nil : (index, limit.on(own))
                }, sensors: share.compactMap { sensors.sensor($0) })
        }
    }

    private static func shares<Element>(of list: [Element], among count: Int) -> [[Element]] {
        let count = min(count, list.count)
        return (0..<count).map { part in
            Array(list[(list.count * part / count)..<(list.count * (part + 1) / count)])
        }
    }
}
