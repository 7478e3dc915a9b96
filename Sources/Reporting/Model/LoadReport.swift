import GatewayModel

/// How often the stewards were called in a month, against what the community said that they can bear.
///
/// Counted is what the stewards were told of; test messages, hand-overs and what only a home heard of are not. No person is named, and no column is one
/// person's: within a week the counts stand in the order of their size.
public struct LoadReport: Hashable, Sendable {
    /// A week from Monday to Sunday that touches the month.
    ///
    /// One that began before the month is whole; one that goes on after it ends with the month here and is whole in the
    /// next report.
    public struct Week: Hashable, Sendable {
        /// Its first day.
        public var monday: CalendarDate
        /// Its last day, or the month's.
        public var end: CalendarDate
        /// How many alerts that wake people called each steward, the most first; one entry per steward.
        public var calls: [Int]
    }

    /// What the alerts were about.
    public struct Cause: Hashable, Sendable {
        /// The limit or the box's own condition.
        public var cause: AlertCause
        /// How many alerts began in the month.
        public var count: Int
        /// How many of them a person closed with a cause.
        public var explained: Int
        /// How many of those were false readings.
        public var wrong: Int

        /// The share of false ones among those that a person explained, in percent; nil where nobody has said of any.
        public var wrongPercent: Int? { explained == 0 ? nil : (wrong * 200 + explained) / (2 * explained) }
    }

    /// Alerts that wake people.
    public var waking: Int
    /// Alerts for the same day.
    public var daily: Int
    /// The weeks, in order; none before the first day is there.
    public var weeks: [Week]
    /// The causes, the most frequent first.
    public var causes: [Cause]
    /// What the community said.
    public var budget: LoadBudget
    /// True where the month, or one steward's week, went beyond it.
    public var isTooMuch: Bool

    /// How many alerts called one steward in one week at most.
    public var busiest: Int { weeks.compactMap(\.calls.first).max() ?? 0 }

    /// Counts the load of a month; `days` of it are over.
    init(_ facts: ReportFacts, days: Int) {
        func isLoad(_ alert: Alert) -> Bool {
            // What a home hears of alone calls no steward.
            alert.isUntold != true && alert.audience != .person
                && ![.box(.testAlarm), .box(.handOver)].contains(alert.cause)
        }
        let told = facts.alerts.filter {
            isLoad($0) && CalendarMonth(of: facts.zone.date(at: $0.onset)) == facts.month
        }
        budget = facts.loadBudget
        waking = told.count { $0.priority == .now }
        daily = told.count { $0.priority == .today }
        weeks = LoadReport.weeks(
            facts, (facts.earlierAlerts + facts.alerts).filter { isLoad($0) && $0.priority == .now })
        causes = LoadReport.causes(told)
        isTooMuch = false
        let stewards = max(1, facts.stewardCount)
        isTooMuch =
            waking * 7 > stewards * budget.nowPerWeek * max(7, days) || daily > budget.todayPerDay * max(1, days)
            || busiest > budget.nowPerWeek
    }

    private static func weeks(_ facts: ReportFacts, _ alerts: [Alert]) -> [Week] {
        let last = min(facts.month.lastDay, facts.zone.date(at: facts.generatedAt))
        guard last >= facts.month.firstDay else { return [] }
        // Each week's alerts by the person whom they called; an alert that called somebody three times is one.
        var called: [CalendarDate: [String: Set<String>]] = [:]
        for alert in alerts {
            for entry in alert.entries where entry.kind == .called || entry.callsEverybody {
                let day = facts.zone.date(at: entry.at)
                guard day <= last else { continue }
                let persons = entry.callsEverybody ? facts.stewardNames : Set([entry.person].compactMap { $0 })
                for person in persons { called[day.monday, default: [:]][person, default: []].insert(alert.id) }
            }
        }
        var weeks: [Week] = []
        var monday = facts.month.firstDay.monday
        while monday <= last {
            let counts = called[monday] ?? [:]
            let persons = facts.stewardNames.union(counts.keys)
            weeks.append(
                Week(
                    monday: monday, end: min(monday.adding(days: 6), last),
                    calls: persons.map { counts[$0]?.count ?? 0 }.sorted(by: >)))
            monday = monday.adding(days: 7)
        }
        return weeks
    }

    private static func causes(_ told: [Alert]) -> [Cause] {
        var causes: [AlertCause: Cause] = [:]
        for alert in told {
            var cause = causes[alert.cause] ?? Cause(cause: alert.cause, count: 0, explained: 0, wrong: 0)
            cause.count += 1
            if let outcome = alert.outcome, outcome != .ended { cause.explained += 1 }
            if alert.outcome == .falseReading { cause.wrong += 1 }
            causes[alert.cause] = cause
        }
        return causes.values.sorted { ($1.count, $0.cause.order) < ($0.count, $1.cause.order) }
    }
}

extension AlertEntry {
    /// True for the calls to all stewards.
    fileprivate var callsEverybody: Bool { kind == .calledAll || kind == .nobodyCame }
}

extension CalendarDate {
    /// The Monday of its week.
    fileprivate var monday: CalendarDate { adding(days: 1 - weekday) }
}

extension AlertCause {
    /// Limits before the box's own conditions, each by name.
    fileprivate var order: String {
        switch self {
        case .limit(let reference): "0 \(reference)"
        case .box(let condition): "1 \(condition.rawValue)"
        }
    }
}
