/// Why a recurrence rule is not understood, in one sentence.
public struct RecurrenceProblem: Error, Hashable, Sendable {
    /// The sentence.
    public var message: String

    /// Makes a problem.
    public init(message: String) {
        self.message = message
    }
}

extension Recurrence {
    private static let dayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    /// Reads `FREQ=MONTHLY;BYDAY=1SU`, with or without `RRULE:` in front.
    ///
    /// What is not known here is refused by name: a rule that is read halfway would call people together on a wrong day.
    /// `minuteOfDay` is when the days' meetings begin in that zone: an `UNTIL` earlier on its day leaves that day out.
    public init(parsing text: String, in zone: Zone = .utc, minuteOfDay: Int = 0) throws(RecurrenceProblem) {
        var rule = text.filter { $0 != " " }.uppercased()[...]
        if rule.hasPrefix("RRULE:") { rule = rule.dropFirst(6) }
        var parts: [String: String] = [:]
        for part in rule.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, !pair[1].isEmpty else {
                throw RecurrenceProblem(message: "'\(part)' is no part of a rule such as FREQ=MONTHLY;BYDAY=1SU")
            }
            guard parts[pair[0]] == nil else { throw RecurrenceProblem(message: "\(pair[0]) stands twice") }
            parts[pair[0]] = pair[1]
        }
        guard let frequency = parts["FREQ"].flatMap(Frequency.init(rawValue:)) else {
            throw RecurrenceProblem(message: "FREQ must be WEEKLY, MONTHLY or YEARLY, not '\(parts["FREQ"] ?? "")'")
        }
        self.init(frequency)
        for (name, value) in parts.sorted(by: { $0.key < $1.key }) where name != "FREQ" {
            try take(name, value, in: zone, minuteOfDay)
        }
        try check()
    }

    private mutating func take(
        _ name: String, _ value: String, in zone: Zone, _ minuteOfDay: Int
    ) throws(RecurrenceProblem) {
        switch name {
        case "INTERVAL": interval = try Recurrence.numbers(name, value, 1...1000, count: 1)[0]
        case "COUNT": count = try Recurrence.numbers(name, value, 1...10_000, count: 1)[0]
        case "BYMONTHDAY": monthDays = try Recurrence.numbers(name, value, -31...31)
        case "BYMONTH": months = try Recurrence.numbers(name, value, 1...12)
        case "BYSETPOS": positions = try Recurrence.numbers(name, value, -366...366)
        case "WKST": weekStart = try Recurrence.weekday(value).weekday
        case "BYDAY":
            var days: [Weekday] = []
            for part in value.split(separator: ",") { days.append(try Recurrence.weekday(String(part))) }
            weekdays = days
        case "UNTIL": until = try Recurrence.lastDay(value, in: zone, minuteOfDay)
        default:
            throw RecurrenceProblem(
                message:
                    "\(name) is not understood here; known are FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, "
                    + "COUNT, UNTIL and WKST")
        }
    }

    private func check() throws(RecurrenceProblem) {
        if count != nil, until != nil { throw RecurrenceProblem(message: "COUNT and UNTIL exclude each other") }
        if frequency == .weekly, weekdays.contains(where: { $0.nth != nil }) || !monthDays.isEmpty {
            throw RecurrenceProblem(message: "a weekly rule names plain weekdays, such as BYDAY=MO,TH")
        }
        if !positions.isEmpty, weekdays.isEmpty, monthDays.isEmpty {
            throw RecurrenceProblem(
                message: "BYSETPOS chooses among the days of BYDAY or BYMONTHDAY, and neither is there")
        }
        let most = frequency == .monthly || !months.isEmpty ? 5 : 53
        if weekdays.contains(where: { abs($0.nth ?? 1) > most }) {
            throw RecurrenceProblem(message: "no \(most == 5 ? "month" : "year") has so many of a weekday")
        }
    }

    private static func numbers(
        _ name: String, _ value: String, _ range: ClosedRange<Int>, count: Int? = nil
    ) throws(RecurrenceProblem) -> [Int] {
        let numbers = value.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.allSatisfy({ $0.map { range.contains($0) && $0 != 0 } ?? false }),
            count.map({ $0 == numbers.count }) ?? true
        else { throw RecurrenceProblem(message: "\(name)=\(value) is not understood") }
        return numbers.compactMap { $0 }
    }

    /// `SU`, `1SU`, `-1TH`.
    private static func weekday(_ text: String) throws(RecurrenceProblem) -> Weekday {
        guard let index = dayNames.firstIndex(of: String(text.suffix(2))) else {
            throw RecurrenceProblem(message: "'\(text)' is no weekday such as SU, 1SU or -1TH")
        }
        let number = text.dropLast(2)
        guard !number.isEmpty else { return Weekday(weekday: index + 1) }
        guard let nth = Int(number), nth != 0 else {
            throw RecurrenceProblem(message: "'\(text)' is no weekday such as SU, 1SU or -1TH")
        }
        return Weekday(nth: nth, weekday: index + 1)
    }

    /// The last day of `20271231`, `20271231T235900` (local) or `20271231T225959Z`.
    private static func lastDay(
        _ text: String, in zone: Zone, _ minuteOfDay: Int
    ) throws(RecurrenceProblem) -> CalendarDate {
        guard let moment = CalendarMoment(parsing: text) else {
            throw RecurrenceProblem(message: "UNTIL=\(text) is no day such as 20271231")
        }
        guard moment.hasTime else { return moment.date(in: zone) }
        let date = moment.date(in: zone)
        let begin = zone.instant(of: CivilTime(date: date, millisecondOfDay: minuteOfDay * 60_000))
        return moment.instant(in: zone) < begin ? date.adding(days: -1) : date
    }

    /// The rule as RFC 5545 writes it, without `RRULE:`; its last day ends in that zone.
    public func text(in zone: Zone) -> String {
        func list(_ name: String, _ numbers: [Int]) -> [String] {
            numbers.isEmpty ? [] : ["\(name)=" + numbers.map { String($0) }.joined(separator: ",")]
        }
        var parts = ["FREQ=\(frequency.rawValue)"]
        if interval > 1 { parts.append("INTERVAL=\(interval)") }
        if let count { parts.append("COUNT=\(count)") }
        if let until {
            let end = zone.start(of: until.adding(days: 1)).advanced(bySeconds: -1).rfc3339()
            parts.append("UNTIL=\(end.prefix(19).filter { $0 != "-" && $0 != ":" })Z")
        }
        if !weekdays.isEmpty {
            let days = weekdays.map { ($0.nth.map { String($0) } ?? "") + Recurrence.dayNames[$0.weekday - 1] }
            parts.append("BYDAY=" + days.joined(separator: ","))
        }
        parts += list("BYMONTHDAY", monthDays) + list("BYMONTH", months) + list("BYSETPOS", positions)
        if weekStart != 1 { parts.append("WKST=\(Recurrence.dayNames[weekStart - 1])") }
        return parts.joined(separator: ";")
    }
}
