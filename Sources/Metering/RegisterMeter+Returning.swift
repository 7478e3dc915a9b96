import GatewayModel

/// A counter that comes back to where it was shows that what lay between was false.
extension RegisterMeter {
    /// A day, in milliseconds: a counter that has lived that long on a level that was certain will not come back.
    private static let livingTime: Int64 = 86_400_000

    /// Ends the doubts to whose trusted level the counter has returned; nil where it has returned to none.
    mutating func settle(
        with next: Point, last: Point, _ said: MeterVerdicts, _ decisions: [MeterDecision]
    ) -> Outcome? {
        guard
            let index = doubts.firstIndex(where: { doubt in
                hasReturned(to: doubt, with: next, last: last) && !isDenied(doubt, decisions)
            })
        else { return nil }
        let doubt = doubts[index]
        let start = min(doubt.trusted.value, next.value)
        guard let use = amount(from: start, to: next.value) else { return nil }
        if let owed = deficit.adding(doubt.booked) { deficit = owed }
        baseline = next.value >= doubt.trusted.value ? next : Point(value: doubt.trusted.value, time: next.time)
        let taken = doubts[index...].map { settled in
            var event = settled.event
            event.state = .reverted
            return event
        }
        let isConfirmed =
            decisions.last { $0.kind == .falseReading && $0.at == doubt.first.time }
            .map { $0.verdict != .reverted } ?? false
        let finding = MeterEvent(
            sensor: sensor, kind: .falseReading, at: doubt.first.time, before: doubt.trusted.value,
            after: doubt.first.value, impliedUse: .zero, state: isConfirmed ? .confirmed : .applied)
        doubts.removeSubrange(index...)
        return Outcome(use: use, since: last.time, events: taken + [finding])
    }

    /// Forgets doubts about what was certain, once the counter has lived on the new level for a day.
    mutating func expireDoubts(at next: Point) {
        doubts.removeAll { doubt in
            doubt.event.state == .applied && next.value > doubt.first.value
                && next.time.milliseconds(since: doubt.first.time) >= RegisterMeter.livingTime
        }
    }

    /// True where the step to `next` goes most of the way back, and the trusted reading allows `next` as its successor.
    private func hasReturned(to doubt: Doubt, with next: Point, last: Point) -> Bool {
        let floor = doubt.trusted.value.subtracting(sheet.jitter) ?? doubt.trusted.value
        guard next.value >= floor,
            let use = amount(from: min(doubt.trusted.value, next.value), to: next.value),
            isPlausible(use, from: doubt.trusted.time, to: next.time)
        else { return false }
        let wentUp = doubt.first.value > doubt.trusted.value
        if wentUp, next.value >= doubt.first.value { return false }
        // A living counter that may by its sheet have gone that far goes its own way.
        if !wentUp, last.value > doubt.first.value, sheet.maximumPerHour != nil,
            let step = amount(from: last.value, to: next.value), isPlausible(step, from: last.time, to: next.time)
        {
            return false
        }
        let (low, high) = wentUp ? (doubt.trusted, doubt.first) : (doubt.first, doubt.trusted)
        guard let whole = high.value.subtracting(low.value),
            let back = wentUp ? last.value.subtracting(next.value) : next.value.subtracting(last.value),
            let twice = back.adding(back)
        else { return false }
        return twice >= whole
    }

    /// True where a person said that the readings between were no false ones.
    private func isDenied(_ doubt: Doubt, _ decisions: [MeterDecision]) -> Bool {
        decisions.last { $0.kind == .falseReading && $0.at == doubt.first.time }?.verdict == .reverted
    }
}
