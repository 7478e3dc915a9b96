import GatewayModel

/// A value that moves too fast: the newest level against the extreme of the window before it.
struct RateWatch: RuleWatch {
    private struct Place: Sendable {
        var samples: [(time: Instant, value: DecimalValue)] = []
        var beyond = 0
        var latch = Latch()
    }

    private var places: [SensorID: Place] = [:]

    mutating func see(level: DecimalValue, _ measurement: Measurement, _ frame: RuleFrame) -> [RuleChange] {
        guard case .rate(let change, let within, let direction) = frame.limit.rule,
            let value = frame.convert(level, measurement.sensor)
        else { return [] }
        var place = places.removeValue(forKey: measurement.sensor) ?? Place()
        defer { places[measurement.sensor] = place }
        let oldest = measurement.time.advanced(bySeconds: -within)
        place.samples.removeAll { $0.time < oldest }
        place.samples.append((measurement.time, value))
        place.latch.note(level, measurement, frame)
        let values = place.samples.lazy.map(\.value)
        let extreme = direction == .falls ? values.max() : values.min()
        guard let extreme, let moved = direction == .falls ? extreme.subtracting(value) : value.subtracting(extreme)
        else { return [] }
        let isBeyond = moved > change
        place.beyond = isBeyond ? place.beyond + 1 : 0
        // It is over once it moves no faster than half of what is allowed, so that it does not come and go.
        let isOver = change.multiplied(byRatio: 1, 2).map { moved <= $0 } ?? true
        let needed = frame.limit.priority == .now && !frame.limit.waivesConfirmation ? 2 : 1
        guard place.latch.raisedAt == nil ? place.beyond >= needed : isOver else { return [] }
        let onset = place.samples.first { $0.value == extreme }?.time ?? measurement.time
        return place.latch.update(
            isPast: isBeyond, sensor: measurement.sensor, onset: isBeyond ? onset : measurement.time, value: moved,
            bound: change, coverage: Coverage(measured: 1, expected: 1), frame)
    }

    mutating func restore(raised: LimitTransition) {
        guard let sensor = raised.sensor else { return }
        places[sensor, default: Place()].latch.raisedAt = raised.onset
    }

    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        guard case .rate(_, let within, _) = rule else { return 0 }
        return max(36 * 3600, within)
    }
}

/// Several places at once: an undesired result is one that shows at a stated number of them.
struct SitesWatch: RuleWatch {
    private struct Place: Sendable {
        var outsideSince: Instant?
        var value: DecimalValue
    }

    private var places: [SensorID: Place] = [:]
    private var latch = Latch()

    mutating func see(level: DecimalValue, _ measurement: Measurement, _ frame: RuleFrame) -> [RuleChange] {
        guard case .sites(let bound, let deadband, _, _) = frame.limit.rule,
            let value = frame.convert(level, measurement.sensor)
        else { return [] }
        let before = places[measurement.sensor]?.outsideSince
        let isOutside = LimitEngine.isOutside(value, bound, frame.limit.bound)
        let isClear = LimitEngine.isClear(value, bound, deadband, frame.limit.bound)
        places[measurement.sensor] = Place(
            outsideSince: isOutside ? before ?? measurement.time : isClear ? nil : before, value: value)
        latch.note(level, measurement, frame)
        return tick(frame)
    }

    mutating func tick(_ frame: RuleFrame) -> [RuleChange] {
        guard case .sites(let bound, _, let atLeast, let onDelay) = frame.limit.rule else { return [] }
        let outside = places.values.filter { place in
            place.outsideSince.map { frame.now >= $0.advanced(bySeconds: onDelay) } ?? false
        }
        let onset = outside.compactMap(\.outsideSince).sorted().dropFirst(atLeast - 1).first ?? frame.now
        let worst =
            frame.limit.bound == .atMost ? outside.map(\.value).max() : outside.map(\.value).min()
        return latch.update(
            isPast: outside.count >= atLeast, sensor: nil, onset: onset,
            value: worst ?? places.values.map(\.value).min(),
            bound: bound, coverage: Coverage(measured: places.count, expected: frame.limit.sensors.count), frame)
    }

    mutating func restore(raised: LimitTransition) { latch.raisedAt = raised.onset }
}

/// A sensor that goes on saying the same: it lives, and it may not measure.
struct FlatlineWatch: RuleWatch {
    private struct Place: Sendable {
        var value: DecimalValue
        var since: Instant
        var latch = Latch()
    }

    private var places: [SensorID: Place] = [:]
    private var told: [SensorID: Instant] = [:]

    mutating func see(level: DecimalValue, _ measurement: Measurement, _ frame: RuleFrame) -> [RuleChange] {
        guard case .flatline(let after) = frame.limit.rule else { return [] }
        var place = places.removeValue(forKey: measurement.sensor) ?? Place(value: level, since: measurement.time)
        defer { places[measurement.sensor] = place }
        if let onset = told.removeValue(forKey: measurement.sensor) { place.latch.raisedAt = onset }
        if place.value != level {
            place.value = level
            place.since = measurement.time
        }
        place.latch.note(level, measurement, frame)
        let onset = place.since.advanced(bySeconds: after)
        let isPast = measurement.time >= onset
        return place.latch.update(
            isPast: isPast, sensor: measurement.sensor, onset: isPast ? onset : measurement.time, value: nil,
            bound: DecimalValue(after), coverage: Coverage(measured: 1, expected: 1), frame)
    }

    mutating func restore(raised: LimitTransition) {
        guard let sensor = raised.sensor else { return }
        told[sensor] = raised.onset
    }

    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        guard case .flatline(let after) = rule else { return 0 }
        return max(36 * 3600, after + 3600)
    }
}
