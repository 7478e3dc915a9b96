import Alerting
import GatewayModel
import Limits

/// Gives an alert's words what they need to know: names, limits, who is next, local time.
struct AlertWords {
    let site: Site
    let sensors: SensorDirectory
    let limits: LimitEngine

    /// Title and text of a notice in a language, for those who read there.
    func text(of draft: NoticeDraft, language: String, audience: Audience) -> (title: String, body: String) {
        let alert = draft.alert
        let book = site.languages.book(language)
        let sensor =
            alert.transition?.sensor.flatMap(sensors.sensor) ?? sensors.sensor(SensorID(rawValue: alert.subject))
        var limit: Limit?
        if case .limit(let reference) = alert.cause { limit = limits.limit(reference) }
        let context = AlertText.Context(
            sensorName: sensor?.name(in: language) ?? alert.subject,
            unit: limit?.unit ?? sensor?.unit ?? .one,
            limitTitle: limit.map { $0.titles[language] ?? $0.titles[""] ?? $0.id } ?? "",
            ruleKey: limit?.alertKey, response: limit.flatMap { $0.responses[language] ?? $0.responses[""] } ?? "",
            nextPerson: nextPerson(after: alert.takenBy), audience: audience,
            localTime: { site.local($0) })
        return (
            AlertText.title(draft, context, book), AlertText.body(draft, context, book)
        )
    }

    /// The steward who is called next: the one after the person who has it, in the order of the configuration.
    private func nextPerson(after taker: String?) -> String? {
        let names = site.configuration.stewards.map(\.name)
        guard let taker, let index = names.firstIndex(of: taker) else { return names.first }
        return names[(index + 1) % names.count]
    }
}
