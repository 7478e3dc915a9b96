import GatewayModel

/// A value that moves too fast: the newest level against the extreme of the window before it.
struct RateWatch: RuleWatch {
    private struct Place: Sendable {
        var extreme = SlidingExtreme()
        var beyond = 0
        var latch = Latch()
    }

    private var places: [Place]

    init(sensors: Int) {
        places = Array(repeating: Place(), count: sensors)
    }

    mutating func see(level: RecentFigures.Figure, _ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange] {
        guard case .rate(let change, let within, let direction) = frame.limit.rule, let value = frame.convert(level)
        else { return [] }
        let extreme = places[level.place].extreme.note(
            value, at: level.time, since: level.time.advanced(bySeconds: -within),
            isGreatest: direction == .falls)
        places[level.place].latch.recent.note(level)
        let moved = direction == .falls ? extreme.value.subtracting(value) : value.subtracting(extreme.value)
        guard let moved else { return [] }
        return RateWatch.judge(&places[level.place], level, moved, change, since: extreme.time, frame)
    }

    private static func judge(
        _ place: inout Place, _ level: RecentFigures.Figure, _ moved: DecimalValue, _ change: DecimalValue,
        since: Instant, _ frame: RuleFrame
    ) -> [RuleChange] {
        let isBeyond = moved > change
        place.beyond = isBeyond ? place.beyond + 1 : 0
        // It is over once it moves no faster than half of what is allowed, so that it does not come and go.
        let needed = frame.limit.priority == .now && !frame.limit.waivesConfirmation ? 2 : 1
        let isTold = place.latch.raisedAt != nil
        guard isTold ? change.multiplied(byRatio: 1, 2).map({ moved <= $0 }) ?? true : place.beyond >= needed else {
            return []
        }
        return place.latch.update(
            isPast: isBeyond, sensor: frame.judged.sensors[level.place], onset: isBeyond ? since : level.time,
            value: moved, bound: change, coverage: Coverage(measured: 1, expected: 1), frame)
    }

    mutating func restore(raised: LimitTransition, at place: Int?) {
        guard let place else { return }
        places[place].latch.raisedAt = raised.onset
    }

    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        guard case .rate(_, let within, _) = rule else { return 0 }
        return max(36 * 3600, within)
    }
}

/// A sensor that goes on saying the same: it lives, and it may not measure.
struct FlatlineWatch: RuleWatch {
    private struct Place: Sendable {
        var value: DecimalValue?
        var since = Instant(milliseconds: 0)
        var latch = Latch()
    }

    private var places: [Place]

    init(sensors: Int) {
        places = Array(repeating: Place(), count: sensors)
    }

    mutating func see(level: RecentFigures.Figure, _ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange] {
        guard case .flatline(let after) = frame.limit.rule else { return [] }
        if places[level.place].value != level.value {
            places[level.place].value = level.value
            places[level.place].since = level.time
        }
        places[level.place].latch.recent.note(level)
        let onset = places[level.place].since.advanced(bySeconds: after)
        let isPast = level.time >= onset
        return places[level.place].latch.update(
            isPast: isPast, sensor: frame.judged.sensors[level.place], onset: isPast ? onset : level.time, value: nil,
            bound: DecimalValue(after), coverage: Coverage(measured: 1, expected: 1), frame)
    }

    mutating func restore(raised: LimitTransition, at place: Int?) {
        guard let place else { return }
        places[place].latch.raisedAt = raised.onset
    }

    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        guard case .flatline(let after) = rule else { return 0 }
        return max(36 * 3600, after + 3600)
    }
}
