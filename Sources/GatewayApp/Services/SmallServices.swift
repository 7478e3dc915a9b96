import Foundation
import GatewayModel
import Logging
import ServiceLifecycle
import UnixSignals

/// Feeds systemd's watchdog for as long as the ingest thread turns.
struct WatchdogService: NamedService {
    let notifier: ServiceNotifier
    let counters: LiveCounters

    func run() async throws {
        var seen = -1
        let ticks = AsyncTicks { 10 }
        for await _ in ticks.cancelOnGracefulShutdown() {
            let turns = counters.turns
            if turns != seen { notifier.alive() }
            seen = turns
        }
    }
}

/// Reads the files again at SIGHUP; a broken file keeps the last good one and says so.
struct ReloadService: NamedService {
    /// The configuration as it was at the start: what is only taken over then.
    let started: Configuration
    let reload: @Sendable (Site) -> Void
    let logger: Logger

    func run() async throws {
        let configFile = started.file
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                let fresh = try Site.load(configFile: configFile) { logger.warning("\($0)") }
                reload(fresh)
                logger.notice("the files were read again")
                for key in ReloadService.keysThatNeedAStart(started, fresh.configuration) {
                    logger.warning("a change of '\(key)' is taken over at the next start only")
                }
            } catch {
                logger.error("the files were not taken over; the last good ones stay: \(error)")
            }
        }
    }
}

extension ReloadService {
    /// The keys whose values differ and are read at the start only.
    static func keysThatNeedAStart(_ old: Configuration, _ new: Configuration) -> [String] {
        [
            ("mqtt", old.broker != new.broker), ("destinations", old.outlets != new.outlets),
            ("data_folder", old.dataFolder != new.dataFolder), ("metrics_port", old.metricsPort != new.metricsPort),
            ("answer_page", old.answerPage != new.answerPage),
        ].filter(\.1).map(\.0)
    }
}

/// A beat every so many seconds; how many is asked anew before each.
struct AsyncTicks: AsyncSequence {
    /// Whether the first one comes at once.
    var beginsAtOnce = false
    let seconds: @Sendable () -> Int64

    struct AsyncIterator: AsyncIteratorProtocol {
        var isDue: Bool
        let seconds: @Sendable () -> Int64

        mutating func next() async -> Void? {
            guard !isDue else {
                isDue = false
                return ()
            }
            do {
                try await Task.sleep(for: .seconds(seconds()))
                return ()
            } catch {
                return nil
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(isDue: beginsAtOnce, seconds: seconds) }
}
