import Alerting
import GatewayModel
import Limits
import Storage

/// What was told of a shared point that has become a home's.
extension Pipeline {
    /// Makes alerts homes' business that tell of homes now: what brokers hold is taken back, what waits to be sent goes only to
    /// those who may know, worded for them, and the home hears of what holds.
    func concealHomes(now: Instant) {
        let before = state.alerts
        let homes = before.open.reduce(into: [:]) { found, alert in found[alert.id] = self.homes(toldOfBy: alert) }
        let hidden = state.alerts.keepPrivate(homes)
        for alert in hidden {
            perform([.store(alert)], now: now)
            guard let told = before.open.first(where: { $0.id == alert.id }) else { continue }
            batch.outbox += notices.withdrawals(of: alert, toldAs: told, state: state, now: now)
        }
        do throws(StoreError) {
            try changeWaiting(hidden, now: now)
            try correctRetained(of: Set(hidden.map(\.id)), now: now)
        } catch {
            readFailure = error
        }
        for alert in hidden where alert.holds && alert.isUntold != true {
            let draft = NoticeDraft(kind: "alert.raised", alert: alert, audience: .person)
            batch.outbox += notices.items(for: draft, state: state, now: now)
            announceSlip(for: draft, now: now)
        }
    }

    /// Rewords or leaves out the notices that wait about alerts that have become homes' business, closed ones too.
    private func changeWaiting(_ hidden: [Alert], now: Instant) throws(StoreError) {
        var alerts = Dictionary(hidden.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let waiting = try store.waitingNotices() + batch.outbox
        let open = Set(state.alerts.open.map(\.id))
        for id in Set(waiting.flatMap { ($0.alert.map { [$0] } ?? []) + ($0.alerts ?? []) }).subtracting(open) {
            guard var alert = try known(id), alert.details["visibility"] == nil, let points = homes(toldOfBy: alert)
            else { continue }
            let told = alert
            alert.conceal(points)
            alerts[id] = alert
            batch.outbox += notices.withdrawals(of: alert, toldAs: told, state: state, now: now)
        }
        guard !alerts.isEmpty else { return }
        let reason = LeftOutReason.becameHomes.stored()
        for item in waiting {
            if let alert = item.alert.flatMap({ alerts[$0] }) {
                if let reworded = notices.reworded(item, about: alert, state: state) {
                    batch.reworded.append(reworded)
                } else {
                    batch.leftOut.append(LeftOutNotice(item, reason: reason))
                }
            } else if let ids = item.alerts, ids.contains(where: { alerts[$0] != nil }) {
                batch.leftOut.append(LeftOutNotice(item, reason: reason))
                var told: [Alert] = []
                for id in ids {
                    if let alert = alerts[id] {
                        told.append(alert)
                    } else if let alert = try known(id) {
                        told.append(alert)
                    }
                }
                batch.outbox += notices.again(item, about: told, state: state, now: now)
            }
        }
    }

    /// An alert as it is now, closed or not.
    func known(_ id: String) throws(StoreError) -> Alert? {
        if let alert = batch.alerts.last(where: { $0.id == id }) { return alert }
        return try store.alert(id: id)
    }

    /// The homes' points of which an alert tells now, none where its subject is one; nil where it tells of no home.
    func homes(toldOfBy alert: Alert) -> [SensorID]? {
        if let transition = alert.transition, case .limit(let reference) = alert.cause,
            let limit = state.limits.limit(reference), let homes = state.homes(toldOfBy: transition, limit)
        {
            return homes
        }
        let sensor =
            alert.transition?.sensor.flatMap(state.sensors.sensor)
            ?? state.sensors.sensor(SensorID(rawValue: alert.subject))
        if let sensor { return sensor.visibility == .household ? [] : nil }
        switch alert.cause {
        case .box(.readingsPutAside), .box(.tooManyMessages):
            return state.sensors.home(device: alert.subject) == nil ? nil : []
        case .box, .limit: return nil
        }
    }

}
