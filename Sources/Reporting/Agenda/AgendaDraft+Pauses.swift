import GatewayModel

extension AgendaDraft {
    /// One time of rest: since when, and what is said of it.
    private struct Rest {
        var at: Instant
        var fact: String
        var ground: String
        var alert: Int?
    }

    /// What people keep putting off is for everybody to talk about: the same cause at the same place that was paused or
    /// switched off a second time, whether within one alert or from one to the next.
    func pausedAgain() -> [AgendaItem] {
        let limits = Dictionary(
            model.limits.map { ($0.facts.reference, $0.facts) }, uniquingKeysWith: { first, _ in first })
        let rows = Dictionary(model.alerts.rows.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        let offs = sharedSwitchOffs()
        let span = model.facts.zone.start(of: model.facts.month.firstDay)
        let early = span.advanced(bySeconds: -ReportFacts.daysBefore * 86_400)
        // What is over since before the month says that a pause of this month is another in a row, and no more.
        let before = Dictionary(grouping: model.facts.earlierAlerts, by: AgendaDraft.matter).mapValues { alerts in
            alerts.filter { $0.details["visibility"] == nil }.flatMap(pauses).filter { $0.at >= early }
        }
        var order: [String] = []
        var groups: [String: [Alert]] = [:]
        for alert in model.facts.alerts.sorted(by: { $0.number < $1.number }) {
            guard alert.details["visibility"] == nil, let row = rows[alert.number], !row.isHousehold,
                alert.entries.contains(where: { $0.kind == .paused })
            else { continue }
            let key = AgendaDraft.matter(alert)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(alert)
        }
        var told: Set<String> = []
        var items: [AgendaItem] = []
        for key in order {
            guard let alerts = groups[key], let first = alerts.first, let row = rows[first.number] else { continue }
            let names = AgendaDraft.names(of: first)
            let own = alerts.flatMap(pauses)
            let earlier = own.contains { $0.at >= span } ? before[key] ?? [] : []
            let rests = (earlier + own + names.flatMap { offs[$0] ?? [] }).sorted { $0.at < $1.at }
            guard rests.count > 1 else { continue }
            told.formUnion(names)
            let limit: LimitFacts? = if case .limit(let reference) = first.cause { limits[reference] } else { nil }
            let what = words.cause(row.cause, limits: model.limits)
            items.append(item(of: rests, id: key, what: what, place: row.sensor, limit: limit))
        }
        for (subject, rests) in offs.sorted(by: { $0.key < $1.key }) where rests.count > 1 && !told.contains(subject) {
            let reference = RestReport.limit(subject)
            let sensor = model.facts.sensors.first { $0.sensor.id.rawValue == subject }?.sensor
            let watching = model.limits.map(\.facts).filter {
                $0.replaced == nil && $0.limit.sensors.map(\.rawValue).contains(subject)
            }
            let limit = reference.flatMap { limits[$0] } ?? watching.first { $0.limit.protects == .people }
            items.append(item(of: rests, id: "off/\(subject)", what: named(subject), place: sensor, limit: limit))
        }
        return items
    }

    private func item(of rests: [Rest], id: String, what: String, place: Sensor?, limit: LimitFacts?) -> AgendaItem {
        var facts = rests.map(\.fact)
        if let place { facts.append(words.text("agenda.facts.place", ["point": words.name(place)])) }
        if let limit { facts.append(rule(of: limit.limit, limit.scale)) }
        var numbers: [Int] = []
        for number in rests.compactMap(\.alert) where !numbers.contains(number) { numbers.append(number) }
        return item(
            .pausedAgain, .discuss, subject: id, about: limit?.limit,
            values: ["what": what, "count": String(rests.count)], facts: facts, options: ["mend", "change"],
            minutes: 10, related: numbers.map(String.init), grounds: rests.map(\.ground),
            evidence: numbers.isEmpty ? [monthly] : numbers.map { .init("commons alerts explain \($0)") })
    }

    private func pauses(_ alert: Alert) -> [Rest] {
        alert.pauses.map { pause in
            Rest(
                at: pause.from,
                fact: marked(
                    words.text(
                        "agenda.facts.pause",
                        [
                            "number": String(alert.number), "from": words.moment(pause.from),
                            "until": words.moment(pause.until), "why": pause.why,
                        ]), model.disputes.mark(ofAlert: alert.number)), ground: "pause/\(pause.from)",
                alert: alert.number)
        }
    }

    /// What was switched off this month, with what was switched off shortly before, by sensor or limit; never a home's.
    private func sharedSwitchOffs() -> [String: [Rest]] {
        let span = model.facts.zone.start(of: model.facts.month.firstDay)
        let end = model.facts.zone.start(of: model.facts.month.next.firstDay)
        let early = span.advanced(bySeconds: -ReportFacts.daysBefore * 86_400)
        let shared = Set(
            model.facts.sensors.map(\.sensor).filter { $0.visibility == .community }.map(\.id.rawValue))
        let homes = Set(
            model.facts.sensors.map(\.sensor).filter { $0.visibility != .community }.map(\.id.rawValue))
        let offs = model.facts.switchOffs.filter { off in
            !off.isHousehold && off.from >= early && off.from < end && !homes.contains(off.subject)
                && (shared.contains(off.subject) || RestReport.limit(off.subject) != nil)
        }
        return Dictionary(grouping: offs, by: \.subject).filter { $0.value.contains { $0.from >= span } }
            .mapValues { offs in
                offs.sorted { $0.from < $1.from }.map { off in
                    Rest(
                        at: off.from,
                        fact: words.text(
                            "agenda.facts.off",
                            [
                                "what": named(off.subject), "from": words.moment(off.from),
                                "until": words.moment(off.until), "why": off.why,
                            ]), ground: "off/\(off.subject)/\(off.from)")
                }
            }
    }

    /// The words for a sensor or a limit that is switched off.
    private func named(_ subject: String) -> String {
        if let sensor = model.facts.sensors.first(where: { $0.sensor.id.rawValue == subject })?.sensor {
            return words.name(sensor)
        }
        return RestReport.limit(subject).map { words.cause(.limit($0), limits: model.limits) } ?? subject
    }

    /// The names under which an alert can be switched off.
    private static func names(of alert: Alert) -> [String] {
        switch alert.cause {
        case .limit(let reference): [alert.subject, reference.description].filter { !$0.isEmpty }
        case .box(.sensorSilent): [alert.subject]
        case .box: []
        }
    }

    /// What an alert is about, as the same in the next alert.
    private static func matter(_ alert: Alert) -> String { "\(word(alert.cause))/\(alert.subject)" }

    private static func word(_ cause: AlertCause) -> String {
        switch cause {
        case .limit(let reference): "limit \(reference)"
        case .box(let condition): "box \(condition.rawValue)"
        }
    }
}
