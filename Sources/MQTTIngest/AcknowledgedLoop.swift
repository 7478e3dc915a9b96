import Foundation
import GatewayModel
import Glibc
import Synchronization

/// Reads from the broker, lets the handler commit, and only then writes the acknowledgements; one thread does it all.
///
/// A commit precedes every write to the socket. It is due when the interval since the first uncommitted message is over,
/// when half of the broker's window is unacknowledged, or when the handler says so. If a commit fails the socket is
/// dropped unwritten, so that the broker hands the messages over again once writing works.
public final class AcknowledgedLoop: @unchecked Sendable {
    /// A person's or the program's act on the ingest thread; the result is committed before `whenCommitted` is told.
    public struct Command: Sendable {
        let work: @Sendable (any BatchHandler) -> Void
        let whenCommitted: @Sendable (Bool) -> Void
    }

    private struct Queue {
        var waiting: [Command] = []
        var isOver = false
    }

    // Only the ingest thread touches the handler and the driver, from `run` on.
    private let driver: LoopDriver
    private let wakeup = Wakeup()
    private let commands = Mutex(Queue())
    private let isStopping = Atomic<Bool>(false)

    /// Makes a loop; nothing happens before ``run()``. `committed` are the session's newest packets, oldest first.
    ///
    /// `lastHeard` is when the session last brought anything before this start, nil where unknown; `brokerStartedAt`
    /// is asked on the ingest thread when messages that waited are dated.
    public init(
        options: BrokerOptions, handler: any BatchHandler, committed: [ReplayFilter.Entry], poison: PoisonGuard,
        knownFilters: [String], lastHeard: Instant? = nil, clock: @escaping @Sendable () -> Instant,
        brokerStartedAt: @escaping @Sendable () -> Instant? = { nil }
    ) {
        driver = LoopDriver(
            options: options, handler: handler, filter: ReplayFilter(entries: committed), poison: poison,
            knownFilters: knownFilters, lastHeard: lastHeard, clock: clock, brokerStartedAt: brokerStartedAt,
            wakeup: wakeup)
    }

    /// Runs on the calling thread until ``stop()``; ends with a last commit and its acknowledgements.
    public func run() {
        while !isStopping.load(ordering: .acquiring) { driver.turn(commands: takeCommands()) }
        let last = commands.withLock { queue in
            queue.isOver = true
            return queue.waiting
        }
        driver.finish(commands: last)
    }

    /// Has work done on the ingest thread; from any thread. `whenCommitted` is told on the ingest thread.
    ///
    /// After the loop has ended nothing is done and `whenCommitted` is told false on the calling thread.
    public func submit(
        _ work: @escaping @Sendable (any BatchHandler) -> Void,
        whenCommitted: @escaping @Sendable (Bool) -> Void = { _ in }
    ) {
        let isTaken = commands.withLock { queue in
            guard !queue.isOver else { return false }
            queue.waiting.append(Command(work: work, whenCommitted: whenCommitted))
            return true
        }
        guard isTaken else { return whenCommitted(false) }
        wakeup.signal()
    }

    private func takeCommands() -> [Command] {
        commands.withLock { queue in
            guard !queue.waiting.isEmpty else { return [] }
            defer { queue.waiting = [] }
            return queue.waiting
        }
    }

    /// Ends the loop after its current turn; from any thread.
    public func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeup.signal()
    }
}
