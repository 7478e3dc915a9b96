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
    /// The newest readings, at most three.
    var evidence: [Measurement.Evidence] = []

    /// True while it waits for time to pass: to be raised, or to be clear.
    var isDelayed: Bool { raisedAt == nil ? outsideSince != nil : outsideSince == nil && insideSince != nil }
}

extension LimitEngine {
    mutating func seeLevel(
        _ raw: DecimalValue, _ measurement: Measurement, _ entry: LimitInForce, now: Instant, isReplay: Bool
    ) -> [LimitTransition] {
        guard case .instant(let bound, let deadband, _, _) = entry.limit.rule,
            let value = units.converted(raw, of: measurement.sensor, to: entry.limit.unit)
        else { return [] }
        let watch = Watch(limit: entry.reference, sensor: measurement.sensor)
        var state = instants[watch] ?? InstantState()
        let wasDelayed = state.isDelayed
        state.value = value
        state.evidence = state.evidence.suffix(2) + [units.evidence(raw, measurement)]
        if LimitEngine.isOutside(value, bound, entry.limit.bound) {
            state.outsideSince = state.outsideSince ?? measurement.time
            state.insideSince = nil
            state.outsideCount += 1
        } else {
            let isClear = LimitEngine.isClear(value, bound, deadband, entry.limit.bound)
            if isClear || state.raisedAt == nil {
                state.outsideSince = nil
                state.outsideCount = 0
                state.insideSince = state.insideSince ?? measurement.time
            }
        }
        let change = isReplay ? nil : judge(&state, watch, entry, now: now)
        keep(state, of: watch, wasDelayed: wasDelayed)
        return change.map { [$0] } ?? []
    }

    /// Lets the clock raise or clear.
    mutating func judge(_ watch: Watch, _ entry: LimitInForce, now: Instant) -> [LimitTransition] {
        guard var state = instants[watch], let change = judge(&state, watch, entry, now: now) else { return [] }
        keep(state, of: watch, wasDelayed: true)
        return [change]
    }

    /// Raises or clears by the delays; called for each measurement and by the clock.
    private func judge(
        _ state: inout InstantState, _ watch: Watch, _ entry: LimitInForce, now: Instant
    ) -> LimitTransition? {
        guard case .instant(let bound, _, let onDelay, let offDelay) = entry.limit.rule else { return nil }
        if state.raisedAt == nil, let since = state.outsideSince,
            now >= since.advanced(bySeconds: onDelay), isConfirmed(watch, entry, state)
        {
            // Alarms count from adoption: a condition that is older begins for this limit when it was adopted.
            state.raisedAt = max(since, entry.adoptedAt)
            return transition(.raised, watch, state, bound, onset: max(since, entry.adoptedAt), now: now)
        }
        if state.raisedAt != nil, state.outsideSince == nil, let since = state.insideSince,
            now >= since.advanced(bySeconds: offDelay)
        {
            state.raisedAt = nil
            return transition(.returned, watch, state, bound, onset: since, now: now)
        }
        return nil
    }

    /// Keeps a state, and whether the clock alone can change it.
    mutating func keep(_ state: InstantState, of watch: Watch, wasDelayed: Bool) {
        instants[watch] = state
        guard state.isDelayed != wasDelayed else { return }
        if state.isDelayed {
            delayed[watch.limit, default: []].insert(watch.sensor)
        } else {
            delayed[watch.limit]?.remove(watch.sensor)
        }
    }

    /// What wakes people needs two readings, a delay, or a second sensor that agrees, unless the assembly waived it.
    private func isConfirmed(_ watch: Watch, _ entry: LimitInForce, _ state: InstantState) -> Bool {
        guard case .instant(_, _, let onDelay, _) = entry.limit.rule else { return false }
        if entry.limit.priority != .now || entry.limit.waivesConfirmation || onDelay > 0 { return true }
        return state.outsideCount >= 2 || agreeing(watch, entry) > 0
    }

    /// How many other sensors of the limit are outside as well.
    private func agreeing(_ watch: Watch, _ entry: LimitInForce) -> Int {
        entry.limit.sensors.count { sensor in
            sensor != watch.sensor
                && instants[Watch(limit: watch.limit, sensor: sensor)]?.outsideSince != nil
        }
    }

    private func transition(
        _ change: LimitTransition.Change, _ watch: Watch, _ state: InstantState, _ bound: DecimalValue, onset: Instant,
        now: Instant
    ) -> LimitTransition {
        let expected = limits[watch.limit]?.limit.sensors.count ?? 1
        let measured = limits[watch.limit]?.limit.sensors.count { lastSeen[$0] != nil } ?? 1
        return LimitTransition(
            limit: watch.limit, sensor: watch.sensor, change: change, onset: onset, detectedAt: now, value: state.value,
            bound: bound, coverage: Coverage(measured: measured, expected: expected), evidence: state.evidence)
    }

    static func isOutside(_ value: DecimalValue, _ bound: DecimalValue, _ side: Bound) -> Bool {
        side == .atMost ? value > bound : value < bound
    }

    /// Inside by the deadband, so that a value that trembles at the bound does not come and go.
    static func isClear(
        _ value: DecimalValue, _ bound: DecimalValue, _ deadband: DecimalValue, _ side: Bound
    ) -> Bool {
        switch side {
        case .atMost: bound.subtracting(deadband).map { value <= $0 } ?? true
        case .atLeast: bound.adding(deadband).map { value >= $0 } ?? true
        }
    }
}
