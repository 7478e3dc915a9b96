import GatewayModel
import Hummingbird
import Logging

/// Serves the counters on a loopback port; reads only, and knows nothing of the other stages.
public struct DashboardServer {
    private let snapshot: @Sendable () -> Counters

    /// Makes a server over a source of counters, which is asked at each request.
    public init(snapshot: @escaping @Sendable () -> Counters) {
        self.snapshot = snapshot
    }

    /// The application on 127.0.0.1 at that port (0 for any free one), to be run as a service.
    ///
    /// - Parameter onListening: Told the port once requests are accepted.
    public func application(
        port: Int, logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let router = Router()
        let snapshot = snapshot
        router.get("/metrics") { _, _ in
            var response = Response(status: .ok, body: .init(byteBuffer: .init(string: MetricsPage.text(snapshot()))))
            response.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
            return response
        }
        router.get("/health") { _, _ -> HTTPResponse.Status in
            snapshot().isBrokerConnected ? .ok : .serviceUnavailable
        }
        return Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: "commons-gateway"),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) }, logger: logger)
    }
}
