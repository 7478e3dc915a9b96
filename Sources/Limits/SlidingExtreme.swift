import GatewayModel

/// The greatest or the smallest value of a window that moves on, with the earliest time at which it was seen.
///
/// Only what can still become the extreme is kept, in the order of time, each less extreme than the one before: a value takes
/// one step in and one out, however long the window is (a monotonic queue).
struct SlidingExtreme: Sendable {
    struct Sample: Sendable {
        var time: Instant
        var value: DecimalValue
    }

    private var kept: [Sample] = []
    /// Where the window begins in ``kept``; what lies before it is dropped now and then.
    private var first = 0

    /// Takes a value and returns the extreme of the window from `since` on; values come in the order of time, and one that does
    /// not is put in its place.
    mutating func note(_ value: DecimalValue, at time: Instant, since: Instant, isGreatest: Bool) -> Sample {
        while first < kept.count, kept[first].time < since { first += 1 }
        if first > 32, first * 2 > kept.count {
            kept.removeFirst(first)
            first = 0
        }
        var end = kept.count
        while end > first, kept[end - 1].time > time { end -= 1 }
        let sample = Sample(time: time, value: value)
        // What comes later and is more extreme outlasts it.
        if end < kept.count, SlidingExtreme.isBeyond(kept[end].value, value, isGreatest) { return kept[first] }
        var start = end
        while start > first, SlidingExtreme.isBeyond(value, kept[start - 1].value, isGreatest) { start -= 1 }
        if end == kept.count {
            kept.removeLast(end - start)
            kept.append(sample)
        } else {
            kept.replaceSubrange(start..<end, with: [sample])
        }
        return kept[first]
    }

    private static func isBeyond(_ value: DecimalValue, _ other: DecimalValue, _ isGreatest: Bool) -> Bool {
        isGreatest ? value > other : value < other
    }
}
