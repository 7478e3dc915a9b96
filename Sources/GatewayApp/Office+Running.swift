import Alerting
import GatewayModel
import Limits
import MQTTIngest
import Storage

/// What the office does by the clock.
extension Office {
    /// Lets time pass in the pipeline, looks at the box, and once a day at the days that are over.
    func tick(now: Instant) -> Urgency {
        let alertsBefore = pipeline.batch.alerts.count
        var urgency = pipeline.tick(now: now)
        testMonthlyIfDue(now: now)
        // A store that cannot be written has an alert of its own; the next turn tries again.
        try? noteProfiles(now: now)
        for finding in boxWatch?.look(
            now: now, counters: pipeline.state.counters, roster: pipeline.state.alerts.policy.roster) ?? []
        {
            pipeline.box(
                finding.condition, subject: finding.subject, isActive: finding.isActive, onset: finding.onset,
                finding.details, atMost: finding.atMost, now)
        }
        sendRoundIfDue(now: now)
        giveSignOfLifeIfDue(now: now)
        lookForNeighbours(now: now)
        if pipeline.batch.alerts.count > alertsBefore || !pipeline.batch.outbox.isEmpty
            || !pipeline.batch.dutyMarks.isEmpty
        {
            urgency = .now
        }
        if pipeline.committed.hasLateMeters,
            now.milliseconds(since: madeUpAt ?? Instant(milliseconds: 0)) >= Office.makeUpPause
        {
            needsMakeUp = true
        }
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
        if let due = draftDueAt, due <= now { needsDraft = true }
        return needsHousekeeping || needsMakeUp || needsDraft ? .now : urgency
    }

    /// Does the daily work where it is due; called between commits, when nothing is uncommitted.
    func housekeepIfDue(now: Instant) {
        guard needsHousekeeping || needsMakeUp || needsDraft else { return }
        let isDaily = needsHousekeeping
        needsHousekeeping = false
        do {
            try makeUpIfDue(now: now, within: Office.makeUpSlice)
            if isDaily {
                try housekeep(now: now)
                try pipeline.correctRetained(now: now)
                try refreshDuty(now: now)
                try remindOfSignatures(now: now)
                setBox(.storeFailing, isActive: false, now: now, details: [:])
            }
            try mailDraftIfDue(now: now)
        } catch {
            setBox(.storeFailing, isActive: true, now: now, details: ["reason": "\(error)"])
        }
    }

    /// Rebuilds what meters and limits count from what is stored: a budget adopted in mid-month counts the whole month,
    /// and what people decided about a meter changes every figure that follows from it. Nothing may be uncommitted.
    ///
    /// Years of imported days take longer than a sensor may wait: with a `limit` the rest is left for the next call.
    func makeUpIfDue(now: Instant, within limit: Duration? = nil) throws {
        guard needsMakeUp else { return }
        let loader = PipelineLoader(site: site, store: store)
        guard try loader.bringDaysUpToDate(now: now, within: limit) else { return }
        madeUpAt = now
        try loader.deriveEventsOfToday(now: now)
        let fresh = try loader.load(now: now)
        pipeline.changeState {
            $0.meters = fresh.meters
            $0.computed = fresh.computed
            $0.asides = fresh.asides
            $0.limits.takeCounts(from: fresh.limits)
            $0.hasLateMeters = false
            // The marks were taken from the store; later readings of those days mark them again.
            $0.series.forgetMarks()
        }
        needsMakeUp = false
        // Days that are over are known better now: a stage may have begun, and a limit of yesterday may be kept after all.
        try refreshLimits(now: now)
        try judgeDay(now: now)
    }

    private func setBox(_ condition: BoxCondition, isActive: Bool, now: Instant, details: [String: String]) {
        pipeline.box(condition, subject: "", isActive: isActive, onset: now, details, now)
    }
}
