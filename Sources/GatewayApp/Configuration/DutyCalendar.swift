import Alerting
import GatewayModel

/// The duty times in an iCalendar file (RFC 5545): `VEVENT`s whose `SUMMARY` is a steward's name, as ``CalendarSeries`` reads
/// them; a single week that somebody else takes over is a changed one with another name.
public enum DutyCalendar {
    /// The times of a file, and what could not be understood, each with its line; times without a zone are in `zone`.
    public static func parse(
        _ text: String, zone: Zone
    ) -> (series: [DutySeries], problems: [(line: Int, message: String)]) {
        var times: [DutySeries] = []
        var (found, problems) = CalendarSeries.all(in: text, zone: zone, for: .duty)
        for series in found {
            do throws(RecurrenceProblem) {
                times.append(try duty(series, zone))
            } catch {
                problems.append((series.event.line, error.message))
            }
        }
        return (times, problems.sorted { $0.line < $1.line })
    }

    private static func duty(_ calendar: CalendarSeries, _ zone: Zone) throws(RecurrenceProblem) -> DutySeries {
        let (first, endZone) = try shift(calendar.event, zone)
        var replaced: [CalendarDate: DutyRoster.Shift] = [:]
        for (day, changed) in calendar.replacing {
            replaced[day] = try shift(changed, zone, people: first.people).shift
        }
        return DutySeries(first, on: calendar.series, endZone: endZone, replaced: replaced)
    }

    /// The time and the name that an event says, and the zone of its end; `people` where it says no name.
    private static func shift(
        _ event: CalendarEvent, _ zone: Zone, people: [String]? = nil
    ) throws(RecurrenceProblem) -> (shift: DutyRoster.Shift, endZone: Zone) {
        let name = event["SUMMARY"].map { CalendarEvent.plain($0.value) }.flatMap { $0.isEmpty ? nil : $0 }
        guard event["DTSTART"] != nil, let people = name.map({ [$0] }) ?? people else { throw DutyCalendar.incomplete }
        let from = try CalendarSeries.time(event["DTSTART"], "DTSTART", zone, .duty)
        let until = try end(of: event, from, zone)
        guard from.instant < until.instant else { throw DutyCalendar.incomplete }
        return (DutyRoster.Shift(from: from.instant, until: until.instant, people: people), until.zone)
    }

    /// `DTEND`, or `DURATION` after the begin; a whole day that says neither is one day (section 3.6.1).
    private static func end(
        of event: CalendarEvent, _ from: (instant: Instant, zone: Zone), _ zone: Zone
    ) throws(RecurrenceProblem) -> (instant: Instant, zone: Zone) {
        if event["DTEND"] != nil { return try CalendarSeries.time(event["DTEND"], "DTEND", zone, .duty) }
        var duration = CalendarDuration()
        if let said = event["DURATION"]?.value {
            guard let read = CalendarDuration(parsing: said) else {
                throw RecurrenceProblem(message: "'\(said)' is no duration such as P7D or PT12H")
            }
            duration = read
        } else if event["DTSTART"]?.moment?.hasTime == false {
            duration.days = 1
        }
        return (duration.end(after: from.instant, in: from.zone), from.zone)
    }

    private static let incomplete = RecurrenceProblem(
        message: "this event needs DTSTART, a later DTEND or a DURATION, and SUMMARY")
}

/// A length of time as calendars write it (RFC 5545, section 3.3.6): days by the clock on the wall, the rest exactly.
struct CalendarDuration {
    /// Whole days, weeks among them.
    var days = 0
    /// Hours, minutes and seconds.
    var seconds = 0

    init() {}

    /// Reads `P7D`, `P1W`, `PT12H30M`; nil for anything else, and for more than ten years.
    init?(parsing text: String) {
        var rest = Substring(text.uppercased())
        if rest.first == "+" { rest.removeFirst() }
        guard rest.first == "P", rest.count > 1, rest.last != "T" else { return nil }
        rest.removeFirst()
        var isTime = false
        while let character = rest.first {
            if character == "T", !isTime {
                isTime = true
                rest.removeFirst()
                continue
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let number = Int(digits), number <= 400_000_000, let unit = rest.popFirst() else { return nil }
            switch (unit, isTime) {
            case ("W", false): days += number * 7
            case ("D", false): days += number
            case ("H", true): seconds += number * 3600
            case ("M", true): seconds += number * 60
            case ("S", true): seconds += number
            default: return nil
            }
        }
        guard days <= 3660, seconds <= 3660 * 86_400 else { return nil }
    }

    /// The instant at which it is over.
    func end(after begin: Instant, in zone: Zone) -> Instant {
        let local = begin.advanced(bySeconds: Int64(zone.offsetSeconds(at: begin)))
        let time = Int(local.milliseconds.flooredRemainder(by: 86_400_000))
        let day = CivilTime(date: zone.date(at: begin).adding(days: days), millisecondOfDay: time)
        return zone.instant(of: day).advanced(bySeconds: Int64(seconds))
    }
}
