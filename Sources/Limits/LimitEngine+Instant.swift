import GatewayModel

/// What is known of one sensor and one instant limit.
struct InstantState: Hashable, Sendable {
    /// Since when the value is outside without a break; nil while inside.
    var outsideSince: Instant?
    /// Since when it is inside by the deadband, while raised.
    var insideSince: Instant?
    /// The onset that was told; nil where the limit is kept.
    var raisedAt: Instant?
    /// Readings outside in a row.
    var outsideCount = 0
    /// The newest value in the limit's unit.
    var value: DecimalValue?
    /// When the newest of them was measured.
    var last: Instant?
    /// Milliseconds up to then, since it is outside, or inside while raised, that readings speak for.
    var covered: Int64 = 0
    /// The newest readings.
    var recent = RecentFigures()

    /// True while it waits for time to pass: to be raised, or to be clear.
    var isDelayed: Bool { mayChange && (raisedAt == nil || insideSince != nil) }

    /// True where it is not as it was told: outside and not raised, or raised and no longer outside.
    var mayChange: Bool { (raisedAt == nil) == (outsideSince != nil) }
}

extension InstantState {
    /// Counts the time up to the next reading that the last one speaks for. After a gap that is longer than the time for which
    /// it must be outside, nobody knows that it stayed outside: it begins anew.
    mutating func pass(until time: Instant, reach: Int64, longest: Int64) {
        defer { last = time }
        guard let last else { return }
        let passed = max(0, time.milliseconds(since: last))
        covered += min(passed, reach)
        if reach > 0, raisedAt == nil, passed - reach > longest * 1000 { outsideSince = nil }
    }
}

extension LimitEngine {
    mutating func seeLevel(
        _ raw: DecimalValue, at place: Int, _ time: Instant, _ limit: JudgedLimit, now: Instant, isReplay: Bool
    ) -> [LimitTransition] {
        guard case .instant(let bound, let deadband, let onDelay, _) = limit.limit.rule,
            let value = limit.converted(raw, at: place)
        else { return [] }
        let side = limit.limit.bound
        let reach = limit.limit.leastMeasured == nil ? 0 : limit.reach(at: place) ?? 0
        change(place, of: limit) { state in
            let (outside, inside) = (state.outsideSince, state.insideSince)
            state.pass(until: time, reach: reach, longest: onDelay)
            defer { if (state.outsideSince, state.insideSince) != (outside, inside) { state.covered = 0 } }
            state.value = value
            state.recent.note(RecentFigures.Figure(place: place, time: time, value: raw))
            if LimitEngine.isOutside(value, bound, side) {
                state.outsideSince = state.outsideSince ?? time
                state.insideSince = nil
                state.outsideCount += 1
            } else if state.raisedAt == nil || LimitEngine.isClear(value, bound, deadband, side) {
                state.outsideSince = nil
                state.outsideCount = 0
                state.insideSince = state.insideSince ?? time
            }
        }
        return isReplay ? [] : judge(place, limit, now: now)
    }

    /// Raises or clears by the delays; called for each measurement and by the clock.
    mutating func judge(_ place: Int, _ limit: JudgedLimit, now: Instant) -> [LimitTransition] {
        guard instants[limit.number][place].mayChange,
            case .instant(let bound, _, let onDelay, let offDelay) = limit.limit.rule
        else { return [] }
        let state = instants[limit.number][place]
        if state.raisedAt == nil {
            guard let since = state.outsideSince, now >= since.advanced(bySeconds: onDelay),
                isConfirmed(place, limit, state), isMeasured(place, limit, state, since, for: onDelay, now)
            else { return [] }
            // Alarms count from adoption: a condition that is older begins for this limit when it was adopted.
            let onset = max(since, limit.entry.adoptedAt)
            change(place, of: limit) { $0.raisedAt = onset }
            return [transition(.raised, place, limit, state, bound, onset: onset, now: now)]
        }
        guard state.outsideSince == nil, let since = state.insideSince, now >= since.advanced(bySeconds: offDelay),
            isMeasured(place, limit, state, since, for: offDelay, now)
        else { return [] }
        change(place, of: limit) { $0.raisedAt = nil }
        return [transition(.returned, place, limit, state, bound, onset: since, now: now)]
    }

    /// Changes what is known of a sensor, and notes whether the clock alone can change it further.
    mutating func change(_ place: Int, of limit: JudgedLimit, _ body: (inout InstantState) -> Void) {
        let wasDelayed = instants[limit.number][place].isDelayed
        body(&instants[limit.number][place])
        let isDelayed = instants[limit.number][place].isDelayed
        guard isDelayed != wasDelayed else { return }
        if isDelayed {
            delayed[limit.number].insert(place)
        } else {
            delayed[limit.number].remove(place)
        }
    }

    /// Whether enough of the time since an instant was measured to say anything, at its best moment so far: the first one
    /// that is late enough, or the one up to which the newest reading speaks.
    private func isMeasured(
        _ place: Int, _ limit: JudgedLimit, _ state: InstantState, _ since: Instant, for delay: Int64, _ now: Instant
    ) -> Bool {
        guard let least = limit.limit.leastMeasured else { return true }
        guard let reach = limit.reach(at: place), let last = state.last else { return false }
        let end = min(now, max(since.advanced(bySeconds: delay), last.advanced(byMilliseconds: reach)))
        let covered = state.covered + max(0, min(end.milliseconds(since: last), reach))
        return covered * 1000 >= Int64(least) * end.milliseconds(since: since)
    }

    /// What wakes people needs two readings, a delay, or a second sensor that agrees, unless the assembly waived it.
    private func isConfirmed(_ place: Int, _ limit: JudgedLimit, _ state: InstantState) -> Bool {
        guard case .instant(_, _, let onDelay, _) = limit.limit.rule else { return false }
        if limit.limit.priority != .now || limit.limit.waivesConfirmation || onDelay > 0 { return true }
        return state.outsideCount >= 2
            || instants[limit.number].indices.contains { other in
                other != place && instants[limit.number][other].outsideSince != nil
            }
    }

    private func transition(
        _ change: LimitTransition.Change, _ place: Int, _ limit: JudgedLimit, _ state: InstantState,
        _ bound: DecimalValue, onset: Instant, now: Instant
    ) -> LimitTransition {
        let measured = limit.sensors.count { lastSeen($0) != nil }
        return LimitTransition(
            limit: limit.reference, sensor: limit.sensors[place], change: change, onset: onset, detectedAt: now,
            value: state.value, bound: bound, coverage: Coverage(measured: measured, expected: limit.sensors.count),
            evidence: limit.evidence(state.recent))
    }

    /// True where a value is beyond a bound.
    public static func isOutside(_ value: DecimalValue, _ bound: DecimalValue, _ side: Bound) -> Bool {
        side == .atMost ? value > bound : value < bound
    }

    /// Inside by the deadband, so that a value that trembles at the bound does not come and go.
    public static func isClear(
        _ value: DecimalValue, _ bound: DecimalValue, _ deadband: DecimalValue, _ side: Bound
    ) -> Bool {
        switch side {
        case .atMost: bound.subtracting(deadband).map { value <= $0 } ?? true
        case .atLeast: bound.adding(deadband).map { value >= $0 } ?? true
        }
    }
}
