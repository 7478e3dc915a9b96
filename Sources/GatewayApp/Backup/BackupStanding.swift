import GatewayModel
import Reporting
import Storage

/// How things stand with the copies, for the alert and the report alike.
struct BackupStanding {
    /// What the report says.
    var facts: BackupFacts
    /// True where somebody has to do something.
    var isAlarming: Bool
    /// Since when there is no good copy.
    var since: Instant
    /// Why the last try failed.
    var reason: String?

    /// How long a real community may go on without a backup of its own, in milliseconds.
    private static let firstBackupWithin: Int64 = 7 * 86_400_000

    /// Judges by what the service has seen, or where there is none by what is on file and lies in the folder; asks no other
    /// machine. With the service's record it touches no folder either, which may be on a network.
    init(_ site: Site, store: Store, record: BackupRecord?, now: Instant) {
        let made = store.createdAt ?? now
        guard let rule = site.configuration.backup else {
            facts = BackupFacts(state: .notConfigured)
            isAlarming = store.kind == .real && now.milliseconds(since: made) > BackupStanding.firstBackupWithin
            since = made
            return
        }
        let known = record ?? .load(site.configuration.dataFolder, target: rule.folder)
        var newest = known.newest
        if record == nil, !rule.isRemote,
            let names = try? BackupFolder(path: rule.folder, avoiding: known.ownDisk).names()
        {
            newest = CopyNames(community: site.configuration.community.id).newest(in: names, now: now)
        }
        since = newest ?? made
        reason = known.reason
        // Copies may lie on another machine that nobody has asked yet.
        let isUnknown = rule.isRemote && newest == nil && !known.isLookedAt
        let isLate = !isUnknown && now.milliseconds(since: since) > rule.every * 1000 * 2
        isAlarming = isLate || known.failedAt != nil
        facts = BackupFacts(
            state: known.failedAt != nil ? .failed : newest == nil ? .never : isLate ? .overdue : .good,
            lastGoodAt: newest)
    }

    /// What is wrong, for whoever keeps the box.
    func complaint(_ site: Site) -> String {
        guard facts.state != .notConfigured else {
            return "no backups are set up; see backup: in the example configuration"
        }
        if let reason { return "the last try at a backup failed: \(reason)" }
        return "no good backup since \(site.local(since)); put in the stick, or look whether the other machine is on"
    }
}
