import GatewayModel
import Storage

/// What concerns households alone: who looked at their figures, and deleting them (P9).
extension Office {
    /// The kind of entry that a household can look up.
    static let lookedAt = "household.looked_at"

    /// Records that somebody looks at what households use, and why; one entry a household, so that each sees its own.
    func lookAt(
        _ sensors: [SensorID], _ what: String, why: String, by actor: Actor, now: Instant
    ) -> CommandReply {
        guard why.contains(where: { !$0.isWhitespace }) else { return refused("why_missing") }
        for sensor in sensors.sorted() {
            pipeline.batch.records.append(
                RecordEntry(
                    at: now, kind: Office.lookedAt, facts: ["what": what, "means": actor.means],
                    erasable: [
                        "sensor": sensor.rawValue, "why": why, "person": actor.person, "entered_by": actor.account,
                    ]))
        }
        return CommandReply(isDone: true, lines: [])
    }

    /// Deletes what whole days of a household's sensor left behind, once the sums of those months are fixed.
    func forget(
        _ id: SensorID, _ first: CalendarDate, through last: CalendarDate, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        guard let sensor = pipeline.state.sensors.sensor(id) else { return refused("no_sensor", ["sensor": "\(id)"]) }
        guard sensor.visibility == .household else { return refused("not_a_household", ["sensor": "\(id)"]) }
        guard first <= last else { return refused("empty_period") }
        // Later reports tell the sums that were fixed; without them the difference would be the household's part.
        if let open = try store.unclosedMonths(from: first, through: last, now: now, zone: site.zone).first {
            return refused("month_not_closed", ["month": open.description])
        }
        let count = try store.forget(
            ForgottenDays(sensor: id, first: first, last: last, at: now), zone: site.zone,
            record: ActRecord(
                RecordEntry(
                    at: now, kind: "household.forgotten",
                    facts: ["from": first.description, "through": last.description, "means": actor.means],
                    erasable: ["sensor": id.rawValue, "person": actor.person, "entered_by": actor.account])))
        needsMakeUp = true
        return done("forgotten", ["count": "\(count)", "sensor": "\(id)"])
    }
}
