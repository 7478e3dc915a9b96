import Foundation
import GatewayModel
import Logging
import ServiceLifecycle
import Synchronization

/// Makes a copy whenever one is due and the folder is there; what went wrong is an alert until a copy is good.
struct BackupService: Service {
    let site: @Sendable () -> Site
    let news: BackupNews
    let logger: Logger

    func run() async throws {
        let ticks = AsyncTicks(seconds: 600)
        for await _ in ticks.cancelOnGracefulShutdown() {
            let site = site()
            guard let rule = site.configuration.backup, BackupService.isDue(rule, site, now: SystemClock.now()) else {
                continue
            }
            do {
                // On a thread of its own: copying takes minutes on a memory card.
                let said = try await Task.detached(priority: .background) { try BackupDesk(site: site).make(to: nil) }
                    .value
                news.set(nil)
                logger.notice("\(said)")
            } catch {
                news.set("\(error)")
                logger.error("no good backup: \(error)")
            }
        }
    }

    /// True where the newest copy is old enough, and there is a folder for the next one.
    static func isDue(_ rule: Configuration.Backup, _ site: Site, now: Instant) -> Bool {
        guard FileManager.default.fileExists(atPath: rule.folder),
            FileManager.default.fileExists(atPath: site.configuration.dataFolder + "/gateway.sqlite")
        else { return false }
        let newest = BackupFolder(path: rule.folder, community: site.configuration.community.id).newest
        return newest.map { now.milliseconds(since: $0) >= rule.every * 1000 } ?? true
    }
}

/// Why the last copy was not good; set by the service, read on the ingest thread.
final class BackupNews: Sendable {
    private let reason = Mutex<String?>(nil)

    /// Nil once a copy is good.
    func set(_ text: String?) {
        reason.withLock { $0 = text }
    }

    var failure: String? { reason.withLock { $0 } }
}
