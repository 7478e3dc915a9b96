import GatewayModel

/// The duty times in an iCalendar file (RFC 5545): `VEVENT`s whose `SUMMARY` is a steward's name.
///
/// Read are `DTSTART`, `DTEND`, `SUMMARY` and `RRULE` as far as ``Recurrence`` goes; times without `Z` are the
/// community's. Other components and properties are passed over.
public enum DutyCalendar {
    /// One time of one person.
    public struct Event: Sendable, Hashable {
        /// The begin.
        public var from: CalendarMoment
        /// The end.
        public var until: CalendarMoment
        /// The steward.
        public var name: String
    }

    /// How often an event that never ends is repeated: four years of weeks.
    private static let mostRepeats = 208

    /// The events of a file, and what could not be understood, each with its line.
    public static func parse(_ text: String) -> (events: [Event], problems: [(line: Int, message: String)]) {
        var events: [Event] = []
        var problems: [(line: Int, message: String)] = []
        for event in CalendarEvent.all(in: text) {
            do throws(RecurrenceProblem) {
                events += try repeated(event)
            } catch {
                problems.append((event.line, error.message))
            }
        }
        return (events, problems)
    }

    private static func repeated(_ event: CalendarEvent) throws(RecurrenceProblem) -> [Event] {
        guard let from = event["DTSTART"]?.moment, let until = event["DTEND"]?.moment,
            let name = event["SUMMARY"].map({ CalendarEvent.plain($0.value) }), !name.isEmpty,
            from.instant(in: .utc) < until.instant(in: .utc)
        else { throw RecurrenceProblem(message: "this event needs DTSTART, a later DTEND and SUMMARY") }
        guard let rule = event["RRULE"] else { return [Event(from: from, until: until, name: name)] }
        let first = from.date(in: .utc)
        let minute = Int(from.instant(in: .utc).milliseconds.flooredRemainder(by: 86_400_000)) / 60_000
        let recurrence = try Recurrence(parsing: rule.value, minuteOfDay: minute)
        guard recurrence.contains(first, from: first) else {
            throw RecurrenceProblem(message: "DTSTART is not among the days of RRULE:\(rule.value)")
        }
        var events: [Event] = []
        var next: CalendarDate? = first
        while let day = next, events.count < mostRepeats {
            let distance = Int(day.daysSinceEpoch - first.daysSinceEpoch)
            events.append(Event(from: from.adding(days: distance), until: until.adding(days: distance), name: name))
            next = recurrence.first(onOrAfter: day.adding(days: 1), from: first)
        }
        return events
    }
}
