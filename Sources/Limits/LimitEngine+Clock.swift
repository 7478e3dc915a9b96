import GatewayModel

extension LimitEngine {
    /// Lets time pass: delays end, periods close, silences are noticed. Call it about once a second.
    public mutating func tick(now: Instant) -> [LimitTransition] {
        var changes = returnOverdue(now: now)
        let today = date(of: now)
        if now < ticked { judgeAnew() }
        ticked = now
        for number in judged.indices where isMoved(number, now) {
            let limit = judged[number]
            guard applies(limit, at: now) else {
                // What is judged by days that are over ends with the first one that does not count.
                guard !isOnDays(limit), !released[number] else { continue }
                changes += release(limit, now: now)
                released[number] = true
                continue
            }
            released[number] = false
            switch limit.limit.rule {
            case .instant:
                for place in delayed[limit.number].sorted() { changes += judge(place, limit, now: now) }
            case .budget(_, let period, _, _):
                changes += passPeriod(limit, period.start(containing: today), now: now)
                changes += judgeBudget(limit, now: now)
            case .silence(let after):
                for place in limit.sensors.indices { changes += noticeSilence(place, limit, after: after, now: now) }
            default:
                guard now >= rests[number] else { continue }
                changes += tickWatch(limit, now: now)
            }
        }
        return changes
    }

    /// Whether the clock alone can change something of a limit; most of the time it cannot.
    private func isMoved(_ number: Int, _ now: Instant) -> Bool {
        switch clocks[number] {
        case .still: false
        case .delays: !delayed[number].isEmpty
        case .rests: now >= rests[number]
        case .runs: true
        }
    }

    /// Gives every sensor one more of its intervals, since until now nobody could be heard.
    public mutating func brokerIsBack(at now: Instant) { brokerBackAt = now }

    /// After a start every sensor has a quarter of the time, at most 15 minutes, to be heard first: what it said meanwhile waits
    /// at the broker. After the broker's return it has one of its intervals.
    private mutating func noticeSilence(
        _ place: Int, _ limit: JudgedLimit, after: Int64, now: Instant
    ) -> [LimitTransition] {
        guard !silences[limit.number][place] else { return [] }
        let onset = silentSince(limit.sensors[place]).advanced(bySeconds: after)
        let usual = min(after / 4, 900)
        let chance = brokerBackAt?.advanced(bySeconds: limit.interval(at: place) ?? usual) ?? startedAt
        guard now >= onset, now >= startedAt.advanced(bySeconds: usual), now >= chance else { return [] }
        silences[limit.number][place] = true
        return [silence(.raised, place, limit, after: after, onset: onset, now: now)]
    }

    mutating func endSilence(
        at place: Int, _ time: Instant, _ limit: JudgedLimit, now: Instant, isReplay: Bool
    ) -> [LimitTransition] {
        guard case .silence(let after) = limit.limit.rule, !isReplay, silences[limit.number][place] else { return [] }
        silences[limit.number][place] = false
        return [silence(.returned, place, limit, after: after, onset: time, now: now)]
    }

    private func silence(
        _ change: LimitTransition.Change, _ place: Int, _ limit: JudgedLimit, after: Int64, onset: Instant,
        now: Instant
    ) -> LimitTransition {
        LimitTransition(
            limit: limit.reference, sensor: limit.sensors[place], change: change, onset: onset, detectedAt: now,
            value: nil, bound: DecimalValue(after),
            coverage: Coverage(measured: change == .raised ? 0 : 1, expected: 1),
            evidence: [])
    }
}
