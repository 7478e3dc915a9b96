import GatewayModel

/// When a message is tried again (the schedule of Standard Webhooks 1.0.0: about three days in ten attempts).
public struct RetrySchedule: Hashable, Sendable {
    /// Seconds to wait after the first, second … failed attempt; after one more the message is dead.
    public var delays: [Int64]
    /// The share by which a delay may be longer, 0 to 1, so that a recovered server is not met by everybody at once.
    public var jitter: Double

    /// Makes a schedule.
    public init(
        delays: [Int64] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400], jitter: Double = 0.1
    ) {
        self.delays = delays
        self.jitter = jitter
    }

    /// The time of the next attempt after `attempts` failed ones; nil where there is none left.
    ///
    /// The jitter follows from the key, so that it needs no randomness and a replay gives the same times. `after` are
    /// the seconds that the other side asked for; the later of both counts, up to a day.
    public func next(afterAttempts attempts: Int, key: String, now: Instant, after: Int64?) -> Instant? {
        guard attempts >= 1, attempts <= delays.count else { return nil }
        let delay = delays[attempts - 1]
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        hash = (hash ^ UInt64(attempts)) &* 0x0000_0100_0000_01b3
        let share = Double(hash >> 40) / Double(1 << 24)
        let own = delay * 1000 + Int64(Double(delay) * 1000 * jitter * share)
        let asked = min(max(after ?? 0, 0), 86_400) * 1000
        return now.advanced(byMilliseconds: max(own, asked))
    }
}
