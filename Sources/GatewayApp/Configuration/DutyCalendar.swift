import GatewayModel

/// The duty times in an iCalendar file (RFC 5545): `VEVENT`s whose `SUMMARY` is a steward's name.
///
/// Read are `DTSTART`, `DTEND`, `SUMMARY` and `RRULE:FREQ=WEEKLY` with `INTERVAL`, `COUNT` and `UNTIL`; times without `Z`
/// are the community's. Other components and properties are passed over.
public enum DutyCalendar {
    /// A time as it is written.
    public enum Moment: Sendable, Hashable {
        /// In UTC.
        case utc(Instant)
        /// In the community's zone.
        case local(CalendarDate, millisecondOfDay: Int)

        func instant(in zone: Zone) -> Instant {
            switch self {
            case .utc(let instant): instant
            case .local(let date, let millisecond):
                zone.instant(of: CivilTime(date: date, millisecondOfDay: millisecond))
            }
        }

        func adding(weeks: Int) -> Moment {
            switch self {
            case .utc(let instant): .utc(instant.advanced(bySeconds: Int64(weeks) * 604_800))
            case .local(let date, let millisecond):
                .local(date.adding(days: 7 * weeks), millisecondOfDay: millisecond)
            }
        }
    }

    /// One time of one person.
    public struct Event: Sendable, Hashable {
        /// The begin.
        public var from: Moment
        /// The end.
        public var until: Moment
        /// The steward.
        public var name: String
    }

    /// How often an event that never ends is repeated: four years of weeks.
    private static let mostRepeats = 208

    /// The events of a file, and what could not be understood, each with its line.
    public static func parse(_ text: String) -> (events: [Event], problems: [(line: Int, message: String)]) {
        var events: [Event] = []
        var problems: [(line: Int, message: String)] = []
        var properties: [String: String] = [:]
        var start: Int?
        for (number, line) in unfolded(text) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].split(separator: ";").first.map { $0.uppercased() } ?? ""
            let value = String(line[line.index(after: colon)...])
            if name == "BEGIN", value.uppercased() == "VEVENT" {
                (properties, start) = ([:], number)
            } else if name == "END", value.uppercased() == "VEVENT", let begun = start {
                start = nil
                if let found = repeated(properties) {
                    events += found
                } else {
                    problems.append(
                        (begun, "this event needs DTSTART, a later DTEND, SUMMARY, and no RRULE but a weekly one"))
                }
            } else if start != nil {
                properties[name] = value
            }
        }
        return (events, problems)
    }

    private static func unfolded(_ text: String) -> [(Int, String)] {
        var lines: [(Int, String)] = []
        let split = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, plain) in split.enumerated() {
            if let first = plain.first, first == " " || first == "\t", !lines.isEmpty {
                lines[lines.count - 1].1 += plain.dropFirst()
            } else {
                lines.append((index + 1, String(plain)))
            }
        }
        return lines
    }

    private static func repeated(_ properties: [String: String]) -> [Event]? {
        guard let from = properties["DTSTART"].flatMap(moment), let until = properties["DTEND"].flatMap(moment),
            let name = properties["SUMMARY"]?.replacing("\\,", with: ","), !name.isEmpty,
            from.instant(in: .utc) < until.instant(in: .utc)
        else { return nil }
        guard let rule = properties["RRULE"] else { return [Event(from: from, until: until, name: name)] }
        var parts: [String: String] = [:]
        for part in rule.uppercased().split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { parts[String(pair[0])] = String(pair[1]) }
        }
        guard parts["FREQ"] == "WEEKLY", let interval = Int(parts["INTERVAL"] ?? "1"), (1...52).contains(interval),
            let count = Int(parts["COUNT"] ?? "\(mostRepeats)"), count > 0
        else { return nil }
        let last = parts["UNTIL"].flatMap(moment)?.instant(in: .utc)
        if parts["UNTIL"] != nil, last == nil { return nil }
        return (0..<min(count, mostRepeats)).compactMap { index in
            let event = Event(
                from: from.adding(weeks: index * interval), until: until.adding(weeks: index * interval), name: name)
            return last.map { event.from.instant(in: .utc) > $0 } == true ? nil : event
        }
    }

    /// `20261109`, `20261109T180000` or `20261109T170000Z`.
    private static func moment(_ text: String) -> Moment? {
        let digits = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? { Int(String(decoding: digits[range], as: UTF8.self)) }
        guard digits.count >= 8, let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
            (1...12).contains(month), (1...CalendarDate.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        let date = CalendarDate(year: year, month: month, day: day)
        guard digits.count > 8 else { return .local(date, millisecondOfDay: 0) }
        guard digits.count >= 15, digits[8] == UInt8(ascii: "T"), let hour = number(9..<11), (0..<24).contains(hour),
            let minute = number(11..<13), (0..<60).contains(minute)
        else { return nil }
        let millisecond = (hour * 60 + minute) * 60_000
        guard digits.count > 15 else { return .local(date, millisecondOfDay: millisecond) }
        guard digits.count == 16, digits[15] == UInt8(ascii: "Z") else { return nil }
        return .utc(CivilTime(date: date, millisecondOfDay: millisecond).instant(offsetSeconds: 0))
    }
}
