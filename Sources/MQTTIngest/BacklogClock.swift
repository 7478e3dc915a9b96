import GatewayModel

/// Dates messages that waited at the broker, by the clocks that waited in order among them; a pure value.
///
/// Two clocks are understood. `$SYS/broker/uptime` needs nothing but a subscription, yet mosquitto 2.0 lets it expire
/// after 60 seconds (seen with 2.0.11; newer sources keep it), so it dates the last minute of an outage. A message at
/// `<prefix>/clock`, published by a timer on the broker's box, carries seconds since 1970 and dates all of it. A queued
/// message was published after the clock before it and before the clock behind it.
///
/// The uptime and the spacing of clocks are believed only where the running broker was started before we last heard
/// from it: otherwise clocks of an earlier run may be among the messages, and these would be dated hours too late.
public struct BacklogClock: Sendable {
    /// A clock's message: the time it stands for lies between these two.
    private struct Mark {
        var earliest: Instant
        var latest: Instant
        var kind: Kind

        init(_ instant: Instant, within error: Int64, _ kind: Kind) {
            earliest = instant.advanced(byMilliseconds: -error)
            latest = instant.advanced(byMilliseconds: error)
            self.kind = kind
        }
    }

    private enum Kind: CaseIterable {
        case uptime
        case timer
    }

    /// The topic of the broker's own uptime, to be subscribed at QoS 1.
    public static let uptimeTopic = "$SYS/broker/uptime"

    /// The broker counts whole seconds, and its start is known to a second.
    private static let uptimeError: Int64 = 2_000
    /// The timer writes whole seconds and is published a moment later.
    private static let timerError: Int64 = 2_000

    /// The topic of the timer on the broker's box, to be subscribed at QoS 1.
    public let clockTopic: String
    private var lastHeard: Instant?
    private var earliest: Instant?
    private var latestMarks: [Kind: Mark] = [:]
    private var spacings: [Kind: Int64] = [:]

    /// Makes a clock for the gateway's own topic prefix, such as `commons`.
    public init(prefix: String) {
        clockTopic = prefix + "/clock"
    }

    /// A connection was made; what was learnt of the spacing of the clocks is kept.
    ///
    /// `lastHeard` is when the session last brought anything, after a start from the store; nil where that is unknown.
    public mutating func connected(lastHeard: Instant?) {
        self.lastHeard = lastHeard
        earliest = lastHeard
        latestMarks = [:]
    }

    /// True for the topics of the two clocks; such a message is no reading.
    public func isClock(topic: String) -> Bool {
        topic == BacklogClock.uptimeTopic || topic == clockTopic
    }

    /// The timing of each message of a batch that waited, in the order in which the broker sent them.
    ///
    /// `brokerStartedAt` is what the status connection knows by now. Earliest is `Instant.min` where
    /// nothing is known; latest is never after `now`. Batches follow one another: where no clock stands behind a
    /// message in its batch, the usual spacing of the clocks tells its latest time; or `now` where that is not known
    /// yet, or where the broker was off in between and the clocks with it.
    public mutating func timings(
        of batch: [InboundMessage], brokerStartedAt: Instant?, now: Instant
    ) -> [ReceivedMessage.Timing] {
        let isSameRun = brokerStartedAt.flatMap { start in lastHeard.map { start <= $0 } } ?? false
        let marks = marks(in: batch, isSameRun ? brokerStartedAt : nil, now)
        var behind: [Instant?] = Array(repeating: nil, count: batch.count)
        var next: Instant?
        for index in batch.indices.reversed() {
            behind[index] = next
            if let mark = marks[index] { next = next.map { min($0, mark.latest) } ?? mark.latest }
        }
        return batch.indices.map { index in
            if let mark = marks[index] { pass(mark) }
            return timing(latest: behind[index] ?? (isSameRun ? expectedNext : nil), now: now)
        }
    }

    /// Learns from a clock that came as it was published; other messages change nothing.
    public mutating func heardLive(_ message: InboundMessage, brokerStartedAt: Instant?, now: Instant) {
        guard isClock(topic: message.topic) else { return }
        _ = timings(of: [message], brokerStartedAt: brokerStartedAt, now: now)
    }

    private func timing(latest: Instant?, now: Instant) -> ReceivedMessage.Timing {
        let latest = min(latest ?? now, now)
        return .queued(earliest: min(earliest ?? .min, latest), latest: latest)
    }

    /// When a clock's next message is due at the latest.
    private var expectedNext: Instant? {
        Kind.allCases.compactMap { kind in
            guard let mark = latestMarks[kind], let spacing = spacings[kind] else { return nil }
            return mark.latest.advanced(byMilliseconds: spacing)
        }.min()
    }

    private mutating func pass(_ mark: Mark) {
        if let last = latestMarks[mark.kind] {
            let spacing = mark.latest.milliseconds(since: last.latest)
            spacings[mark.kind] = max(spacings[mark.kind] ?? 0, spacing)
        }
        latestMarks[mark.kind] = mark
        earliest = max(earliest ?? mark.earliest, mark.earliest)
    }

    /// The clocks of a batch at their places; one in the future, or one that runs backwards, dates nothing.
    private func marks(in batch: [InboundMessage], _ brokerStartedAt: Instant?, _ now: Instant) -> [Mark?] {
        var newest = latestMarks
        return batch.map { message in
            guard let mark = mark(in: message, brokerStartedAt), mark.earliest <= now else { return nil }
            if let last = newest[mark.kind], mark.latest < last.latest { return nil }
            newest[mark.kind] = mark
            return mark
        }
    }

    private func mark(in message: InboundMessage, _ brokerStartedAt: Instant?) -> Mark? {
        guard !message.retained else { return nil }
        if message.topic == BacklogClock.uptimeTopic {
            guard let brokerStartedAt, let seconds = BacklogClock.seconds(inUptime: message.payload) else { return nil }
            return Mark(brokerStartedAt.advanced(bySeconds: seconds), within: BacklogClock.uptimeError, .uptime)
        }
        guard message.topic == clockTopic, let seconds = BacklogClock.number(message.payload) else { return nil }
        return Mark(Instant(seconds: seconds), within: BacklogClock.timerError, .timer)
    }

    /// The number in "123 seconds", as mosquitto writes its uptime; nil for anything else.
    public static func seconds(inUptime payload: [UInt8]) -> Int64? {
        let ending = Array(" seconds".utf8)
        guard payload.count > ending.count, payload.suffix(ending.count).elementsEqual(ending) else { return nil }
        return number(payload.dropLast(ending.count))
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int64? {
        guard !digits.isEmpty, digits.count <= 12, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}
