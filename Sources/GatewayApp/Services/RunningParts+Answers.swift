import Delivery
import Foundation
import GatewayModel
import Logging
import MQTTIngest
import Synchronization

/// Answers from afar on their way to the ingest thread.
extension RunningParts {
    static func answerListener(
        _ destinations: [any Destination], on loop: AcknowledgedLoop, logger: Logger
    ) -> AnswerListener {
        let refusals = RefusalCount()
        return AnswerListener(
            destinations: destinations, clock: { SystemClock.now() },
            settle: { answer in
                if case .refused(let refusal) = answer.judgement {
                    logger.warning("\(answer.destination): an answer was refused: \(refusal.rawValue)")
                    guard refusals.hasRoom(now: SystemClock.now()) else { return true }
                }
                return settle(answer, on: loop, logger: logger)
            },
            onProblem: { source, problem in
                if let problem {
                    logger.error("\(source): answers cannot be read: \(problem)")
                } else {
                    logger.info("\(source): answers can be read again")
                }
            })
    }

    /// Carries one answer to the ingest thread; true once what came of it is stored.
    private static func settle(_ answer: IncomingAnswer, on loop: AcknowledgedLoop, logger: Logger) -> Bool {
        let done = DispatchSemaphore(value: 0)
        let isStored = Flag()
        loop.submit { handler in
            guard let office = (handler as? IngestHandler)?.office else { return }
            let reply = office.take(answer, now: SystemClock.now())
            if !reply.isDone { logger.warning("\(answer.destination): \(reply.lines.joined(separator: " "))") }
        } whenCommitted: { isCommitted in
            isStored.set(isCommitted)
            done.signal()
        }
        return done.wait(timeout: .now() + 20) == .success && isStored.isSet
    }
}

/// Refusals beyond these in an hour are in the log only, so that a stranger cannot fill the record book.
private final class RefusalCount: Sendable {
    private static let perHour = 20
    private let times = Mutex<[Instant]>([])

    func hasRoom(now: Instant) -> Bool {
        times.withLock { times in
            times.removeAll { now.milliseconds(since: $0) > 3_600_000 }
            guard times.count < RefusalCount.perHour else { return false }
            times.append(now)
            return true
        }
    }
}

/// A yes or no on its way between two threads.
private final class Flag: Sendable {
    private let value = Mutex(false)

    var isSet: Bool { value.withLock { $0 } }

    func set(_ new: Bool) { value.withLock { $0 = new } }
}
