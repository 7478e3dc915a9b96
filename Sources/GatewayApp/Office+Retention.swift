import GatewayModel
import Limits
import Storage

/// Readings of households end when the assembly has decided so.
extension Office {
    /// Deletes readings of households that are older than decided, whole months at a time; their days stay.
    func endRetention(now: Instant) throws {
        let today = site.zone.date(at: now)
        let adopted = try LimitRegister(site: site).adopted(in: store)
        guard let retention = LimitsInForce(adopted).householdRetention(on: today) else { return }
        // Once a month: a block that the day before was cut already need not be written again every night.
        let before = CalendarMonth(of: today.adding(days: -retention.days)).firstDay
        for sensor in try store.sensors() where sensor.visibility == .household && sensor.computed == nil {
            if let kept = try store.keptDays(of: sensor.id), kept >= before { continue }
            _ = try store.keepDaysAlone(of: sensor.id, before: before, zone: site.zone) { count in
                ActRecord(
                    RecordEntry(
                        at: now, kind: "household.days_kept",
                        facts: [
                            "before": before.description, "resolution": "\(retention.resolution)",
                            "readings": "\(count)",
                        ], erasable: ["sensor": sensor.id.rawValue]))
            }
        }
    }
}
