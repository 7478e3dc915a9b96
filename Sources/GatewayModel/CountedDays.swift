/// Days on which a limit counts: days of the week, or those of a recurrence rule.
public struct CountedDays: Hashable, Sendable, Codable {
    /// Which days.
    public var rule: Recurrence
    /// The day from which the weeks or months of an interval are counted; nil where every one counts.
    public var from: CalendarDate?

    /// A Monday from which rules are read that themselves say on which days.
    private static let anchor = CalendarDate(year: 2000, month: 1, day: 3)

    /// Makes days by a rule; `from` is needed where the rule has an interval.
    public init(rule: Recurrence, from: CalendarDate? = nil) {
        self.rule = rule
        self.from = from
    }

    /// Makes days of every week by their ISO numbers, 1 for Monday to 7 for Sunday.
    public init(weekdays: Set<Int>) {
        var rule = Recurrence(.weekly)
        rule.weekdays = weekdays.sorted().map { Recurrence.Weekday(weekday: $0) }
        self.init(rule: rule)
    }

    /// True on a day on which the limit counts.
    public func contains(_ date: CalendarDate) -> Bool {
        if rule.frequency == .weekly, rule.interval == 1, rule.months.isEmpty, rule.until == nil {
            return rule.weekdays.contains { $0.weekday == date.weekday }
        }
        return rule.contains(date, from: from ?? CountedDays.anchor)
    }
}

extension CountedDays {
    /// What cannot be read aloud as one plain sentence, or leaves open on which days, in a sentence with what to do; nil
    /// where nothing is.
    public var problem: (message: String, remedy: String)? {
        let days = rule.weekdays
        guard rule.count == nil, rule.positions.isEmpty, rule.weekStart == 1 else {
            return (
                "COUNT, BYSETPOS and WKST are not understood for the days of a limit",
                "write UNTIL for COUNT, BYDAY=1SU for the first Sunday"
            )
        }
        guard rule.frequency != .yearly || !rule.months.isEmpty else {
            return ("a yearly rule names its months", "add BYMONTH, such as FREQ=YEARLY;BYMONTH=5;BYDAY=1SU")
        }
        guard days.isEmpty != rule.monthDays.isEmpty else {
            return (
                "the rule names days of the week or days of the month, one of the two",
                "write BYDAY=MO,TH or BYMONTHDAY=1,15"
            )
        }
        guard days.allSatisfy({ $0.nth.map { $0 == -1 || (1...5).contains($0) } ?? true }),
            rule.monthDays.allSatisfy({ $0 > 0 || $0 == -1 })
        else {
            return (
                "from the end of a month only the last is understood", "write -1, such as BYDAY=-1SU or BYMONTHDAY=-1"
            )
        }
        guard rule.frequency != .yearly || rule.interval == 1 else {
            return ("every so many years is not understood", "leave INTERVAL out")
        }
        guard (rule.interval > 1) == (from != nil) else {
            return rule.interval > 1
                ? (
                    "every so many weeks or months, and nobody knows from which on",
                    "write days: {rule: FREQ=WEEKLY;INTERVAL=2;BYDAY=MO, from: 2026-05-04}"
                ) : ("every week or month counts, so there is no first one", "leave from: out")
        }
        return nil
    }
}

extension Phrasebook {
    /// `on Monday, Wednesday and Friday`, `on the first Sunday of the month, in May`.
    public func days(_ days: CountedDays) -> String {
        let rule = days.rule
        let names = rule.weekdays.map { day in
            let name = text("limits.weekday.\(day.weekday)")
            guard rule.frequency != .weekly else { return name }
            return text("limits.days.nth.\(day.nth.map(String.init) ?? "every")", ["day": name])
        }
        let numbers = rule.monthDays.sorted { ($0 < 0 ? 32 : $0) < ($1 < 0 ? 32 : $1) }.map { number in
            number < 0 ? text("limits.days.last") : text("limits.days.number", ["day": "\(number)"])
        }
        var values = ["days": list(names + numbers), "count": "\(rule.interval)", "from": ""]
        if let from = days.from { values["from"] = date(from) }
        let rhythm = rule.frequency == .weekly ? "week" : "month"
        var words = text("limits.days.\(rhythm)\(rule.interval > 1 ? "_interval" : "")", values)
        if !rule.months.isEmpty {
            let months = rule.months.sorted().map { text("format.month.\($0)") }
            words += ", " + text("limits.days.months", ["months": list(months)])
        }
        if let until = rule.until { words += ", " + text("limits.days.until", ["until": date(until)]) }
        return words
    }

    /// `a, b and c`.
    func list(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return text("format.list", ["items": items.dropLast().joined(separator: ", "), "last": last])
    }

    /// `1 May 2026`.
    func date(_ date: CalendarDate) -> String {
        text(
            "format.date",
            ["day": "\(date.day)", "month": text("format.month.\(date.month)"), "year": "\(date.year)"])
    }
}
