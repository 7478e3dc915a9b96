import Alerting
import Delivery
import GatewayModel
import Limits

/// What is told of a sensor or limit that is switched off, or is to be.
extension NoticeWriter {
    /// One item per destination of the stewards; of a home they hear no more than that it is one.
    func switching(
        _ off: SwitchedOff, _ switching: AlertAction.Switching, state: PipelineState, now: Instant
    ) -> [OutboxItem] {
        let isAsked = switching == .offAsked
        let isOff = [.off, .offAsked, .offSooner].contains(switching)
        let terms = isAsked ? off.asked ?? off.terms : off.terms
        let sensor = state.sensors.sensor(SensorID(rawValue: off.subject))
        let alert = isAsked ? NoticeWriter.alert(on: off, state) : nil
        let hearing = destinations.filter { $0.audience != .person && NoticeWriter.mayHear($0.audience, .stewards) }
        return items("alerts.\(switching.rawValue)", priority: .today, to: hearing, now: now) { destination in
            let book = languages.book(destination.language)
            var values = [
                "person": terms.confirmedBy ?? terms.person,
                "why": isOff ? Escaping.sentence(terms.reason, limit: isAsked ? 80 : nil) : terms.reason,
                "until": local(terms.until),
                "sensor": off.isHousehold
                    ? book.text("alerts.a_home")
                    : sensor?.name(in: book.language) ?? NoticeWriter.title(of: off.subject, state, book),
            ]
            if isAsked {
                values["ways"] =
                    AlertText.agreement(
                        number: alert?.number, subject: off.isHousehold ? nil : off.subject,
                        hint(for: destination, asker: terms.person), book
                    ).first ?? ""
            }
            return (
                book.text("told.\(switching.rawValue)_title", values),
                book.text("told.\(switching.rawValue)", values).trimmingBlanks()
            )
        }.map { item in
            var item = item
            item.answers = alert?.id
            return item
        }
    }

    /// What a limit is called, by its `2/warm-n`; that where it is not in force any more.
    private static func title(of subject: String, _ state: PipelineState, _ book: Phrasebook) -> String {
        let limit = state.limits.entries.first { $0.reference.description == subject }?.limit
        return limit.map { $0.titles.text(in: book.language) ?? $0.id } ?? subject
    }

    /// The open alert by whose number a second person agrees: one that the stewards know, where the number means this
    /// switch-off and nothing else.
    private static func alert(on off: SwitchedOff, _ state: PipelineState) -> Alert? {
        state.alerts.open.first { alert in
            alert.holds && alert.audience != .person && alert.isUntold != true && alert.restAsked == nil
                && alert.switchOffAsked { state.alerts.switchedOff[$0] }?.subject == off.subject
        }
    }
}
