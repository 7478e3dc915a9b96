import Foundation
import GatewayModel
import MQTTIngest
import Storage

/// What the office does by the clock.
extension Office {
    /// Lets time pass in the pipeline and looks after the store: disk space, and once a day the days that are over.
    func tick(now: Instant) -> Urgency {
        let urgency = pipeline.tick(now: now)
        watchDisk(now: now)
        let today = site.zone.date(at: now)
        if housekeptDay != today || pipeline.committed.counters.readings - sealedReadings >= 1_000_000 {
            // A quarter past midnight: late messages of the evening are in, and nobody is up.
            let isTime = now.milliseconds(since: site.zone.start(of: today)) >= 900_000 || housekeptDay == nil
            if isTime {
                housekeptDay = today
                sealedReadings = pipeline.committed.counters.readings
                needsHousekeeping = true
            }
        }
        return needsHousekeeping ? .now : urgency
    }

    /// Does the daily work where it is due; called between commits, when nothing is uncommitted.
    func housekeepIfDue(now: Instant) {
        guard needsHousekeeping else { return }
        needsHousekeeping = false
        do {
            try refreshLimits(now: now)
            try housekeep(now: now)
            setBox(.storeFailing, isActive: false, now: now, details: [:])
        } catch {
            setBox(.storeFailing, isActive: true, now: now, details: ["reason": "\(error)"])
        }
    }

    /// Below 200 MB free, people are told; the ballast lets the last commits through.
    private func watchDisk(now: Instant) {
        guard now.milliseconds(since: diskSeenAt ?? Instant(milliseconds: 0)) >= 60_000 else { return }
        diskSeenAt = now
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: site.configuration.dataFolder)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value else { return }
        setBox(.diskFull, isActive: free < 200_000_000, now: now, details: ["free": "\(free / 1_000_000)"])
        if free >= 400_000_000, !store.hasBallast { _ = store.restoreBallast() }
    }

    private func setBox(_ condition: BoxCondition, isActive: Bool, now: Instant, details: [String: String]) {
        pipeline.box(condition, subject: "", isActive: isActive, onset: now, details, now)
    }
}
