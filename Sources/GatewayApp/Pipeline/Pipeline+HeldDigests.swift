import Alerting
import GatewayModel
import Storage

/// Messages about many alerts that are held back for the quiet hours.
extension Pipeline {
    /// Makes those anew that name an alert which is over: in the morning they say what holds then, and are left out where
    /// nothing does.
    func remakeHeldDigests(without alert: Alert, now: Instant) {
        guard notices.quietEnd(.today, now) != nil else { return }
        do throws(StoreError) {
            let left = Set(batch.leftOut.map { [$0.destination, $0.key] })
            let made = batch.outbox.filter { $0.alerts != nil && $0.notBefore != nil }
            for item in try store.heldDigests(now: now) + made where !left.contains([item.destination, item.key]) {
                guard let ids = item.alerts, ids.contains(alert.id) else { continue }
                var holding: [Alert] = []
                for id in ids where id != alert.id {
                    if let other = try known(id), other.holds { holding.append(other) }
                }
                let reason = LeftOutReason.over.stored("\(alert.returnedAt ?? alert.closedAt ?? now)")
                batch.leftOut.append(LeftOutNotice(item, reason: reason))
                batch.outbox += notices.again(item, about: holding, state: state, now: now)
            }
        } catch {
            readFailure = error
        }
    }
}
