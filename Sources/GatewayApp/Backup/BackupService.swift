import Foundation
import GatewayModel
import Logging
import ServiceLifecycle

/// Makes a copy whenever one is due and the folder is there; what went wrong is an alert until a copy is good.
struct BackupService: NamedService {
    let site: @Sendable () -> Site
    let news: BackupNews
    let logger: Logger

    func run() async throws {
        let programs = Programs()
        let round = BackupRound(news: news, logger: logger, programs: programs)
        // Ten looks between two copies are enough, and ten minutes are soon enough.
        let ticks = AsyncTicks(beginsAtOnce: true) {
            min(600, max(1, (site().configuration.backup?.every ?? 6000) / 10))
        }
        await withGracefulShutdownHandler {
            for await _ in ticks.cancelOnGracefulShutdown() {
                let site = site()
                // On a thread of its own: copying takes minutes on a memory card, and a network as long as it likes.
                await Task.detached(priority: .background) { round.go(site) }.value
            }
        } onGracefulShutdown: {
            programs.stop()
        }
    }
}

/// One look at the copies, with what follows from it. Blocks; never two at a time.
struct BackupRound: Sendable {
    let news: BackupNews
    let logger: Logger
    let programs: Programs

    func go(_ site: Site) {
        let folder = site.configuration.dataFolder
        // While the clock is known to be wrong a copy would bear a wrong time, and hide the next ones.
        guard let rule = site.configuration.backup, !SystemClock.isKnownWrong,
            FileManager.default.fileExists(atPath: folder + "/gateway.sqlite"),
            let place = try? rule.place(programs: programs, record: .load(folder, target: rule.folder))
        else { return }
        var record = known(rule, place, site)
        news.set(record)
        if isDue(rule, place, record) {
            do {
                let said = try BackupDesk(site: site, programs: programs).make(to: nil)
                record.succeeded(at: SystemClock.now())
                record.ownDisk = BackupRecord.load(folder, target: rule.folder).ownDisk ?? record.ownDisk
                logger.notice("\(said)")
            } catch {
                guard !programs.isStopped else { return }
                record.failedAt = record.failedAt ?? SystemClock.now()
                record.reason = "\(error)"
                logger.error("no good backup: \(error)")
            }
        }
        do {
            record.forgotten = try BackupDesk(site: site, programs: programs).tellOfForgotten(
                beyond: record.forgotten, record: record)
        } catch {
            guard !programs.isStopped else { return }
            logger.error("the list of what households had deleted does not lie beside the copies yet: \(error)")
        }
        news.set(record)
        record.save(folder)
    }

    /// What is known by now: what the service remembers, what a command has put on file since, and what lies in the folder
    /// or, the first time, on the other machine.
    private func known(_ rule: Configuration.Backup, _ place: any CopyPlace, _ site: Site) -> BackupRecord {
        let filed = BackupRecord.load(site.configuration.dataFolder, target: rule.folder)
        let own = news.record.flatMap { $0.target == rule.folder ? $0 : nil }
        var record = own ?? filed
        if let made = filed.newest, record.newest.map({ $0 < made }) ?? true { record = filed }
        // A command's word is enough for another machine; it is asked again where nobody has seen it yet.
        guard !rule.isRemote || own?.isLookedAt != true, let names = try? place.names() else { return record }
        record.isLookedAt = true
        record.newest = CopyNames(community: site.configuration.community.id)
            .newest(in: names, now: SystemClock.now())
        return record
    }

    /// True where the newest copy is old enough, and there is a place for the next one.
    private func isDue(_ rule: Configuration.Backup, _ place: any CopyPlace, _ record: BackupRecord) -> Bool {
        if let folder = place as? BackupFolder, !folder.isThere { return false }
        return record.newest.map { SystemClock.now().milliseconds(since: $0) >= rule.every * 1000 } ?? true
    }
}
