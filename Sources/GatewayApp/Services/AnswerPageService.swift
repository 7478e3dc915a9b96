import Dashboard
import GatewayModel
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the answer page served: an address that somebody else holds, or that is not there yet, such as that of a tunnel,
/// stops nothing else, is tried again and told of.
struct AnswerPageService: NamedService {
    let server: AnswerPageServer
    let settings: AnswerPageSettings
    let watch: AnswerPageWatch
    /// For the library's own lines.
    let quiet: Logger
    private static let pause: Int64 = 5

    func run() async throws {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                try await server.serve(host: settings.host, port: settings.port, logger: quiet) { _ in watch.listens() }
                return
            } catch {
                watch.failed(
                    AnswerPageServer.reason(of: error), mayPass: AnswerPageServer.mayPass(error), now: SystemClock.now()
                )
            }
            for await _ in AsyncTicks(seconds: { AnswerPageService.pause }).cancelOnGracefulShutdown() { break }
        }
    }
}

/// Tells of an answer page that cannot listen, since every link that people get leads nowhere then, and when it listens again.
final class AnswerPageWatch: Sendable {
    private struct Trouble {
        var since: Instant
        var isTold = false
    }

    /// For how long an address may be missing before people hear of it, in seconds.
    private static let patience: Int64 = 120

    private let address: String
    private let news: DestinationNews
    private let logger: Logger
    private let trouble = Mutex<Trouble?>(nil)

    init(address: String, news: DestinationNews, logger: Logger) {
        self.address = address
        self.news = news
        self.logger = logger
    }

    /// Takes that the address could not be listened at; told at once where a person must mend it.
    func failed(_ reason: String, mayPass: Bool, now: Instant) {
        trouble.withLock { trouble in
            if trouble == nil { logger.error("the answer page cannot listen at \(address): \(reason)") }
            var known = trouble ?? Trouble(since: now)
            defer { trouble = known }
            let isDue = !mayPass || now.milliseconds(since: known.since) >= AnswerPageWatch.patience * 1000
            guard !known.isTold, isDue else { return }
            known.isTold = true
            news.answerPage(address, since: known.since, reason: reason)
        }
    }

    /// Takes that the page is served; that also ends an alert of an earlier run.
    func listens() {
        trouble.withLock { $0 = nil }
        news.answerPage(address, since: nil, reason: nil)
    }
}
