import Alerting
import Delivery
import GatewayModel
import Storage

/// What brokers hold of alerts, for whoever subscribes.
extension Pipeline {
    /// Brings what brokers hold of alerts, of some or of all, in line with what may be told now: what is closed, gone or not their
    /// readers' business any more is taken back, what must be worded without a home is told again.
    ///
    /// What was told before a point became a home's may have been told by an older program, and a last word may have been given
    /// up while the broker was away.
    func correctRetained(of ids: Set<String>? = nil, now: Instant) throws(StoreError) {
        let brokers = notices.brokers
        guard !brokers.isEmpty, ids?.isEmpty != true else { return }
        let waiting = try store.waitingNotices() + batch.outbox
        for item in try store.lastPublished() where brokers.contains(item.destination) {
            guard let id = item.alert, ids?.contains(id) ?? true, !MQTTDestination.takesBack(item),
                // What waits has the last word.
                !waiting.contains(where: { $0.destination == item.destination && $0.alert == id })
            else { continue }
            if let alert = try open(id), let fresh = notices.reworded(item, about: alert, state: state) {
                guard alert.isPrivate, fresh != item else { continue }
                batch.outbox.append(NoticeWriter.again(fresh, now: now))
            } else {
                batch.outbox.append(NoticeWriter.withdrawal(of: item, now: now))
            }
        }
        for item in try store.lastPublishedNotices() where brokers.contains(item.destination) {
            for id in item.alerts ?? [] where ids?.contains(id) ?? true {
                guard let alert = try known(id), alert.isPrivate || homes(toldOfBy: alert) != nil,
                    !waiting.contains(where: { $0.destination == item.destination && $0.type == item.type })
                else { continue }
                batch.outbox.append(NoticeWriter.withdrawal(of: item, now: now))
                break
            }
        }
    }

    /// Tells brokers again what they hold with words that were erased meanwhile; `before` are their notices as they stood.
    func retell(_ before: [OutboxItem], now: Instant) throws(StoreError) {
        let brokers = notices.brokers
        let erased = try (store.lastPublished() + store.lastPublishedNotices()).filter { item in
            brokers.contains(item.destination) && !MQTTDestination.takesBack(item)
                && before.contains { $0.key == item.key && $0.destination == item.destination && $0 != item }
        }
        batch.outbox += erased.map { NoticeWriter.again($0, now: now) }
    }

    /// An alert that is open still.
    private func open(_ id: String) throws(StoreError) -> Alert? {
        if let alert = state.alerts.open.first(where: { $0.id == id }) { return alert }
        return try known(id).flatMap { $0.isOpen ? $0 : nil }
    }
}
