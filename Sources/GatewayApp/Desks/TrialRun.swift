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
        // Limits that differ in their number alone are tried in one reading of the store.
        var found: [Int: Trial] = [:]
        var streams: [[SensorID]: [Int]] = [:]
        for (index, (limit, scale)) in limits.enumerated() {
            if Trial.isOnDays(limit.rule) {
                found[index] = Trial.onDays(
                    limit, scale, from: from, through: through, table, zone: zone, counting: counting[index])
            } else {
                streams[limit.sensors, default: []].append(index)
            }
        }
        for (ids, indexes) in streams {
            let tried = try inParts(indexes.map { limits[$0] }, of: ids.compactMap { sensors.sensor($0) })
            for (index, trial) in zip(indexes, tried) {
                found[index] = counting[index].map { trial.counted(on: $0, through: through, zone: zone) } ?? trial
            }
        }
        return limits.indices.compactMap { found[$0] }.map { trial in
            // What one sensor shows as passed is passed, whatever is not known of another.
            var trial = trial
            if !trial.unknownDays.isEmpty { trial.unknownDays.subtract(trial.days(through: through, zone: zone)) }
            return trial
        }
    }

    /// Shares the sensors among the processors; where a rule must see them together, the limits.
    private func inParts(_ limits: [(Limit, Scale)], of chosen: [Sensor]) throws -> [Trial] {
        let isBySensor = limits.allSatisfy { $0.0.judgesSensorsAlone }
        let count = min(ProcessInfo.processInfo.activeProcessorCount, isBySensor ? chosen.count : limits.count)
        guard count > 1 else { return try stream(limits, of: chosen) }
        let parts = Mutex<[Int: Result<[Trial], any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: count) { part in
            let result = Result {
                guard isBySensor else { return try stream(TrialRun.share(part, of: count, limits), of: chosen) }
                let share = TrialRun.share(part, of: count, chosen)
                return try stream(limits.map { ($0.0.on(share.map(\.id)), $0.1) }, of: share)
            }
            parts.withLock { $0[part] = result }
        }
        let tried = try parts.withLock { found in try (0..<count).map { try found[$0]?.get() ?? [] } }
        return isBySensor
            ? limits.indices.map { index in
                Trial(limits[index].0, limits[index].1, merging: tried.map { $0[index] })
            } : tried.flatMap { $0 }
    }

    private static func share<Element>(_ part: Int, of count: Int, _ list: [Element]) -> [Element] {
        Array(list[(list.count * part / count)..<(list.count * (part + 1) / count)])
    }

    private func stream(_ limits: [(Limit, Scale)], of chosen: [Sensor]) throws -> [Trial] {
        let begin = zone.start(of: from)
        let last = zone.start(of: through.adding(days: 1))
        let end = until.map { min($0, last) } ?? last
        // Before the first reading nobody listened, so nothing was silent.
        let first = try store.firstReading() ?? begin
        let longest = limits.map { LimitEngine.lookBack($0.0) }.max() ?? 0
        let before = min(longest, max(0, begin.milliseconds(since: first) / 1000))
        var heard = try HeardDays(self, of: chosen)
        var trial = StreamTrial(limits, sensors: chosen, zone: zone, from: begin.advanced(bySeconds: -before))
        for span in try spans(limits.map(\.0), of: chosen, from: begin.advanced(bySeconds: -before), until: end) {
            var replay = try MeasurementReplay(
                store: store, sensors: sensors, of: chosen, from: span.lowerBound, zone: zone)
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

    /// The times whose readings can matter: of bounds on levels the days on which one was passed, with the day before and after.
    private func spans(
        _ limits: [Limit], of chosen: [Sensor], from: Instant, until: Instant
    ) throws -> [Range<Instant>] {
        let bounds = limits.compactMap { limit -> (limit: Limit, value: DecimalValue, deadband: DecimalValue)? in
            guard case .instant(let value, let deadband, _, _) = limit.rule else { return nil }
            return (limit, value, deadband)
        }
        guard bounds.count == limits.count, chosen.allSatisfy({ $0.computed == nil }) else { return [from..<until] }
        let first = zone.date(at: from)
        var days: Set<CalendarDate> = []
        var known: Set<CalendarDate> = []
        let gauges = try GaugeDays(store: store)
        for sensor in chosen {
            let figures = try gauges.figures(of: sensor, from: first, through: through)
            known.formUnion(figures.map(\.date))
            for bound in bounds {
                days.formUnion(TrialRun.days(on: bound, of: sensor, figures))
            }
        }
        // Days that were not counted yet are read as they are.
        var date = first
        while date <= through {
            if !known.contains(date) { days.formUnion([date, date.adding(days: 1)]) }
            date = date.adding(days: 1)
        }
        return days.sorted().reduce(into: [Range<Instant>]()) { spans, date in
            let day = zone.start(of: date)..<zone.start(of: date.adding(days: 1))
            guard day.lowerBound < until, day.upperBound > from else { return }
            if let last = spans.last, last.upperBound == day.lowerBound {
                spans[spans.count - 1] = last.lowerBound..<day.upperBound
            } else {
                spans.append(day)
            }
        }
    }

    /// The days that show when a level was passed and when it was clear: what was passed goes on, also through a gap, until a
    /// day on which it is clear by the deadband.
    private static func days(
        on bound: (limit: Limit, value: DecimalValue, deadband: DecimalValue), of sensor: Sensor,
        _ figures: [DayGaugeFigure]
    ) -> Set<CalendarDate> {
        let side = bound.limit.bound
        var days: Set<CalendarDate> = []
        var isOpen = false
        for figure in figures {
            guard let minimum = figure.minimum.converted(from: sensor.unit, to: bound.limit.unit),
                let maximum = figure.maximum.converted(from: sensor.unit, to: bound.limit.unit)
            else {
                days.insert(figure.date)
                continue
            }
            let (worst, best) = side == .atMost ? (maximum, minimum) : (minimum, maximum)
            let isPast = LimitEngine.isOutside(worst, bound.value, side)
            if isPast || isOpen { days.formUnion([0, 1].map { figure.date.adding(days: $0) }) }
            if isPast { days.insert(figure.date.adding(days: -1)) }
            // Whether it was clear before it was passed again that day, or after, only its readings say.
            isOpen = isPast || isOpen && !LimitEngine.isClear(best, bound.value, bound.deadband, side)
        }
        return days
    }

    /// Days on which a level came within a tenth of a bound that protects people.
    private func nearDays(_ limits: [(Limit, Scale)], of chosen: [Sensor]) throws -> [Set<CalendarDate>] {
        let gauges = try GaugeDays(store: store)
        let figures = try chosen.map { ($0, try gauges.figures(of: $0, from: from, through: through)) }
        return limits.map { limit, _ in
            guard case .instant(let bound, _, _, _) = limit.rule, limit.protects == .people,
                let near = bound.multiplied(byRatio: limit.bound == .atLeast ? 11 : 9, 10)
            else { return [] }
            return Set(
                figures.flatMap { sensor, days in
                    days.filter { day in
                        let value = limit.bound == .atLeast ? day.minimum : day.maximum
                        guard let own = value.converted(from: sensor.unit, to: limit.unit) else { return false }
                        return limit.bound == .atLeast ? own < near && own >= bound : own > near && own <= bound
                    }.map(\.date)
                })
        }
    }
}
