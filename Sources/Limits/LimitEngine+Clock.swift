import GatewayModel

extension LimitEngine {
    /// Lets time pass: delays end, periods close, silences are noticed. Call it about once a second.
    public mutating func tick(now: Instant) -> [LimitTransition] {
        var changes: [LimitTransition] = []
        let today = date(of: now)
        for entry in ordered {
            guard applies(entry.limit, at: now) else {
                changes += release(entry, now: now)
                continue
            }
            switch entry.limit.rule {
            case .instant:
                guard let waiting = delayed[entry.reference], !waiting.isEmpty else { continue }
                for sensor in entry.limit.sensors where waiting.contains(sensor) {
                    changes += judge(Watch(limit: entry.reference, sensor: sensor), entry, now: now)
                }
            case .budget(_, let period, _, _):
                changes += passPeriod(entry, period.start(containing: today), now: now)
                changes += judgeBudget(entry, now: now)
            case .silence(let after):
                for sensor in entry.limit.sensors {
                    changes += noticeSilence(Watch(limit: entry.reference, sensor: sensor), after: after, now: now)
                }
            default: changes += tickWatch(entry, now: now)
            }
        }
        return changes
    }

    /// After a start every sensor has a quarter of the time, at most 15 minutes, to be heard first.
    private mutating func noticeSilence(_ watch: Watch, after: Int64, now: Instant) -> [LimitTransition] {
        let onset = (lastSeen[watch.sensor] ?? startedAt).advanced(bySeconds: after)
        let grace = startedAt.advanced(bySeconds: min(after / 4, 900))
        guard silences[watch] != true, now >= onset, now >= grace else { return [] }
        silences[watch] = true
        return [silence(.raised, watch, after: after, onset: onset, now: now)]
    }

    mutating func endSilence(
        _ measurement: Measurement, _ entry: LimitInForce, now: Instant, isReplay: Bool
    ) -> [LimitTransition] {
        guard case .silence(let after) = entry.limit.rule else { return [] }
        let watch = Watch(limit: entry.reference, sensor: measurement.sensor)
        guard !isReplay, silences[watch] == true else { return [] }
        silences[watch] = false
        return [silence(.returned, watch, after: after, onset: measurement.time, now: now)]
    }

    private func silence(
        _ change: LimitTransition.Change, _ watch: Watch, after: Int64, onset: Instant, now: Instant
    ) -> LimitTransition {
        LimitTransition(
            limit: watch.limit, sensor: watch.sensor, change: change, onset: onset, detectedAt: now, value: nil,
            bound: DecimalValue(after), coverage: Coverage(measured: change == .raised ? 0 : 1, expected: 1),
            evidence: [])
    }
}
