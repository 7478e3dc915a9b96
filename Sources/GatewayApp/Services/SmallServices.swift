import Foundation
import GatewayModel
import Logging
import ServiceLifecycle
import UnixSignals

/// Feeds systemd's watchdog for as long as the ingest thread turns.
struct WatchdogService: Service {
    let notifier: ServiceNotifier
    let counters: LiveCounters

    func run() async throws {
        var seen = -1
        let ticks = AsyncTicks(seconds: 10)
        for await _ in ticks.cancelOnGracefulShutdown() {
            let turns = counters.turns
            if turns != seen { notifier.alive() }
            seen = turns
        }
    }
}

/// Reads the files again at SIGHUP; a broken file keeps the last good one and says so.
struct ReloadService: Service {
    let configFile: String
    let reload: @Sendable (Site) -> Void
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                reload(try Site.load(configFile: configFile) { logger.warning("\($0)") })
                logger.notice("the files were read again")
            } catch {
                logger.error("the files were not taken over; the last good ones stay: \(error)")
            }
        }
    }
}

/// A beat every so many seconds.
struct AsyncTicks: AsyncSequence {
    let seconds: Int64

    struct AsyncIterator: AsyncIteratorProtocol {
        let seconds: Int64

        mutating func next() async -> Void? {
            do {
                try await Task.sleep(for: .seconds(seconds))
                return ()
            } catch {
                return nil
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(seconds: seconds) }
}
