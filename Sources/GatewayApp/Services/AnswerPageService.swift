import Dashboard
import Logging
import ServiceLifecycle

/// Keeps the answer page served: an address that is not there yet, such as that of a tunnel, stops nothing else and is
/// tried again.
struct AnswerPageService: NamedService {
    let server: AnswerPageServer
    let settings: AnswerPageSettings
    /// For the library's own lines.
    let quiet: Logger
    let logger: Logger
    private static let pause: Int64 = 5

    func run() async throws {
        var hasFailed = false
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                try await server.serve(host: settings.host, port: settings.port, logger: quiet)
                return
            } catch {
                if !hasFailed {
                    logger.error("the answer page cannot listen at \(settings.host):\(settings.port): \(error)")
                }
                hasFailed = true
            }
            for await _ in AsyncTicks(seconds: { AnswerPageService.pause }).cancelOnGracefulShutdown() { break }
        }
    }
}
