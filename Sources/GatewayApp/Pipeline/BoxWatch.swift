import Alerting
import Delivery
import Foundation
import GatewayModel
import Storage

/// Watches the box itself: disk, destinations, duty, backup, and how messages arrive. No decision is needed for
/// these alerts.
///
/// Asked once a second on the ingest thread; what it finds may be told again and again, since a condition that already
/// holds changes nothing.
struct BoxWatch {
    /// A condition and whether it holds.
    struct Finding {
        var condition: BoxCondition
        var subject = ""
        var isActive: Bool
        var onset: Instant
        var details: [String: String] = [:]
        /// How urgent it is at most for now.
        var atMost = Priority.now
    }

    private var site: Site
    private let store: Store
    private let destinations: DestinationNews
    private let backups: BackupNews
    private var lookedAtFolders: Instant?
    private var lookedAtDecisions: Instant?
    private var seenBackups = 0
    private var hour: (begin: Instant, counters: Counters)?

    /// Less than this is too little for a night (bytes); twice as much ends the alert.
    private static let leastFree: Int64 = 200_000_000

    init(site: Site, store: Store, destinations: DestinationNews, backups: BackupNews = BackupNews()) {
        self.backups = backups
        self.site = site
        self.store = store
        self.destinations = destinations
    }

    /// Goes on with files that were read again.
    mutating func reload(_ site: Site) {
        self.site = site
        lookedAtFolders = nil
        lookedAtDecisions = nil
    }

    /// Looks at the decisions at the next turn: one was adopted, or a list of delegates waits.
    mutating func decisionsChanged() {
        lookedAtDecisions = nil
    }

    /// Everything that is to be told at this moment.
    mutating func look(now: Instant, counters: Counters, roster: DutyRoster? = nil) -> [Finding] {
        var findings = destinations.take().map { news in
            Finding(
                condition: news.condition, subject: news.destination, isActive: news.reason != nil,
                onset: news.since ?? now, details: news.reason.map { ["reason": $0] } ?? [:])
        }
        let changes = backups.changes
        if BoxWatch.isDue(lookedAtFolders, every: 60_000, now) {
            lookedAtFolders = now
            findings += disk(now) + [damage(now), duty(now, roster), backup(now)]
        } else if changes != seenBackups {
            findings.append(backup(now))
        }
        seenBackups = changes
        if BoxWatch.isDue(lookedAtDecisions, every: 600_000, now) {
            lookedAtDecisions = now
            findings += DecisionWatch(site: site).findings(in: store, now: now)
        }
        return findings + arrival(now, counters)
    }

    /// A clock that was set back must not keep the box from looking for as long as it was ahead.
    private static func isDue(_ last: Instant?, every milliseconds: Int64, _ now: Instant) -> Bool {
        last.map { abs(now.milliseconds(since: $0)) >= milliseconds } ?? true
    }

    /// Between the two bounds nothing changes, so that the alert does not come and go.
    private func disk(_ now: Instant) -> [Finding] {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: site.configuration.dataFolder)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value else { return [] }
        if free >= 2 * BoxWatch.leastFree, !store.hasBallast { _ = store.restoreBallast() }
        guard free < BoxWatch.leastFree || free >= 2 * BoxWatch.leastFree else { return [] }
        return [
            Finding(
                condition: .diskFull, isActive: free < BoxWatch.leastFree, onset: now,
                details: ["free": "\(free / 1_000_000)"])
        ]
    }

    /// What is damaged stays so until it is repaired, which the next start sees.
    private func damage(_ now: Instant) -> Finding {
        let damage = store.damage
        return Finding(
            condition: .storeDamaged, isActive: !damage.isEmpty, onset: now,
            details: damage.first.map { ["count": "\(damage.count)", "first": site.local($0.first)] } ?? [:])
    }

    /// Somebody is on duty where there is a steward and a destination that reaches stewards; with a duty list, where
    /// somebody who counts stands in it at every moment of the next seven days. A gap that is more than a day ahead wakes
    /// nobody.
    private func duty(_ now: Instant, _ roster: DutyRoster?) -> Finding {
        let reaches = site.configuration.destinations.contains { $0.audience == .stewards }
        let gap = site.configuration.stewards.isEmpty || !reaches ? now : roster?.firstGap(from: now)
        return Finding(
            condition: .nobodyOnDuty, isActive: gap != nil, onset: now,
            details: gap.map { ["gap": site.local($0)] } ?? [:],
            atMost: gap.map { $0 > now.advanced(bySeconds: 86_400) } == true ? .today : .now)
    }

    private func backup(_ now: Instant) -> Finding {
        let standing = BackupStanding(site, store: store, record: backups.record(of: site), now: now)
        return Finding(
            condition: .backupOverdue, isActive: standing.isAlarming, onset: standing.since,
            details: standing.reason.map { ["reason": $0] } ?? [:])
    }

    /// Once an hour: how much came without a guarantee, and how much could not be read.
    private mutating func arrival(_ now: Instant, _ counters: Counters) -> [Finding] {
        guard let begun = hour, now >= begun.begin else {
            hour = (now, counters)
            return []
        }
        guard now.milliseconds(since: begun.begin) >= 3_600_000 else { return [] }
        hour = (now, counters)
        let unsure = counters.messagesByQoS[0, default: 0] - begun.counters.messagesByQoS[0, default: 0]
        let all = counters.messagesByQoS.values.reduce(0, +) - begun.counters.messagesByQoS.values.reduce(0, +)
        let unread = counters.rejections["malformed", default: 0] - begun.counters.rejections["malformed", default: 0]
        var findings: [Finding] = []
        // A handful of messages says nothing; between a tenth and a third nothing changes.
        if all >= 60, unsure * 3 > all || unsure * 10 < all {
            findings.append(Finding(condition: .tooMuchAtQoS0, isActive: unsure * 3 > all, onset: begun.begin))
        }
        if unread >= 1000 || unread < 100 {
            findings.append(
                Finding(
                    condition: .malformedFlood, isActive: unread >= 1000, onset: begun.begin,
                    details: ["count": "\(unread)"]))
        }
        return findings
    }
}
