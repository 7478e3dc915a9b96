import Dashboard
import Delivery
import Foundation
import GatewayModel
import Glibc
import Logging
import MQTTIngest
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs the gateway: one ingest thread, the outbox worker, the control socket and the counters page, until stopped.
public struct GatewayRunner {
    private let site: Site
    private let logger: Logger

    /// Makes a runner for a site; the log has what is of that level or more urgent.
    public init(site: Site, logLevel: LogLevel = .info) {
        self.site = site
        var logger = Logger(label: "commons")
        logger.logLevel = logLevel.level
        self.logger = logger
    }

    /// Runs until SIGTERM or Ctrl-C; ends with the last commit, its acknowledgements and the children ended.
    public func run() async throws {
        // Everything that the program writes is its own user's business.
        umask(0o077)
        let notifier = ServiceNotifier()
        let started = SystemClock.now()
        let broker = try embeddedBroker()
        defer { broker?.stop() }
        let begin = broker == nil ? started : try Demonstration.clock(of: site, now: started)
        let office = try Office.open(site: site, now: begin)
        var services: [any Service] = []
        if let broker {
            let interrupt = Interrupt()
            defer { interrupt.stop() }
            let demonstration = Demonstration(site: site, office: office, interrupt: interrupt)
            guard let village = try demonstration.prepare(now: started, say: { say($0) }) else {
                office.close()
                say("Stopped; the next start goes on from here.")
                return
            }
            let options = try BrokerOptions(
                site.configuration.broker, clientID: "example-village", embeddedPort: broker.port)
            services.append(LiveVillage(village: village, options: options))
        }
        let parts = try RunningParts(site: site, office: office, brokerPort: broker?.port, logger: logger)
        defer { parts.stop() }
        services += [parts, WatchdogService(notifier: notifier, counters: parts.counters)]
        let current = Mutex(site)
        services.append(
            ReloadService(
                started: site.configuration,
                reload: { fresh in
                    current.withLock { $0 = fresh }
                    parts.reload(fresh)
                }, logger: logger))
        services.append(
            BackupService(site: { current.withLock { $0 } }, news: parts.backups, logger: logger))
        services.append(
            DraftTrialService(trials: parts.draftTrials, site: { current.withLock { $0 } }, logger: logger))
        if let port = site.configuration.metricsPort {
            let counters = parts.counters
            services.append(DashboardServer { counters.latest }.application(port: port, logger: quiet))
        }
        if let page = site.configuration.answerPage, let answers = parts.linkedAnswers {
            let server = AnswerPageServer(answering: answers) { SystemClock.now() }
            let watch = AnswerPageWatch(address: page.address, news: parts.news, logger: logger)
            services.append(AnswerPageService(server: server, settings: page, watch: watch, quiet: quiet))
        }
        try office.tellOfDroppedNotices(now: begin)
        parts.start()
        notifier.ready("listening")
        say("Running; Ctrl-C ends it.")
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
            }, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(20)
        try await ServiceGroup(configuration: configuration).run()
        notifier.stopping()
    }

    /// Progress is of use while it is made, also where the output goes into a file.
    private func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    /// Services report their own failures; the libraries' start-up lines would only drown them.
    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = logger.logLevel < .info ? logger.logLevel : .error
        return quiet
    }

    private func embeddedBroker() throws -> EmbeddedBroker? {
        guard case .embedded = site.configuration.broker.place else { return nil }
        return try EmbeddedBroker.start(in: site.configuration.dataFolder + "/broker")
    }
}
