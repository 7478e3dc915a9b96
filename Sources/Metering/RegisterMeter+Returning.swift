import GatewayModel

/// A counter that comes back to where it was shows that what lay between was false.
extension RegisterMeter {
    /// A day, in milliseconds: a counter that has lived that long on a level that was certain will not come back.
    private static let livingTime: Int64 = 86_400_000

    /// Ends the doubts to whose trusted level the counter has returned; nil where it has returned to none.
    mutating func settle(
        with next: Point, last: Point, _ said: MeterVerdicts, _ decisions: [MeterDecision]
    ) -> Outcome? {
        let candidates = doubts.indices.compactMap { index -> (index: Int, use: DecimalValue)? in
            guard !isDenied(doubts[index], decisions) else { return nil }
            return useSinceReturn(to: doubts[index], with: next, last: last).map { (index, $0) }
        }
        // Of several levels the nearest one is where the counter was.
        guard let (index, use) = candidates.min(by: { $0.use < $1.use }) else { return nil }
        let doubt = doubts[index]
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
        // What is owed now is no longer part of what earlier doubts would owe.
        for earlier in doubts.indices {
            doubts[earlier].booked = doubts[earlier].booked.subtracting(doubt.booked) ?? doubts[earlier].booked
        }
        return Outcome(use: use, since: doubt.trusted.time, events: taken + [finding])
    }

    /// The first device has come back behind the second one's figures, and nothing fell: both read this meter.
    ///
    /// Nil where that does not hold, or where the sheet does not allow it. Another meter's total would hardly lie between
    /// two readings of this one.
    mutating func alternation(from last: Point, to next: Point, after other: String?) -> Outcome? {
        guard let doubt = doubts.last, doubt.event.kind == .exchange, doubt.event.state == .proposed,
            let device, doubt.device == device, last.value >= doubt.trusted.value, next.value >= last.value,
            let whole = amount(from: doubt.trusted.value, to: next.value),
            let use = whole.subtracting(doubt.booked), use >= .zero,
            isPlausible(whole, from: doubt.trusted.time, to: next.time)
        else { return nil }
        companions = Set(companions + [device, other].compactMap { $0 }).sorted()
        doubts.removeLast()
        baseline = next
        var event = doubt.event
        event.state = .reverted
        return Outcome(use: use, since: doubt.trusted.time, events: [event])
    }

    /// Forgets doubts about what was certain, once the counter has lived on the new level for a day.
    mutating func expireDoubts(at next: Point) {
        doubts.removeAll { doubt in
            doubt.event.state == .applied && next.value > doubt.first.value
                && next.time.milliseconds(since: doubt.first.time) >= RegisterMeter.livingTime
        }
    }

    /// The consumption since the trusted reading of a doubt, where the counter has come back to it; nil where it has not.
    ///
    /// It has where the trusted reading allows `next` as its successor by the sheet and the last reading does not, or
    /// where the step goes most of the way back.
    private func useSinceReturn(to doubt: Doubt, with next: Point, last: Point) -> DecimalValue? {
        let floor = doubt.trusted.value.subtracting(sheet.jitter) ?? doubt.trusted.value
        guard next.value >= floor,
            let use = amount(from: min(doubt.trusted.value, next.value), to: next.value),
            isPlausible(use, from: doubt.trusted.time, to: next.time)
        else { return nil }
        let wentUp = doubt.first.value > doubt.trusted.value
        if wentUp, next.value >= doubt.first.value { return nil }
        let step = next.value >= last.value ? amount(from: last.value, to: next.value) : nil
        if sheet.maximumPerHour != nil {
            guard let step, isPlausible(step, from: last.time, to: next.time) else { return use }
            // A living counter that may by its sheet have gone that far goes its own way; one that shows the same
            // doubtful figure still, after others as doubtful, does not.
            guard let newest = doubts.last, last.value == newest.first.value else { return nil }
            if newest != doubt { return use }
        }
        let (low, high) = wentUp ? (doubt.trusted, doubt.first) : (doubt.first, doubt.trusted)
        guard let whole = high.value.subtracting(low.value),
            let back = wentUp ? last.value.subtracting(next.value) : next.value.subtracting(last.value),
            let twice = back.adding(back), twice >= whole
        else { return nil }
        return use
    }

    /// True where a person said that the readings between were no false ones.
    private func isDenied(_ doubt: Doubt, _ decisions: [MeterDecision]) -> Bool {
        decisions.last { $0.kind == .falseReading && $0.at == doubt.first.time }?.verdict == .reverted
    }
}
