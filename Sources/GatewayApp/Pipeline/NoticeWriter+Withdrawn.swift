import Alerting
import Delivery
import GatewayModel

/// What was told, or is about to be, and must not be any more.
extension NoticeWriter {
    /// Takes back what a broker holds of a closed alert for those who were told of it and are not told who closed it.
    func withdrawals(after draft: NoticeDraft, state: PipelineState, now: Instant) -> [OutboxItem] {
        guard draft.alert.state == .closed else { return [] }
        var told = draft
        told.audience = AlertBook.circle(of: draft.alert)
        return withdrawals(of: told, keptFor: draft, state: state, now: now)
    }

    /// Takes back what a broker holds of an alert that has become a home's business, from those whose business it is not.
    func withdrawals(of alert: Alert, toldAs before: Alert, state: PipelineState, now: Instant) -> [OutboxItem] {
        func draft(_ circle: Audience) -> NoticeDraft {
            NoticeDraft(kind: MQTTDestination.withdrawn, alert: alert, audience: circle)
        }
        return withdrawals(
            of: draft(AlertBook.circle(of: before)), keptFor: draft(AlertBook.circle(of: alert)), state: state, now: now
        )
    }

    private func withdrawals(
        of told: NoticeDraft, keptFor draft: NoticeDraft, state: PipelineState, now: Instant
    ) -> [OutboxItem] {
        let place = home(of: draft.alert, state)
        var told = told
        return destinations.filter { destination in
            guard case .mqtt = destination.kind else { return false }
            return mayHear(destination, told, place) && !mayHear(destination, draft, place)
        }.map { destination in
            told.kind = MQTTDestination.withdrawn
            return OutboxItem(
                key: NoticeWriter.key(told), destination: destination.name, type: MQTTDestination.withdrawn,
                priority: .today, title: "", body: "", alert: draft.alert.id, createdAt: now)
        }
    }

    /// The destinations that are brokers, which hold what they were told.
    var brokers: Set<String> {
        Set(
            destinations.filter { destination in
                if case .mqtt = destination.kind { true } else { false }
            }.map(\.name))
    }

    /// Takes back what a broker holds of a notice's alert, or the notice itself where it belongs to none.
    static func withdrawal(of item: OutboxItem, now: Instant) -> OutboxItem {
        OutboxItem(
            key: key("\(MQTTDestination.withdrawn)/\(item.key)/\(now.milliseconds)"), destination: item.destination,
            type: MQTTDestination.withdrawn, priority: .today, title: item.alert == nil ? item.type : "", body: "",
            alert: item.alert, createdAt: now)
    }

    /// The same notice again, for a broker that holds it with other words.
    static func again(_ item: OutboxItem, now: Instant) -> OutboxItem {
        var fresh = item
        fresh.key = key("again/\(item.key)/\(now.milliseconds)")
        (fresh.createdAt, fresh.notBefore) = (now, nil)
        return fresh
    }

    /// What a notice that waits becomes now that its alert is a home's business: the same notice worded anew where its readers
    /// may know; nil where they may not. `asOfNow` lets it speak of what came since, too.
    func reworded(
        _ item: OutboxItem, about alert: Alert, asOfNow: Bool = false, state: PipelineState
    ) -> OutboxItem? {
        // It says nothing, and takes back what was said.
        if item.type == MQTTDestination.withdrawn { return item }
        var then = alert
        // Who did what it tells of is who did the last thing before it.
        if !asOfNow { then.entries.removeAll { $0.at > item.createdAt } }
        let draft = NoticeDraft(kind: item.type, alert: then, audience: AlertBook.circle(of: alert))
        guard let destination = destinations.first(where: { $0.name == item.destination }),
            mayHear(destination, draft, home(of: alert, state))
        else { return nil }
        var item = item
        let fresh = self.item(draft, to: destination, state, now: item.createdAt)
        (item.title, item.body, item.dataJSON) = (fresh.title, fresh.body, fresh.dataJSON)
        return item
    }

    /// A message about many alerts that waits, made anew of those of which its readers may know still.
    func again(_ item: OutboxItem, about alerts: [Alert], state: PipelineState, now: Instant) -> [OutboxItem] {
        let drafts = alerts.map { NoticeDraft(kind: "alert.raised", alert: $0, audience: AlertBook.circle(of: $0)) }
        return destinations.filter { $0.name == item.destination }
            .compactMap { together(drafts, beside: [], to: $0, state: state, now: now) }
    }
}
