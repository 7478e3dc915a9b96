import Alerting
import GatewayModel
import Limits
import Storage

/// What is in force today, as it follows from the decisions and the days that are over.
extension Office {
    /// Makes the limits of the day those that are watched, and tells where a stage begins or ends.
    func refreshLimits(now: Instant) throws {
        let today = site.zone.date(at: now)
        let inForce = LimitsInForce(try LimitRegister(site: site).adopted(in: store))
        let standings = try StageKeeper(store: store, sensors: pipeline.state.sensors).standings(on: today, inForce)
        let limits = inForce.limits(on: today, standings, zone: site.zone)
        let boxRules = inForce.boxAlerts(on: today)
        let disclosure = inForce.disclosureRules(on: today)
        // Told anew when it counts again, also after a restart.
        pipeline.batch.transitions += pipeline.state.limits.endings(allBut: limits, now: now)
        pipeline.changeState {
            $0.limits.setLimits(limits)
            $0.alerts.boxRules = boxRules
            $0.stages = standings
            $0.disclosure = disclosure
        }
        // A limit that begins in the middle of its period counts the whole of it.
        if pipeline.state.limits.hasNewcomers { needsMakeUp = true }
        // Beside what was decided now another limit may not be told any more.
        pipeline.concealHomes(now: now)
        pipeline.endAlertsOfEndedLimits(now: now)
        try tellStages(standings, now: now)
        // A level that begins, or a limit that was replaced, may put people at risk or end it.
        pipeline.lookAfterPeople(now: now)
    }

    /// Judges the rules on days by the day that was the last to end, and by those before it that ended while the box was off.
    func judgeDay(now: Instant) throws {
        let yesterday = site.zone.date(at: now).adding(days: -1)
        let needed = pipeline.state.limits.neededDays
        guard !needed.sensors.isEmpty else { return }
        let mark = DutyMark(kind: DutyMark.judgedDay, name: "")
        let judged = try store.dutyMarks()[mark].map { site.zone.date(at: $0) }
        let first = max(
            min(judged?.adding(days: 1) ?? yesterday, yesterday), yesterday.adding(days: -Office.judgedBack))
        let table = try DayTables(store: store, sensors: pipeline.state.sensors).table(
            of: needed.sensors, from: first.adding(days: -needed.lookBack), through: yesterday)
        let count = Int(yesterday.daysSinceEpoch - first.daysSinceEpoch)
        pipeline.judge(days: (0...count).map { first.adding(days: $0) }, table, now: now)
        if judged != yesterday { pipeline.batch.dutyMarks[mark] = site.zone.start(of: yesterday) }
    }

    /// How many days an outage may have lasted for what was missed in it to be told: the period of a budget and its end.
    private static let judgedBack = 62

    /// A stage that begins or ends is recorded and told to everybody whom it concerns, once. Where its rules look at too few
    /// homes it is told that it counts, which everybody must know, and not since which day these brought it about.
    private func tellStages(_ standings: [StageKeeper.Standing], now: Instant) throws {
        let told = try store.toldStages()
        let privacy = pipeline.state.privacy
        for standing in standings where standing.day.level != told[standing.reference] ?? 0 {
            let isShown = standing.tellsSince(privacy)
            let notices = pipeline.notices.announcement(
                "stage.changed", priority: .today, audience: .members, now: now
            ) { book in
                let level = standing.day.level
                let titles = level == 0 ? standing.stages.titles : standing.stages.levels[level - 1].titles
                let values = [
                    "stages": standing.stages.titles.text(in: book.language) ?? standing.stages.id,
                    "level": "\(level)", "name": titles.text(in: book.language) ?? "\(level)",
                    "decision": "\(standing.reference.resolution)", "since": "\(standing.day.since)",
                ]
                return (
                    book.text("told.stage_title", values),
                    book.text((level == 0 ? "told.stage_over" : "told.stage") + (isShown ? "" : "_on_homes"), values)
                )
            }
            let since = ["since": standing.day.since.description]
            try store.tellStage(
                standing.reference, level: standing.day.level,
                record: ActRecord(
                    RecordEntry(
                        at: now, kind: "stage.changed",
                        facts: ["stages": standing.reference.description, "level": "\(standing.day.level)"].merging(
                            isShown ? since : [:]
                        ) { $1 }, erasable: isShown ? [:] : since), notices: tellsNobody ? [] : notices))
        }
    }
}
