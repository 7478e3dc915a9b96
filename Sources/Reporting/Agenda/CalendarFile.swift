import GatewayModel

/// The assembly as a calendar file (RFC 5545): the next meeting, how it recurs, and its time zone.
public struct CalendarFile: Sendable {
    private let rule: MeetingRule
    private let zone: Zone
    private let model: ReportModel
    private let items: [AgendaItem]
    private let phrases: Phrasebook

    /// Makes a calendar file; `items` are named in the description.
    public init(rule: MeetingRule, model: ReportModel, items: [AgendaItem], phrases: Phrasebook) {
        self.rule = rule
        zone = model.facts.zone
        self.model = model
        self.items = items
        self.phrases = phrases
    }

    /// The file's text: lines end in CR LF and are folded at 75 octets; the UID stays the same in every edition.
    public func text() -> String {
        let facts = model.facts
        let words = ReportWords(phrases: phrases, zone: zone)
        let next = rule.next(after: facts.generatedAt, in: zone)
        let community = Escaping.singleLine(facts.communityName, limit: 100)
        var description: [String] = []
        if let closes = facts.agendaClosesAt {
            description.append(words.text("agenda.closes", ["moment": words.moment(closes)]))
        }
        if !items.isEmpty {
            description.append(words.text("agenda.calendar.drafted", ["date": words.date(zone.date(at: next))]))
            description += items.map { "- \(words.text("agenda.ask.\($0.ask.rawValue)")): \($0.title)" }
        }
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Commons Gateway//Agenda//EN", "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
        ]
        if !isUTC { lines += TimeZoneComponent(zone: zone, from: next).lines() }
        lines += [
            "BEGIN:VEVENT", "UID:\(StableID.make([facts.communityID, "assembly"]))@commons-gateway",
            "DTSTAMP:\(CalendarFile.compact(facts.generatedAt, offsetSeconds: 0))Z", start(next), "DURATION:PT2H",
            "RRULE:\(rule.recurrenceRule)",
            "SUMMARY:\(CalendarFile.escaped(words.text("agenda.calendar.title", ["community": community])))",
        ]
        if !description.isEmpty {
            lines.append("DESCRIPTION:\(CalendarFile.escaped(description.joined(separator: "\n")))")
        }
        lines += ["END:VEVENT", "END:VCALENDAR"]
        return lines.map { CalendarFile.folded($0) + "\r\n" }.joined()
    }

    private var isUTC: Bool { zone == .utc }

    private func start(_ next: Instant) -> String {
        let local = CalendarFile.compact(next, offsetSeconds: zone.offsetSeconds(at: next))
        return isUTC ? "DTSTART:\(local)Z" : "DTSTART;TZID=\(zone.identifier):\(local)"
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
