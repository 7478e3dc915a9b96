import Delivery
import GatewayModel
import Storage

/// What concerns households alone: who looked at their figures, and deleting them (P9).
extension Office {
    /// The kind of entry that a household can look up.
    static let lookedAt = "household.looked_at"

    /// Records that somebody looks at what households use, and why; one entry a household, so that each sees its own.
    func lookAt(
        _ sensors: [SensorID], _ what: String, why: String, file: String?, by actor: Actor, now: Instant
    ) -> CommandReply {
        guard why.contains(where: { !$0.isWhitespace }) else { return refused("why_missing") }
        for sensor in sensors.sorted() {
            var texts = [
                "sensor": sensor.rawValue, "why": why, "person": actor.person, "entered_by": actor.account,
            ]
            texts["file"] = file
            pipeline.batch.records.append(
                RecordEntry(
                    at: now, kind: Office.lookedAt, facts: ["what": what, "means": actor.means], erasable: texts))
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
        let retained = try retainedAlerts(of: id, first, through: last)
        let count = try store.forget(
            ForgottenDays(sensor: id, first: first, last: last, at: now), zone: site.zone,
            record: ActRecord(
                RecordEntry(
                    at: now, kind: "household.forgotten",
                    facts: ["from": first.description, "through": last.description, "means": actor.means],
                    erasable: ["sensor": id.rawValue, "person": actor.person, "entered_by": actor.account])))
        needsMakeUp = true
        pipeline.batch.outbox += retained.map { destination, alert in
            OutboxItem(
                key: "withdrawn-\(now.milliseconds)-\(alert)", destination: destination,
                type: MQTTDestination.withdrawn, priority: .today, title: "", body: "", alert: alert, dataJSON: "{}",
                createdAt: now)
        }
        let later = try store.owesLogCut() ? [site.book(nil).text("acts.done.forgotten_later")] : []
        return done("forgotten", ["count": "\(count)", "sensor": "\(id)"], then: later)
    }

    /// The alerts about a household that a broker still holds for whoever subscribes, by destination.
    private func retainedAlerts(
        of id: SensorID, _ first: CalendarDate, through last: CalendarDate
    ) throws -> [(destination: String, alert: String)] {
        let delivered = try store.delivered(
            about: id, from: site.zone.start(of: first), until: site.zone.start(of: last.adding(days: 1)))
        return site.configuration.destinations.flatMap { destination -> [(destination: String, alert: String)] in
            guard case .mqtt = destination.kind else { return [] }
            return Set(delivered[destination.name] ?? []).sorted().compactMap { topic in
                MQTTDestination.alert(ofTopic: topic).map { (destination.name, $0) }
            }
        }
    }
}
