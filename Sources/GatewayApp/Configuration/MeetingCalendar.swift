import GatewayModel

/// The assembly's meetings in an iCalendar file (RFC 5545): every `VEVENT` of the file is one, or a series of them.
///
/// Read are `DTSTART` (with `TZID`), `RRULE` as far as ``Recurrence`` goes, `EXDATE`, `RECURRENCE-ID` for moved ones and
/// `STATUS:CANCELLED`. What would change when people meet and is not understood (`RDATE`, `RANGE`, whole days) is refused.
enum MeetingCalendar {
    /// The meetings, and what could not be understood, each with its line.
    static func parse(_ text: String, zone: Zone) -> (meetings: Meetings, problems: [(line: Int, message: String)]) {
        var meetings = Meetings([])
        var problems: [(line: Int, message: String)] = []
        let events = CalendarEvent.all(in: text)
        // A change may stand before the series that it belongs to.
        let isChange = { (event: CalendarEvent) in event["RECURRENCE-ID"] != nil }
        for event in events.filter({ !isChange($0) }) + events.filter(isChange) {
            do throws(RecurrenceProblem) {
                try take(event, into: &meetings, zone)
            } catch {
                problems.append((event.line, error.message))
            }
        }
        if events.isEmpty { problems.append((1, "there is no VEVENT in it")) }
        return (meetings, problems.sorted { $0.line < $1.line })
    }

    private static func take(
        _ event: CalendarEvent, into meetings: inout Meetings, _ zone: Zone
    ) throws(RecurrenceProblem) {
        for name in ["RDATE", "EXRULE"] where event[name] != nil {
            throw RecurrenceProblem(message: "\(name) is not understood here; add an event for each such day")
        }
        let isCancelled = event["STATUS"]?.value.uppercased() == "CANCELLED"
        let id = event["UID"]?.value ?? ""
        guard let changed = event["RECURRENCE-ID"] else {
            var series = try series(event, id: id, zone)
            guard !meetings.series.contains(where: { $0.id == series.id }) else {
                throw RecurrenceProblem(message: "two events have the UID '\(id)'; each needs its own")
            }
            // Of one that was to be once it is remembered that it is not held; a series that is cancelled whole never was.
            if isCancelled { series.changes[series.start] = .cancelled }
            if !isCancelled || series.recurrence == nil { meetings.series.append(series) }
            return
        }
        guard changed.parameters["RANGE"] == nil else {
            throw RecurrenceProblem(
                message: "RANGE is not understood here; end the series with UNTIL and begin another")
        }
        guard let index = meetings.series.firstIndex(where: { $0.id == id }) else {
            // The whole series may be cancelled already.
            if isCancelled { return }
            throw RecurrenceProblem(message: "no series with the UID '\(id)' stands in the file")
        }
        let series = meetings.series[index]
        let day = try day(of: changed, in: series, zone)
        meetings.series[index].changes[day] =
            isCancelled ? .cancelled : .moved(try time(event["DTSTART"], "DTSTART", zone).instant)
    }

    private static func series(
        _ event: CalendarEvent, id: String, _ zone: Zone
    ) throws(RecurrenceProblem) -> Meetings.Series {
        let begin = try time(event["DTSTART"], "DTSTART", zone)
        let start = begin.zone.date(at: begin.instant)
        let local = begin.instant.advanced(bySeconds: Int64(begin.zone.offsetSeconds(at: begin.instant)))
        let minute = Int(local.milliseconds.flooredRemainder(by: 86_400_000)) / 60_000
        var series = Meetings.Series(
            id: id, start: start, minuteOfDay: minute, zone: begin.zone, recurrence: nil)
        if event.all("RRULE").count > 1 { throw RecurrenceProblem(message: "RRULE stands twice") }
        if let rule = event["RRULE"] {
            let recurrence = try Recurrence(parsing: rule.value, in: begin.zone, minuteOfDay: minute)
            guard recurrence.contains(start, from: start) else {
                throw RecurrenceProblem(message: "DTSTART is not among the days of RRULE:\(rule.value)")
            }
            series.recurrence = recurrence
        }
        for property in event.all("EXDATE") {
            for value in property.value.split(separator: ",") {
                var single = property
                single.value = String(value)
                series.changes[try day(of: single, in: series, zone)] = .cancelled
            }
        }
        return series
    }

    /// The day of a series that a property names by its original time, or by its day alone.
    private static func day(
        of property: CalendarEvent.Property, in series: Meetings.Series, _ zone: Zone
    ) throws(RecurrenceProblem) -> CalendarDate {
        let day: CalendarDate
        if case .day(let date)? = property.moment {
            day = date
        } else {
            let instant = try time(property, "this time", zone).instant
            day = series.zone.date(at: instant)
            guard series.instant(on: day) == instant else {
                throw RecurrenceProblem(message: "\(property.value) is no time at which the series meets")
            }
        }
        guard series.day(onOrAfter: day) == day else {
            throw RecurrenceProblem(message: "\(property.value) is no day on which the series meets")
        }
        return day
    }

    private static func time(
        _ property: CalendarEvent.Property?, _ name: String, _ zone: Zone
    ) throws(RecurrenceProblem) -> (instant: Instant, zone: Zone) {
        guard let property, let moment = property.moment, moment.hasTime else {
            throw RecurrenceProblem(message: "\(name) must be a day with a time, such as 20261206T180000")
        }
        if case .utc(let instant) = moment { return (instant, .utc) }
        guard let name = property.parameters["TZID"] else { return (moment.instant(in: zone), zone) }
        guard let named = Zone(identifier: name) else {
            throw RecurrenceProblem(
                message: "the time zone '\(name)' is not known to this machine; use a name such as Europe/Madrid")
        }
        return (moment.instant(in: named), named)
    }
}
