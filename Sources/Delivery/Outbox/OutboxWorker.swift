import Foundation
import GatewayModel
import Synchronization

/// Delivers what waits in the outbox, each destination on a thread of its own, so that a slow one holds up nobody.
///
/// The threads sleep until the next message is due or ``wake()`` is called after a commit. Sending is at least once;
/// the key of each message stays the same at every attempt.
public final class OutboxWorker: Sendable {
    private let lanes: [DestinationLane]
    private let clock: @Sendable () -> Instant
    private let stop: TransferStop
    private let condition = NSCondition()
    private let signals = Mutex(Signals())

    /// What the threads wait for; changed only while `condition` is locked too, which makes the wake-up sure.
    private struct Signals {
        var wakeUps = 0
        var isStopping = false
        var running = 0
    }

    /// Makes a worker.
    ///
    /// `phrasebooks` by language; a destination whose language has none shows keys. `recheck` says whether a message
    /// still makes sense when its turn comes; `answerLink` is the address at which a message's one reader answers;
    /// `onEvent` is for box alerts. All are called on the destinations' threads and must not call back into the worker. `stop` should be the one that the destinations were made with.
    public init(
        outbox: any Outbox, destinations: [any Destination], phrasebooks: [String: Phrasebook], zone: Zone,
        settings: OutboxWorkerSettings = OutboxWorkerSettings(), stop: TransferStop = TransferStop(),
        clock: @escaping @Sendable () -> Instant,
        recheck: @escaping @Sendable (OutboxItem, Instant) -> Recheck = { _, _ in .send },
        answerLink: @escaping @Sendable (OutboxItem, Instant) -> String? = { _, _ in nil },
        onEvent: @escaping @Sendable (DestinationEvent) -> Void = { _ in }
    ) {
        self.clock = clock
        self.stop = stop
        lanes = destinations.map { destination in
            DestinationLane(
                destination: destination, outbox: outbox,
                phrases: phrasebooks[destination.language] ?? Phrasebook(language: destination.language, phrases: [:]),
                zone: zone, settings: settings, recheck: recheck, answerLink: answerLink, onEvent: onEvent)
        }
    }

    /// How every destination is doing, in the order of the configuration; from any thread.
    public var statuses: [DestinationStatus] { lanes.map(\.status) }

    /// Starts a thread per destination; call it once.
    public func start() {
        for lane in lanes {
            signals.withLock { $0.running += 1 }
            let thread = Thread { [self] in
                work(lane)
                condition.lock()
                signals.withLock { $0.running -= 1 }
                condition.broadcast()
                condition.unlock()
            }
            thread.name = "delivery-\(lane.destination.name)"
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    /// Says that new messages are in the outbox; cheap, from any thread.
    public func wake() {
        condition.lock()
        signals.withLock { $0.wakeUps += 1 }
        condition.broadcast()
        condition.unlock()
    }

    /// Ends running transfers and waits for the threads; at most `seconds`, after which they are left to end alone.
    ///
    /// True where every thread has ended. Blocks; messages under way are recorded as unknown and looked up next time.
    @discardableResult
    public func stopAndWait(seconds: Double = 10) -> Bool {
        stop.stop()
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        signals.withLock { $0.isStopping = true }
        condition.broadcast()
        while signals.withLock({ $0.running }) > 0 {
            guard condition.wait(until: deadline) else { return signals.withLock { $0.running } == 0 }
        }
        return true
    }

    /// Runs until the task is cancelled, then stops; for a service group.
    public func run() async {
        start()
        let (stream, ending) = AsyncStream.makeStream(of: Never.self, bufferingPolicy: .bufferingOldest(1))
        await withTaskCancellationHandler {
            for await _ in stream {}
        } onCancel: {
            ending.finish()
        }
        await withCheckedContinuation { continuation in
            let thread = Thread { [self] in
                stopAndWait()
                continuation.resume()
            }
            thread.start()
        }
    }

    /// The loop of one destination's thread.
    private func work(_ lane: DestinationLane) {
        while true {
            let seen = signals.withLock { $0.wakeUps }
            if signals.withLock({ $0.isStopping }) { return }
            let next = lane.turn(now: clock())
            condition.lock()
            // At most a minute at a time: the wall clock may be set while the thread waits.
            let wait = next.map { Double(min($0.milliseconds(since: clock()), 60_000)) / 1000 } ?? 60
            let deadline = Date(timeIntervalSinceNow: wait)
            while signals.withLock({ $0.wakeUps == seen && !$0.isStopping }), condition.wait(until: deadline) {}
            condition.unlock()
        }
    }
}
