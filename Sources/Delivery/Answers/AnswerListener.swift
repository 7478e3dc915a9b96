import Foundation
import GatewayModel
import Synchronization

/// Reads the ways on which people answer, each on a thread of its own, until it is stopped.
public final class AnswerListener: Sendable {
    private let sources: [any AnswerSource]
    private let clock: @Sendable () -> Instant
    private let settle: @Sendable (IncomingAnswer) -> Bool
    private let onProblem: @Sendable (_ source: String, _ problem: String?) -> Void
    private let condition = NSCondition()
    /// Changed only while `condition` is locked too, which makes the wake-up sure.
    private let running = Mutex((count: 0, isStopping: false))

    /// Makes a listener; sources on which nobody may answer are left out.
    ///
    /// `settle` and `onProblem` are called on the sources' threads; `onProblem` when a way begins to fail, with its
    /// reason, and when it works again, with nil.
    public init(
        destinations: [any Destination], clock: @escaping @Sendable () -> Instant,
        settle: @escaping @Sendable (IncomingAnswer) -> Bool,
        onProblem: @escaping @Sendable (_ source: String, _ problem: String?) -> Void
    ) {
        sources = destinations.compactMap { $0 as? any AnswerSource }.filter(\.takesAnswers)
        self.clock = clock
        self.settle = settle
        self.onProblem = onProblem
    }

    /// Starts a thread per source; call it once.
    public func start() {
        for source in sources {
            running.withLock { $0.count += 1 }
            let thread = Thread { [self] in
                listen(to: source)
                condition.lock()
                running.withLock { $0.count -= 1 }
                condition.broadcast()
                condition.unlock()
            }
            thread.name = "answers-\(source.name)"
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    /// Asks the threads to end and waits at most `seconds`; true where every one has.
    ///
    /// A transfer under way ends with the destinations' ``TransferStop``.
    @discardableResult
    public func stopAndWait(seconds: Double = 5) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        running.withLock { $0.isStopping = true }
        condition.broadcast()
        while running.withLock({ $0.count }) > 0 {
            guard condition.wait(until: deadline) else { return running.withLock { $0.count } == 0 }
        }
        return true
    }

    private func listen(to source: any AnswerSource) {
        var isFailing = false
        while !running.withLock({ $0.isStopping }) {
            let problem = source.takeAnswers(now: clock(), settle: settle)
            if (problem != nil) != isFailing, !running.withLock({ $0.isStopping }) { onProblem(source.name, problem) }
            isFailing = problem != nil
            // A way that fails is asked less often.
            let deadline = Date(
                timeIntervalSinceNow: Double(isFailing ? max(60, source.pauseSeconds) : source.pauseSeconds))
            condition.lock()
            while !running.withLock({ $0.isStopping }), condition.wait(until: deadline) {}
            condition.unlock()
        }
    }
}
