import Foundation
import GatewayModel
import Limits
import Reporting
import Storage
import Synchronization

/// Tries limits on what is stored, from one day through another.
struct TrialRun {
    let store: Store
    let sensors: SensorDirectory
    let zone: Zone
    let from: CalendarDate
    let through: CalendarDate
    /// Where the last day is not over: up to when it is tried.
    var until: Instant?

    /// What would have happened with each limit, in their order; `counting` are the days on which one counts, by its place.
    func trials(of limits: [(Limit, Scale)], counting: [Int: Set<CalendarDate>] = [:]) throws -> [Trial] {
        let onDays = limits.filter { Trial.isOnDays($0.0.rule) }.map(\.0)
        let lookBack =
            onDays.map { limit -> Int in
                if case .budget(_, let period, _, _) = limit.rule, let start = period.start(containing: from) {
                    return Int(from.daysSinceEpoch - start.daysSinceEpoch)
                }
                return DayRules.lookBack(limit.rule)
            }.max() ?? 0
        let needed = Set(onDays.flatMap { $0.sensors + DayRules.otherSensors($0.rule) }).sorted()
        let table = try DayTables(store: store, sensors: sensors).table(
            of: needed, from: from.adding(days: -lookBack), through: through)
        var found: [Int: Trial] = [:]
        var streamed: [(index: Int, limit: Limit)] = []
        for (index, (limit, scale)) in limits.enumerated() {
            if Trial.isOnDays(limit.rule) {
                found[index] = Trial.onDays(
                    limit, scale, from: from, through: through, table, zone: zone, counting: counting[index])
            } else {
                streamed.append((index, limit))
            }
        }
        let parts = try onReadings(TrialPart.all(of: streamed, among: sensors), limits)
        for (index, _) in streamed {
            let trial = Trial(limits[index].0, limits[index].1, merging: parts[index] ?? [])
            found[index] = counting[index].map { trial.counted(on: $0, through: through, zone: zone) } ?? trial
        }
        return limits.indices.compactMap { found[$0] }.map { trial in
            // What one sensor shows as passed is passed, whatever is not known of another.
            var trial = trial
            if !trial.unknownDays.isEmpty { trial.unknownDays.subtract(trial.days(through: through, zone: zone)) }
            return trial
        }
    }

    /// Goes through the readings of each part, as many at once as there are processors; the trials by the limits' places.
    private func onReadings(_ parts: [TrialPart], _ limits: [(Limit, Scale)]) throws -> [Int: [Trial]] {
        let results = Mutex<[Int: Result<[Trial], any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: parts.count) { number in
            let part = parts[number]
            let result = Result {
                try stream(part.limits.map { ($0.limit, limits[$0.index].1) }, of: part.sensors)
            }
            results.withLock { $0[number] = result }
        }
        return try results.withLock { results in
            try parts.enumerated().reduce(into: [:]) { found, entry in
                let trials = try results[entry.offset]?.get() ?? []
                for (limit, trial) in zip(entry.element.limits, trials) {
                    found[limit.index, default: []].append(trial)
                }
            }
        }
    }

    private func stream(_ limits: [(Limit, Scale)], of chosen: [Sensor]) throws -> [Trial] {
        let begin = zone.start(of: from)
        let last = zone.start(of: through.adding(days: 1))
        let end = until.map { min($0, last) } ?? last
        let first = try store.firstReading()
        let longest = limits.map { LimitEngine.lookBack($0.0) }.max() ?? 0
        let before = min(longest, max(0, begin.milliseconds(since: first ?? begin) / 1000))
        let start = begin.advanced(bySeconds: -before)
        let spans = try spans(limits.map(\.0), of: chosen, from: start, until: end)
        let opening = try spans.first.map { try replay(of: chosen, from: $0.lowerBound) }
        let lastSeen = opening?.lastSeen ?? [:]
        let expected = try expected(limits.map(\.0), of: chosen.filter { lastSeen[$0.id] == nil }, since: first ?? end)
        var heard = try HeardDays(self, of: chosen, expected: expected)
        var trial = StreamTrial(
            limits, sensors: chosen, zone: zone, from: start, lastSeen: lastSeen, expected: expected)
        for (place, span) in spans.enumerated() {
            var replay = try (place == 0 ? opening : nil) ?? replay(of: chosen, from: span.lowerBound)
            try replay.run(from: span.lowerBound, until: span.upperBound) {
                heard.note($0)
                trial.receive($0)
            }
        }
        var tried = trial.finish(at: end)
        let near = try nearDays(limits, of: chosen)
        for index in tried.indices {
            // What began before the first day was asked for is not part of the answer.
            tried[index].episodes = tried[index].episodes.compactMap { episode in
                guard episode.until.map({ $0 > begin }) ?? true else { return nil }
                var episode = episode
                episode.from = max(episode.from, begin)
                return episode
            }
            tried[index].nearDays = near[index]
            heard.mark(&tried[index])
        }
        return tried
    }

    private func replay(of chosen: [Sensor], from: Instant) throws -> MeasurementReplay {
        try MeasurementReplay(store: store, sensors: sensors, of: chosen, from: from, zone: zone)
    }

    /// Since when sensors that were not heard before are waited for, where their silence is asked for: since the first reading
    /// of all, before which nobody listened, or since the sensor is known here.
    private func expected(
        _ limits: [Limit], of unheard: [Sensor], since first: Instant
    ) throws -> [SensorID: Instant] {
        guard limits.contains(where: { if case .silence = $0.rule { true } else { false } }) else { return [:] }
        let declared = try store.meterSheets()
        return Dictionary(
            unheard.map { ($0.id, max(first, declared[$0.id]?.first?.from ?? first)) },
            uniquingKeysWith: { first, _ in first })
    }
}
