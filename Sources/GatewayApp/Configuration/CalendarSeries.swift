import GatewayModel

/// A series of events of an iCalendar file (RFC 5545), or a single one, as the calendars of the assembly and of the duty have
/// them.
///
/// Read are `DTSTART` (with `TZID`), `RRULE` as far as ``Recurrence`` goes, `EXDATE`, `RECURRENCE-ID` for single ones that are
/// changed and `STATUS:CANCELLED`. What would change when people meet or are called and is not understood (`RDATE`, `RANGE`)
/// is refused.
struct CalendarSeries {
    /// What the calendar is for.
    enum Use {
        /// Meetings begin at a time of day, and each series has a `UID`.
        case meetings
        /// A duty may be whole days, and an event that nothing changes needs no `UID`.
        case duty
    }

    /// The event that begins it.
    var event: CalendarEvent
    /// Its days, with those that are moved or cancelled.
    var series: Meetings.Series
    /// What stands in the place of single ones, by the day that the rule foresees.
    var replacing: [CalendarDate: CalendarEvent] = [:]

    /// The series of a file, and what could not be understood, each with its line.
    static func all(
        in text: String, zone: Zone, for use: Use
    ) -> (series: [CalendarSeries], problems: [(line: Int, message: String)]) {
        var found: [CalendarSeries] = []
        var problems: [(line: Int, message: String)] = []
        let events = CalendarEvent.all(in: text)
        // A change may stand before the series that it belongs to.
        let isChange = { (event: CalendarEvent) in event["RECURRENCE-ID"] != nil }
        for event in events.filter({ !isChange($0) }) + events.filter(isChange) {
            do throws(RecurrenceProblem) {
                try take(event, into: &found, zone, use)
            } catch {
                problems.append((event.line, error.message))
            }
        }
        if events.isEmpty, use == .meetings { problems.append((1, "there is no VEVENT in it")) }
        return (found, problems.sorted { $0.line < $1.line })
    }

    private static func take(
        _ event: CalendarEvent, into found: inout [CalendarSeries], _ zone: Zone, _ use: Use
    ) throws(RecurrenceProblem) {
        for name in ["RDATE", "EXRULE"] where event[name] != nil {
            throw RecurrenceProblem(message: "\(name) is not understood here; add an event for each such day")
        }
        let isCancelled = event["STATUS"]?.value.uppercased() == "CANCELLED"
        let id = event["UID"]?.value ?? ""
        guard let changed = event["RECURRENCE-ID"] else {
            var series = try series(event, id: id, zone, use)
            guard !found.contains(where: { $0.series.id == id }) || id.isEmpty && use == .duty else {
                throw RecurrenceProblem(message: "two events have the UID '\(id)'; each needs its own")
            }
            // Of one that was to be once it is remembered that it is not held; a series that is cancelled whole never was.
            if isCancelled { series.changes[series.start] = .cancelled }
            if !isCancelled || series.recurrence == nil { found.append(CalendarSeries(event: event, series: series)) }
            return
        }
        guard changed.parameters["RANGE"] == nil else {
            throw RecurrenceProblem(
                message: "RANGE is not understood here; end the series with UNTIL and begin another")
        }
        guard let index = found.firstIndex(where: { $0.series.id == id }) else {
            // The whole series may be cancelled already.
            if isCancelled { return }
            throw RecurrenceProblem(message: "no series with the UID '\(id)' stands in the file")
        }
        let day = try day(of: changed, in: found[index].series, zone, use)
        found[index].series.changes[day] =
            isCancelled ? .cancelled : .moved(try time(event["DTSTART"], "DTSTART", zone, use).instant)
        found[index].replacing[day] = isCancelled ? nil : event
    }

    private static func series(
        _ event: CalendarEvent, id: String, _ zone: Zone, _ use: Use
    ) throws(RecurrenceProblem) -> Meetings.Series {
        let begin = try time(event["DTSTART"], "DTSTART", zone, use)
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
                series.changes[try day(of: single, in: series, zone, use)] = .cancelled
            }
        }
        return series
    }

    /// The day of a series that a property names by its original time, or by its day alone.
    private static func day(
        of property: CalendarEvent.Property, in series: Meetings.Series, _ zone: Zone, _ use: Use
    ) throws(RecurrenceProblem) -> CalendarDate {
        let day: CalendarDate
        if case .day(let date)? = property.moment {
            day = date
        } else {
            let instant = try time(property, "this time", zone, use).instant
            day = series.zone.date(at: instant)
            guard series.instant(on: day) == instant else {
                throw RecurrenceProblem(message: "\(property.value) is no time of the series")
            }
        }
        guard series.day(onOrAfter: day) == day else {
            throw RecurrenceProblem(message: "\(property.value) is no day of the series")
        }
        return day
    }

    /// When a property says, and in which zone; of a whole day its begin.
    static func time(
        _ property: CalendarEvent.Property?, _ name: String, _ zone: Zone, _ use: Use
    ) throws(RecurrenceProblem) -> (instant: Instant, zone: Zone) {
        guard let property, let moment = property.moment, moment.hasTime || use == .duty else {
            throw RecurrenceProblem(
                message: use == .duty
                    ? "\(name) must be a day, or a day with a time such as 20261109T180000"
                    : "\(name) must be a day with a time, such as 20261206T180000")
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
