import Glibc
import Synchronization

/// Ends running transfers and programs early when the gateway stops; shared by the worker and its destinations.
public final class TransferStop: Sendable {
    private let stopped = Atomic(false)

    /// Makes a stop that has not been given.
    public init() {}

    /// True once ``stop()`` was called.
    public var isStopped: Bool { stopped.load(ordering: .relaxed) }

    /// Ends what runs within about a second and refuses what comes after; cannot be taken back.
    public func stop() {
        stopped.store(true, ordering: .relaxed)
    }

    /// Lets a little time pass, for a caller that looks at the stop again and again.
    func wait(milliseconds: Int32) {
        poll(nil, 0, milliseconds)
    }
}
