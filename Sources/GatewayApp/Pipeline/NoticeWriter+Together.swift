import Alerting
import Delivery
import GatewayModel

/// Many alerts in one message.
extension NoticeWriter {
    /// One outbox item about many alerts per destination that may hear some of them, of those alone; `beside` are those
    /// that protect people and were told of before.
    func together(
        _ drafts: [NoticeDraft], beside: [Alert], state: PipelineState, now: Instant
    ) -> [OutboxItem] {
        destinations.filter { $0.audience != .person }
            .compactMap { together(drafts, beside: beside, to: $0, state: state, now: now) }
    }

    /// The item for one destination; nil where it may hear of none of them.
    func together(
        _ drafts: [NoticeDraft], beside: [Alert], to destination: DestinationSettings, state: PipelineState,
        now: Instant
    ) -> OutboxItem? {
        let heard = drafts.filter { mayHear(destination, $0, nil) && calls(destination, $0) }
        guard let first = heard.first else { return nil }
        let known = beside.map { NoticeDraft(kind: first.kind, alert: $0, audience: AlertBook.circle(of: $0)) }
            .filter { mayHear(destination, $0, nil) }
        guard known.count + heard.count > 1 else { return item(first, to: destination, state, now: now) }
        let lines = (known + heard).map {
            words(state).text(of: $0, language: destination.language, audience: destination.audience).title
        }
        let priority = heard.map(\.priority).min() ?? first.priority
        let book = languages.book(destination.language)
        var item = items("alert.digest", priority: priority, to: [destination], now: now) { _ in
            (
                book.text("alerts.digest_title", ["count": "\(lines.count)"]),
                book.text("alerts.digest", ["alerts": lines.map { "\n- " + $0 }.joined()])
            )
        }.first
        item?.alerts = (known + heard).map(\.alert.id)
        return item
    }
}
