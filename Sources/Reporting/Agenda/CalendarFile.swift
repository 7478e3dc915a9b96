import GatewayModel

/// The assembly as a calendar file (RFC 5545): the next meetings, how they recur, what is moved or cancelled, the zone.
public struct CalendarFile: Sendable {
    private let meetings: Meetings
    private let zone: Zone
    private let model: ReportModel
    private let items: [AgendaItem]
    private let phrases: Phrasebook

    /// Makes a calendar file; `items` are named in the description.
    public init(_ meetings: Meetings, model: ReportModel, items: [AgendaItem], phrases: Phrasebook) {
        self.meetings = meetings
        zone = model.facts.zone
        self.model = model
        self.items = items
        self.phrases = phrases
    }

    /// The file's text: lines end in CR LF and are folded at 75 octets; the UID stays the same in every edition.
    public func text() -> String {
        let now = model.facts.generatedAt
        let open = meetings.series.filter { $0.next(after: now) != nil }
        let begins = open.map { first(of: $0, after: now) }
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Commons Gateway//Agenda//EN", "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
        ]
        for named in Set(open.map(\.zone)).union(open.isEmpty ? [] : [zone]).sorted(by: {
            $0.identifier < $1.identifier
        })
        where named != .utc {
            let from = zip(open, begins).filter { $0.0.zone == named || named == zone }
                .map { $0.0.instant(on: $0.1) }.min()
            lines += TimeZoneComponent(zone: named, from: from ?? now).lines()
        }
        for (series, begin) in zip(open, begins) { lines += events(of: series, from: begin) }
        lines.append("END:VCALENDAR")
        return lines.map { CalendarFile.folded($0) + "\r\n" }.joined()
    }

    /// The first day that the file names: of a rule that counts its first one, otherwise the next one.
    private func first(of series: Meetings.Series, after now: Instant) -> CalendarDate {
        guard series.recurrence?.count == nil else { return series.start }
        // A meeting that was put off from the past still belongs to its day.
        let next = series.next(after: now)?.day ?? series.start
        guard let plain = series.day(onOrAfter: series.zone.date(at: now)) else { return next }
        let begun = series.instant(on: plain) <= now ? series.day(onOrAfter: plain.adding(days: 1)) ?? plain : plain
        return min(next, begun)
    }

    private func events(of series: Meetings.Series, from begin: CalendarDate) -> [String] {
        let facts = model.facts
        let words = ReportWords(phrases: phrases, zone: zone)
        let community = Escaping.singleLine(facts.communityName, limit: 100)
        let identity =
            series.id.isEmpty ? [facts.communityID, "assembly"] : [facts.communityID, "assembly", series.id]
        let changes = series.changes.filter { $0.key >= begin }.sorted { $0.key < $1.key }
        func head(_ start: String) -> [String] {
            [
                "BEGIN:VEVENT", "UID:\(StableID.make(identity))@commons-gateway",
                "DTSTAMP:\(CalendarFile.compact(facts.generatedAt, offsetSeconds: 0))Z", start, "DURATION:PT2H",
            ] + (series.changes.isEmpty ? [] : ["SEQUENCE:\(series.changes.count)"])
        }
        let summary =
            "SUMMARY:\(CalendarFile.escaped(words.text("agenda.calendar.title", ["community": community])))"
        let cancelled = changes.filter { $0.value == .cancelled }.map(\.key)
        var lines = head("DTSTART" + moment(series.instant(on: begin), in: series.zone))
        if let rule = series.recurrence { lines.append("RRULE:\(rule.text(in: series.zone))") }
        lines += cancelled.map { "EXDATE" + moment(series.instant(on: $0), in: series.zone) }
        lines.append(summary)
        if let description = description(words) { lines.append(description) }
        lines.append("END:VEVENT")
        for (day, change) in changes {
            guard case .moved(let at) = change else { continue }
            lines += head("DTSTART" + moment(at, in: series.zone))
            lines += ["RECURRENCE-ID" + moment(series.instant(on: day), in: series.zone), summary, "END:VEVENT"]
        }
        return lines
    }

    private func description(_ words: ReportWords) -> String? {
        var description: [String] = []
        if let closes = model.facts.agendaClosesAt {
            description.append(words.text("agenda.closes", ["moment": words.moment(closes)]))
        }
        if !items.isEmpty, let next = model.facts.nextAssemblies.first {
            description.append(words.text("agenda.calendar.drafted", ["date": words.date(zone.date(at: next))]))
            description += items.map { "- \(words.text("agenda.ask.\($0.ask.rawValue)")): \($0.title)" }
        }
        return description.isEmpty ? nil : "DESCRIPTION:\(CalendarFile.escaped(description.joined(separator: "\n")))"
    }

    private func moment(_ instant: Instant, in zone: Zone) -> String {
        let local = CalendarFile.compact(instant, offsetSeconds: zone.offsetSeconds(at: instant))
        return zone == .utc ? ":\(local)Z" : ";TZID=\(zone.identifier):\(local)"
    }

    /// `20261101T180000` at an offset from UTC.
    static func compact(_ instant: Instant, offsetSeconds: Int) -> String {
        let text = instant.rfc3339(offsetSeconds: offsetSeconds)
        return String(text.prefix(19).filter { $0 != "-" && $0 != ":" })
    }

    /// A text value (RFC 5545, section 3.3.11).
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in Escaping.plain(text).unicodeScalars {
            switch scalar {
            case "\\", ";", ",": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A content line folded so that no line is longer than 75 octets and no character is cut (section 3.1).
    static func folded(_ line: String) -> String {
        var result = ""
        var octets = 0
        for scalar in line.unicodeScalars {
            let size = UTF8.width(scalar)
            if octets + size > 75 {
                result += "\r\n "
                octets = 1
            }
            result.unicodeScalars.append(scalar)
            octets += size
        }
        return result
    }
}
