import GatewayModel

/// The worker's limits; the defaults suit a community's box.
public struct OutboxWorkerSettings: Hashable, Sendable {
    /// When messages are tried again.
    public var schedule: RetrySchedule
    /// When waiting messages go out as one.
    public var digest: Digest.Rule
    /// Seconds without success after which a destination counts as failing.
    public var failingAfterSeconds: Int64
    /// Messages taken from the outbox at once.
    public var batchLimit: Int
    /// Failures in a row after which a destination rests, so that a dead server is not called for every message.
    public var failuresBeforeRest: Int
    /// Seconds of such a rest.
    public var restSeconds: Int64

    /// Makes settings.
    public init(
        schedule: RetrySchedule = RetrySchedule(), digest: Digest.Rule = Digest.Rule(),
        failingAfterSeconds: Int64 = 1800, batchLimit: Int = 500, failuresBeforeRest: Int = 2, restSeconds: Int64 = 60
    ) {
        self.schedule = schedule
        self.digest = digest
        self.failingAfterSeconds = failingAfterSeconds
        self.batchLimit = batchLimit
        self.failuresBeforeRest = failuresBeforeRest
        self.restSeconds = restSeconds
    }
}
