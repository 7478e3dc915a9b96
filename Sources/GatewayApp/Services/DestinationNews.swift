import Delivery
import GatewayModel
import Logging
import Synchronization

/// What the destinations' threads have to say, on its way to the ingest thread.
final class DestinationNews: Sendable {
    /// A destination that fails, or works again where there is no reason; or the answers that come by it, or by link.
    struct News: Sendable {
        var condition = BoxCondition.destinationFailing
        var destination: String
        var since: Instant?
        var reason: String?
    }

    private let logger: Logger
    private let waiting = Mutex<[News]>([])

    init(logger: Logger) {
        self.logger = logger
    }

    /// Takes an event; from any thread.
    func add(_ event: DestinationEvent) {
        switch event {
        // What takes back what is no more reaches nobody.
        case .failing(RetainedStates.name, _, _): break
        case .failing(let destination, let since, let reason):
            waiting.withLock { $0.append(News(destination: destination, since: since, reason: reason)) }
        case .recovered(let destination): waiting.withLock { $0.append(News(destination: destination)) }
        case .answersUnheard(let destination, let since, let reason):
            waiting.withLock {
                $0.append(
                    News(condition: .answersUnheard, destination: destination, since: since, reason: reason))
            }
        case .answersHeard(let destination):
            waiting.withLock { $0.append(News(condition: .answersUnheard, destination: destination)) }
        case .lost(let destination, let key, let reason):
            logger.error("\(destination) will not get message \(key): \(reason)")
        case .warning(let destination, let key, let text):
            logger.warning("\(destination) took message \(key), but: \(text)")
        }
    }

    /// Takes that the page for answers by link listens nowhere, or does so again where there is no reason.
    func answerPage(_ address: String, since: Instant?, reason: String?) {
        waiting.withLock {
            $0.append(News(condition: .answerPageAway, destination: address, since: since, reason: reason))
        }
    }

    /// Everything since the last call, in order.
    func take() -> [News] {
        waiting.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
    }
}
