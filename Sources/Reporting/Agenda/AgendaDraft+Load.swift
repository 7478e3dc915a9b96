import GatewayModel

extension AgendaDraft {
    /// More alarms than volunteers can bear, by the budget of the configuration, with the ten worst causes.
    ///
    /// Counted is what people were told of in the month; test messages and hand-overs are not.
    func alarmLoad() -> [AgendaItem] {
        let zone = model.facts.zone
        let told = model.facts.alerts.filter { alert in
            alert.isUntold != true && ![.box(.testAlarm), .box(.handOver)].contains(alert.cause)
                && CalendarMonth(of: zone.date(at: alert.onset)) == model.facts.month
        }
        let budget = model.facts.loadBudget
        let waking = told.count { $0.priority == .now }
        let daily = told.count { $0.priority == .today }
        let busiest = busiestWeek(of: told)
        let stewards = max(1, model.facts.stewardCount)
        let days = model.dates.count
        guard
            waking * 7 > stewards * budget.nowPerWeek * max(7, days) || daily > budget.todayPerDay * max(1, days)
                || busiest > budget.nowPerWeek
        else { return [] }
        var facts = [
            words.text(
                "agenda.facts.load",
                ["waking": String(waking), "daily": String(daily), "stewards": String(model.facts.stewardCount)]),
            words.text(
                "agenda.facts.budget", ["waking": String(budget.nowPerWeek), "daily": String(budget.todayPerDay)]),
        ]
        if busiest > 0 { facts.append(words.text("agenda.facts.busiest", ["count": String(busiest)])) }
        facts += worst(of: told).map { cause in
            words.text(
                cause.wrong > 0 ? "agenda.facts.top_false" : "agenda.facts.top",
                ["what": cause.name, "count": String(cause.count), "wrong": String(cause.wrong)])
        }
        return [
            item(
                .tooManyAlarms, .discuss, subject: "", about: nil,
                values: ["month": words.month(model.facts.month)], facts: facts, options: ["fix", "help"], minutes: 15,
                related: [], grounds: ["month/\(model.facts.month)"], evidence: [monthly])
        ]
    }

    /// How many alerts called one steward in one week at most; who it was is nobody's business.
    private func busiestWeek(of alerts: [Alert]) -> Int {
        struct Week: Hashable {
            var person: String
            var monday: CalendarDate
        }
        var counts: [Week: Int] = [:]
        for alert in alerts where alert.priority == .now {
            let weeks = alert.entries.filter { $0.kind == .called }.compactMap { entry -> Week? in
                let day = model.facts.zone.date(at: entry.at)
                return entry.person.map { Week(person: $0, monday: day.adding(days: 1 - day.weekday)) }
            }
            for week in Set(weeks) { counts[week, default: 0] += 1 }
        }
        return counts.values.max() ?? 0
    }

    private struct Cause {
        var name: String
        var count: Int
        var wrong: Int
    }

    private func worst(of alerts: [Alert]) -> [Cause] {
        var causes: [String: Cause] = [:]
        for alert in alerts {
            let name = words.cause(alert.cause, limits: model.limits)
            causes[name, default: Cause(name: name, count: 0, wrong: 0)].count += 1
            if alert.outcome == .falseReading { causes[name]?.wrong += 1 }
        }
        return Array(causes.values.sorted { ($1.count, $0.name) < ($0.count, $1.name) }.prefix(10))
    }
}
