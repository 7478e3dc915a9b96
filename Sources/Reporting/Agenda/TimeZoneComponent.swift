import GatewayModel

/// The VTIMEZONE component of a calendar file (RFC 5545, section 3.6.5), worked out from the zone's own offsets.
struct TimeZoneComponent {
    /// A moment at which the local clock is changed.
    private struct Transition {
        var at: Instant
        var before: Int
        var after: Int
    }

    private let zone: Zone
    private let year: Int

    init(zone: Zone, from instant: Instant) {
        self.zone = zone
        // The year before makes sure that the first meeting has an observance ahead of it.
        year = zone.date(at: instant).year - 1
    }

    func lines() -> [String] {
        let firstYear = transitions(in: year)
        var lines = ["BEGIN:VTIMEZONE", "TZID:\(zone.identifier)"]
        if let pattern = yearlyPattern(firstYear) {
            for (transition, rule) in zip(firstYear, pattern) {
                lines += observance(transition, rules: ["RRULE:\(rule)"])
            }
        } else {
            let all = (year...year + 6).flatMap(transitions)
            let start = zone.start(of: CalendarDate(year: year, month: 1, day: 1))
            let offset = zone.offsetSeconds(at: start)
            lines += observance(Transition(at: start, before: offset, after: offset), rules: [])
            for transition in all { lines += observance(transition, rules: []) }
        }
        return lines + ["END:VTIMEZONE"]
    }

    /// One rule per transition where the coming years follow the same pattern of weekdays; nil elsewhere.
    private func yearlyPattern(_ first: [Transition]) -> [String]? {
        guard first.count == 2 else { return nil }
        let years = (year + 1...year + 6).map(transitions)
        guard years.allSatisfy({ $0.count == 2 }) else { return nil }
        return first.indices.reduce([String]?.some([])) { rules, index in
            let dates = ([first] + years).map { local($0[index]).date }
            let rule = [-1, 1, 2, 3, 4].first { nth in
                dates.allSatisfy { matches($0, nth: nth, like: dates[0]) }
            }
            let times = Set(([first] + years).map { local($0[index]).time })
            guard let rules, let rule, times.count == 1 else { return nil }
            let day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][dates[0].weekday - 1]
            return rules + ["FREQ=YEARLY;BYMONTH=\(dates[0].month);BYDAY=\(rule)\(day)"]
        }
    }

    private func matches(_ date: CalendarDate, nth: Int, like first: CalendarDate) -> Bool {
        guard date.month == first.month, date.weekday == first.weekday else { return false }
        if nth == -1 { return date.day + 7 > CalendarDate.days(inMonth: date.month, of: date.year) }
        return (date.day - 1) / 7 + 1 == nth
    }

    private func observance(_ transition: Transition, rules: [String]) -> [String] {
        let isDaylight = transition.after > transition.before
        let name = isDaylight ? "DAYLIGHT" : "STANDARD"
        return [
            "BEGIN:\(name)",
            "DTSTART:\(CalendarFile.compact(transition.at, offsetSeconds: transition.before))",
            "TZOFFSETFROM:\(offset(transition.before))", "TZOFFSETTO:\(offset(transition.after))",
        ] + rules + ["END:\(name)"]
    }

    /// The local date and time of a transition, as the clock showed it before.
    private func local(_ transition: Transition) -> (date: CalendarDate, time: String) {
        let text = CalendarFile.compact(transition.at, offsetSeconds: transition.before)
        let days = transition.at.advanced(bySeconds: Int64(transition.before)).milliseconds.flooredDivision(
            by: 86_400_000)
        return (CalendarDate(daysSinceEpoch: days), String(text.suffix(6)))
    }

    private func transitions(in year: Int) -> [Transition] {
        var result: [Transition] = []
        let first = CalendarDate(year: year, month: 1, day: 1).daysSinceEpoch
        let last = CalendarDate(year: year + 1, month: 1, day: 1).daysSinceEpoch
        for day in first..<last {
            var low = Instant(seconds: day * 86_400)
            var high = Instant(seconds: (day + 1) * 86_400)
            let before = zone.offsetSeconds(at: low)
            let after = zone.offsetSeconds(at: high)
            guard before != after else { continue }
            while high.milliseconds - low.milliseconds > 1000 {
                let middle = Instant(seconds: (low.milliseconds + high.milliseconds) / 2000)
                if zone.offsetSeconds(at: middle) == before { low = middle } else { high = middle }
            }
            result.append(Transition(at: high, before: before, after: after))
        }
        return result
    }

    private func offset(_ seconds: Int) -> String {
        let minutes = abs(seconds) / 60
        let hours = minutes / 60
        return (seconds < 0 ? "-" : "+") + (hours < 10 ? "0" : "") + String(hours) + (minutes % 60 < 10 ? "0" : "")
            + String(minutes % 60)
    }
}
