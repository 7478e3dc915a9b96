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
        let levels = Dictionary(
            standings.map { ($0.reference, $0.day.level) }, uniquingKeysWith: { first, _ in first })
        let limits = inForce.inForce(on: today, levels: levels)
        let boxRules = inForce.boxAlerts(on: today)
        pipeline.changeState {
            $0.limits.setLimits(limits)
            $0.alerts.boxRules = boxRules
            $0.stages = standings
        }
        pipeline.endAlertsOfEndedLimits(now: now)
        try tellStages(standings, now: now)
        // A level that begins, or a limit that was replaced, may put people at risk or end it.
        pipeline.lookAfterPeople(now: now)
    }

    /// Judges the rules on days by the day that was the last to end.
    func judgeDay(now: Instant) throws {
        let yesterday = site.zone.date(at: now).adding(days: -1)
        let needed = pipeline.state.limits.neededDays
        guard !needed.sensors.isEmpty else { return }
        let table = try DayTables(store: store, sensors: pipeline.state.sensors).table(
            of: needed.sensors, from: yesterday.adding(days: -needed.lookBack), through: yesterday)
        pipeline.judgeDay(yesterday, table, now: now)
    }

    /// A stage that begins or ends is recorded and told to everybody whom it concerns, once.
    private func tellStages(_ standings: [StageKeeper.Standing], now: Instant) throws {
        let told = try store.toldStages()
        for standing in standings where standing.day.level != told[standing.reference] ?? 0 {
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
                    book.text(level == 0 ? "told.stage_over" : "told.stage", values)
                )
            }
            try store.tellStage(
                standing.reference, level: standing.day.level,
                record: ActRecord(
                    RecordEntry(
                        at: now, kind: "stage.changed",
                        facts: [
                            "stages": standing.reference.description, "level": "\(standing.day.level)",
                            "since": standing.day.since.description,
                        ]), notices: tellsNobody ? [] : notices))
        }
    }
}
