import Foundation
import GatewayModel
import Synchronization

/// Reads the ways on which people answer, each on a thread of its own, until it is stopped.
public final class AnswerListener: Sendable {
    private let sources: [any AnswerSource]
    private let clock: @Sendable () -> Instant
    private let settle: @Sendable (IncomingAnswer) -> Bool
    private let onProblem: @Sendable (_ source: String, _ problem: String?) -> Void
    private let onEvent: @Sendable (DestinationEvent) -> Void
    private let failingPauseSeconds: Int
    private let failingAfterSeconds: Int64
    private let condition = NSCondition()
    /// Changed only while `condition` is locked too, which makes the wake-up sure.
    private let running = Mutex((count: 0, isStopping: false))

    /// Makes a listener; sources on which nobody may answer are left out.
    ///
    /// `settle`, `onProblem` and `onEvent` are called on the sources' threads; `onProblem` when a way begins to fail,
    /// with its reason, and when it works again, with nil. `onEvent` is for box alerts: at once where a person has to
    /// mend something, otherwise after `failingAfterSeconds`; and at the first look that works, after a start too. A way
    /// that fails is read every `failingPauseSeconds`.
    public init(
        destinations: [any Destination], clock: @escaping @Sendable () -> Instant, failingPauseSeconds: Int = 60,
        failingAfterSeconds: Int64 = 1800, settle: @escaping @Sendable (IncomingAnswer) -> Bool,
        onProblem: @escaping @Sendable (_ source: String, _ problem: String?) -> Void,
        onEvent: @escaping @Sendable (DestinationEvent) -> Void = { _ in }
    ) {
        self.failingPauseSeconds = failingPauseSeconds
        self.failingAfterSeconds = failingAfterSeconds
        self.onEvent = onEvent
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
        var standing = Standing()
        while !running.withLock({ $0.isStopping }) {
            let problem = source.takeAnswers(now: clock(), settle: settle)
            // A look that the stop has ended says nothing.
            guard !running.withLock({ $0.isStopping }) else { return }
            tell(problem, of: source.name, &standing)
            // A way that fails is asked less often.
            let pause = problem == nil ? source.pauseSeconds : max(failingPauseSeconds, source.pauseSeconds)
            let deadline = Date(timeIntervalSinceNow: Double(pause))
            condition.lock()
            while !running.withLock({ $0.isStopping }), condition.wait(until: deadline) {}
            condition.unlock()
        }
    }

    /// What people were told of a way.
    private struct Standing {
        var failingSince: Instant?
        var hasToldFailing = false
        /// An alert may be open that an earlier run has raised.
        var hasWorked = false
    }

    private func tell(_ problem: AnswerProblem?, of source: String, _ standing: inout Standing) {
        if (problem != nil) != (standing.failingSince != nil) { onProblem(source, problem?.reason) }
        guard let problem else {
            if standing.hasToldFailing || !standing.hasWorked { onEvent(.answersHeard(destination: source)) }
            standing = Standing(hasWorked: true)
            return
        }
        let now = clock()
        let since = standing.failingSince ?? now
        standing.failingSince = since
        let isLong = now >= since.advanced(bySeconds: failingAfterSeconds)
        guard !standing.hasToldFailing, problem.needsPerson || isLong else { return }
        standing.hasToldFailing = true
        onEvent(.answersUnheard(destination: source, since: since, reason: problem.reason))
    }
}
