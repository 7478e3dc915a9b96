import GatewayModel

/// Says which of the village's messages are due, for publishing them live; reads no clock.
///
/// Simulated time runs `speed` times as fast as real time from the pair of instants given at the start.
public struct Pacer: Sendable {
    private var messages: Village.Messages
    private var upcoming: SimulatedMessage?
    private let simulatedStart: Instant
    private let realStart: Instant
    private let speed: Int64

    /// Makes a pacer whose first due message is the first at or after `simulated`; earlier ones are passed over.
    ///
    /// Passing over a month takes well under a second. `speed` is at least 1.
    public init(_ messages: Village.Messages, simulated: Instant, at now: Instant, speed: Int = 1) {
        self.messages = messages
        self.speed = Int64(max(1, speed))
        simulatedStart = simulated
        realStart = now
        repeat { upcoming = self.messages.next() } while upcoming.map { $0.at < simulated } ?? false
    }

    /// The messages that are due by `now`, at most `limit` of them; the others stay due.
    public mutating func due(at now: Instant, limit: Int = 500) -> [SimulatedMessage] {
        let simulatedNow = simulatedTime(at: now)
        var due: [SimulatedMessage] = []
        while due.count < limit, let message = upcoming, message.at <= simulatedNow {
            due.append(message)
            upcoming = messages.next()
        }
        return due
    }

    /// Real milliseconds until the next message is due, 0 where one is; nil at the end of the span.
    public func millisecondsUntilNext(at now: Instant) -> Int64? {
        guard let upcoming else { return nil }
        let ahead = upcoming.at.milliseconds(since: simulatedTime(at: now))
        return ahead <= 0 ? 0 : (ahead - 1) / speed + 1
    }

    /// The simulated instant at a real one; saturates.
    public func simulatedTime(at now: Instant) -> Instant {
        let (passed, overflow) = now.milliseconds(since: realStart).multipliedReportingOverflow(by: speed)
        return simulatedStart.advanced(byMilliseconds: overflow ? .max : passed)
    }
}
