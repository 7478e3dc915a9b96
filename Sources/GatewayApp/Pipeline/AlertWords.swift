import Alerting
import GatewayModel
import Limits

/// Gives an alert's words what they need to know: names, limits, who is next, local time.
struct AlertWords {
    let site: Site
    let sensors: SensorDirectory
    let limits: LimitEngine
    let policy: AlertPolicy
    var stages: [StageKeeper.Standing] = []
    var disclosure = DisclosureRules()

    /// Title and text of a notice in a language, for those who read there.
    func text(
        of draft: NoticeDraft, language: String, audience: Audience, answering: AlertText.Answering = .reply()
    ) -> (title: String, body: String) {
        let alert = draft.alert
        let book = site.languages.book(language)
        let sensor =
            alert.transition?.sensor.flatMap(sensors.sensor) ?? sensors.sensor(SensorID(rawValue: alert.subject))
        var limit: Limit?
        if case .limit(let reference) = alert.cause { limit = limits.limit(reference) }
        var context = AlertText.Context(
            sensorName: sensor?.name(in: language) ?? alert.subject,
            unit: limit?.unit ?? sensor?.unit ?? .one,
            limitTitle: limit.map { $0.titles.text(in: language) ?? $0.id } ?? "",
            ruleKey: limit?.alertKey, response: limit.flatMap { $0.responses.text(in: language) } ?? "",
            next: next(draft), audience: audience, localTime: { site.local($0) })
        context.answering = answering
        if let limit, let warning = alert.transition, let pace = BudgetPace(warning, of: limit, zone: site.zone) {
            context.ahead = pace.words(book)
        }
        if let homes = alert.homes, audience != .person {
            // The limit's own words may name the home.
            context.limitTitle = book.text(sensors.home(of: homes) == nil ? "alerts.some_homes" : "alerts.a_home")
            context.response = ""
        }
        context.unseen = unseen(alert, language)
        context.handed = handed(alert, language)
        return (
            AlertText.title(draft, context, book), AlertText.body(draft, context, book)
        )
    }

    /// The limits that cannot be watched meanwhile, at most five by name.
    private func unseen(_ alert: Alert, _ language: String) -> String {
        let book = site.languages.book(language)
        let hidden = (alert.details["unseen"] ?? "").split(separator: ",")
        guard !hidden.isEmpty else { return book.text("duty.none") }
        let privacy = LimitPrivacy(
            limits.entries.map { ($0.reference, $0.limit) }, stages: stages.map { ($0.reference, $0.stages) }, sensors,
            disclosure)
        let names = hidden.compactMap { text -> String? in
            guard let stake = policy.stakes.first(where: { $0.limit.description == text }),
                let limit = limits.limit(stake.limit)
            else { return nil }
            guard privacy.mayShow(stake.limit) else { return book.text("alerts.limit_on_homes") }
            return limit.titles.text(in: language) ?? limit.id
        }
        guard !names.isEmpty else { return book.text("duty.none") }
        return names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " …" : "")
    }

    /// What a hand-over is about: at most six open alerts with their states, and four silent sensors by name.
    private func handed(_ alert: Alert, _ language: String) -> (open: String, silent: String) {
        let book = site.languages.book(language)
        func list(_ texts: [String], _ most: Int) -> String {
            guard !texts.isEmpty else { return book.text("duty.none") }
            return texts.prefix(most).joined(separator: ", ") + (texts.count > most ? " …" : "")
        }
        func parts(_ name: String) -> [String] {
            (alert.details[name] ?? "").split(separator: ",").map(String.init)
        }
        let open = parts("open").map { part in
            let words = part.split(separator: " ").map(String.init)
            return "\(words.first ?? "") (\(book.text("alerts.state.\(words.last ?? "")")))"
        }
        let silent = parts("silent").map { sensors.sensor(SensorID(rawValue: $0))?.name(in: language) ?? $0 }
        return (list(open, 6), list(silent, 4))
    }

    /// Who is called next and when, by the duty list; nil where everybody was called, and where nobody else will be.
    private func next(_ draft: NoticeDraft) -> AlertText.Next? {
        guard let roster = policy.roster else { return .everybodyTold }
        let alert = draft.alert
        let now = alert.entries.last?.at ?? alert.detectedAt
        let isHandOver = alert.cause == .box(.handOver)
        // What is for the same day calls whoever is on duty and nobody after that.
        guard isHandOver || alert.priority == .now else { return roster.onDuty(at: now) == nil ? .everybodyTold : nil }
        let next =
            isHandOver
            ? policy.nextAsked(alert, now: now, held: quietEnd(alert, at: now)) : policy.nextCall(alert, now: now)
        guard let next else { return nil }
        guard !next.isRepeat else { return draft.kind == "alert.raised" ? .everybodyTold : nil }
        // A call that falls into quiet hours is heard at their end.
        let heard = quietEnd(alert, at: next.at) ?? next.at
        let at = heard > now ? heard : nil
        return next.person.map { .person($0, at: at) } ?? .everybody(at: at)
    }

    /// The end of the quiet hours, for an alert that waits for it.
    private func quietEnd(_ alert: Alert, at time: Instant) -> Instant? {
        alert.priority == .now ? nil : site.configuration.duty?.quietEnd(at: time, in: site.zone)
    }
}
