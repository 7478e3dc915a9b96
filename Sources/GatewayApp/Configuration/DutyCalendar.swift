import GatewayModel

/// The duty times in an iCalendar file (RFC 5545): `VEVENT`s whose `SUMMARY` is a steward's name, as ``CalendarSeries`` reads
/// them; a single week that somebody else takes over is a changed one with another name.
public enum DutyCalendar {
    /// One time of one person.
    public struct Event: Sendable, Hashable {
        /// The begin.
        public var from: Instant
        /// The end.
        public var until: Instant
        /// The steward.
        public var name: String
    }

    /// How often an event that never ends is repeated: four years of weeks.
    private static let mostRepeats = 208

    /// The events of a file, and what could not be understood, each with its line; times without a zone are in `zone`.
    public static func parse(
        _ text: String, zone: Zone
    ) -> (events: [Event], problems: [(line: Int, message: String)]) {
        var events: [Event] = []
        var (found, problems) = CalendarSeries.all(in: text, zone: zone, for: .duty)
        for series in found {
            do throws(RecurrenceProblem) {
                events += try repeated(series, zone)
            } catch {
                problems.append((series.event.line, error.message))
            }
        }
        return (events, problems.sorted { $0.line < $1.line })
    }

    private static func repeated(_ calendar: CalendarSeries, _ zone: Zone) throws(RecurrenceProblem) -> [Event] {
        let plain = try event(calendar.event, zone)
        let (end, endZone) = try CalendarSeries.time(calendar.event["DTEND"], "DTEND", zone, .duty)
        let series = calendar.series
        let endDay = endZone.date(at: end)
        let local = end.advanced(bySeconds: Int64(endZone.offsetSeconds(at: end)))
        let endTime = Int(local.milliseconds.flooredRemainder(by: 86_400_000))
        var events: [Event] = []
        var next: CalendarDate? = series.start
        var count = 0
        while let day = next, count < mostRepeats {
            if let changed = calendar.replacing[day] {
                events.append(try event(changed, zone, name: plain.name))
            } else if series.changes[day] == nil {
                let last = endDay.adding(days: Int(day.daysSinceEpoch - series.start.daysSinceEpoch))
                let until = endZone.instant(of: CivilTime(date: last, millisecondOfDay: endTime))
                events.append(Event(from: series.instant(on: day), until: until, name: plain.name))
            }
            count += 1
            next = series.day(onOrAfter: day.adding(days: 1))
        }
        return events
    }

    /// The time and the name that an event says; `name` where it says none.
    private static func event(
        _ event: CalendarEvent, _ zone: Zone, name: String? = nil
    ) throws(RecurrenceProblem) -> Event {
        let said = event["SUMMARY"].map { CalendarEvent.plain($0.value) }.flatMap { $0.isEmpty ? nil : $0 } ?? name
        guard event["DTSTART"] != nil, event["DTEND"] != nil, let said else { throw DutyCalendar.incomplete }
        let from = try CalendarSeries.time(event["DTSTART"], "DTSTART", zone, .duty).instant
        let until = try CalendarSeries.time(event["DTEND"], "DTEND", zone, .duty).instant
        guard from < until else { throw DutyCalendar.incomplete }
        return Event(from: from, until: until, name: said)
    }

    private static let incomplete = RecurrenceProblem(message: "this event needs DTSTART, a later DTEND and SUMMARY")
}
