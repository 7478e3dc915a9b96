/// What the gateway has counted since it started; no device, household or person appears in it.
public struct Counters: Hashable, Sendable {
    /// Messages received, by QoS 0, 1 and 2.
    public var messagesByQoS: [Int: Int] = [:]
    /// Messages that repeated one already taken.
    public var repeatedMessages = 0
    /// Retained messages, which are never fresh readings.
    public var retainedMessages = 0
    /// Messages of topics that no profile reads.
    public var unknownTopics = 0
    /// Messages of devices that are not assigned to a sensor.
    public var unassignedMessages = 0
    /// Readings committed.
    public var readings = 0
    /// Readings that were already stored.
    public var doubles = 0
    /// Values and messages refused, by reason.
    public var rejections: [String: Int] = [:]
    /// Commits made.
    public var commits = 0
    /// Commits that failed and will be repeated.
    public var failedCommits = 0
    /// Microseconds that the commits took altogether.
    public var commitMicroseconds = 0
    /// Alerts that are open now, without those of homes.
    public var openAlerts = 0
    /// Messages waiting to be sent.
    public var outboxWaiting = 0
    /// Seconds that the oldest of them has waited.
    public var outboxAge = 0
    /// True while nothing can be stored.
    public var isStoreFailing = false
    /// True while the broker is connected.
    public var isBrokerConnected = false

    /// Makes counters at zero.
    public init() {}
}
