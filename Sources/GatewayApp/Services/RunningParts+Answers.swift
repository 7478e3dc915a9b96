import Dashboard
import Delivery
import Foundation
import GatewayModel
import Logging
import MQTTIngest
import Storage
import Synchronization

/// Answers from afar on their way to the ingest thread.
extension RunningParts {
    static func answerListener(
        _ destinations: [any Destination], news: DestinationNews, on loop: AcknowledgedLoop, logger: Logger
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
            }, onEvent: { news.add($0) })
    }

    /// Ends alerts of an earlier run about ways on which nobody answers any more: no look will ever end them.
    static func forgetAbandonedWays(
        _ destinations: [any Destination], page: AnswerPageSettings?, in store: Store, news: DestinationNews
    ) {
        let ways = destinations.compactMap { $0 as? any AnswerSource }.filter(\.takesAnswers).map(\.name)
        for alert in (try? store.alerts(openOnly: true)) ?? [] where alert.holds {
            switch alert.cause {
            case .box(.answersUnheard) where !ways.contains(alert.subject):
                news.add(.answersHeard(destination: alert.subject))
            case .box(.answerPageAway) where alert.subject != page?.address:
                news.answerPage(alert.subject, since: nil, reason: nil)
            default: break
            }
        }
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

/// The answer page's way to the ingest thread.
struct LinkedAnswers: AlertAnswering {
    let links: AnswerLinks
    let loop: AcknowledgedLoop
    /// The store and the ingest thread block, and so have threads apart from those that serve.
    private static let queue = DispatchQueue(label: "answer-page", attributes: .concurrent)

    var words: Phrasebook { links.words }

    func notice(token: String) async -> LinkNotice? {
        await LinkedAnswers.apart { links.notice(token: token, now: SystemClock.now()) }
    }

    func answer(token: String, _ reply: LinkReply) async -> LinkOutcome? {
        await LinkedAnswers.apart { take(token, reply) }
    }

    private static func apart<Answer: Sendable>(_ question: @escaping @Sendable () -> Answer) async -> Answer {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: question()) }
        }
    }

    /// Waits at most twenty seconds for the commit.
    private func take(_ token: String, _ reply: LinkReply) -> LinkOutcome? {
        let done = DispatchSemaphore(value: 0)
        let isStored = Flag()
        let outcome = Mutex<LinkOutcome?>(nil)
        loop.submit { handler in
            guard let office = (handler as? IngestHandler)?.office else { return }
            let taken = try? office.takeLink(token, reply, now: SystemClock.now())
            outcome.withLock { $0 = taken }
        } whenCommitted: { isCommitted in
            isStored.set(isCommitted)
            done.signal()
        }
        guard done.wait(timeout: .now() + 20) == .success, isStored.isSet else {
            return LinkOutcome(isDone: false, lines: [links.words.text("answer_page.not_stored")])
        }
        return outcome.withLock { $0 }
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
