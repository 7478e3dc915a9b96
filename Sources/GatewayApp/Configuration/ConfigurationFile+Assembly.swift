import Delivery
import Foundation
import GatewayModel
import StrictYAML

/// The assembly's part of the configuration.
extension ConfigurationFile {
    func assembly(_ field: Field, zone: Zone) -> AssemblySettings? {
        let keys = [
            "meets", "at", "since", "calendar", "moved", "cancelled", "agenda_closes_days_before",
            "draft_days_before_closing", "secretary", "quorum", "agenda_minutes", "agenda_items",
        ]
        guard let fields = field.mapping(keys: keys), var meetings = meetings(fields, zone) else { return nil }
        for entry in fields["cancelled"]?.list() ?? [] {
            guard let day = entry.date() else { continue }
            if !meetings.change(day, to: .cancelled) { noMeeting(on: day, at: entry) }
        }
        for entry in fields["moved"]?.list() ?? [] { move(entry, in: &meetings, zone) }
        var settings = AssemblySettings(meetings: meetings)
        settings.agendaClosesDaysBefore = fields["agenda_closes_days_before"]?.integer(in: 0...60) ?? 7
        settings.draftDaysBeforeClosing = fields["draft_days_before_closing"]?.integer(in: 0...60)
        settings.budget.minutes = fields["agenda_minutes"]?.integer(in: 5...600) ?? settings.budget.minutes
        settings.budget.items = fields["agenda_items"]?.integer(in: 1...50) ?? settings.budget.items
        settings.secretary = fields["secretary"]?.string().map { $0.contains("@") ? .address($0) : .destination($0) }
        // Whoever names a secretary waits for a draft: silence is no wish to have none.
        if settings.secretary != nil, settings.draftDaysBeforeClosing == nil {
            settings.draftDaysBeforeClosing = AssemblySettings.usualDraftDays
        }
        settings.quorum = fields["quorum"].flatMap(quorum)
        if settings.draftDaysBeforeClosing != nil, settings.secretary == nil {
            fields["draft_days_before_closing"]?.report(
                "nobody is named whom the draft goes to",
                remedy: "add `secretary: NAME` with a destination's name or a mail address")
        }
        return settings
    }

    /// A secretary has to be reachable: by a destination that is there, or by mail.
    func checkSecretary(_ configuration: Configuration, at field: Field?) {
        switch configuration.assembly.secretary {
        case .destination(let name):
            guard let found = configuration.destinations.first(where: { $0.name == name }) else {
                let nearest = Diagnostic.nearest(to: name, among: configuration.destinations.map(\.name))
                field?.report(
                    "there is no destination '\(name)' for the secretary",
                    remedy: nearest.map { "did you mean '\($0)'?" }
                        ?? "name one of `destinations:`, or write a mail address")
                return
            }
            if found.audience == .person {
                field?.report(
                    "'\(name)' belongs to one household", remedy: "name a destination of stewards or members")
            }
        case .address(let address):
            let parts = address.split(separator: "@", omittingEmptySubsequences: false)
            let isPlain = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>()[],;:\\\"".utf8.contains($0) }
            if parts.count != 2 || parts.contains(where: \.isEmpty) || !isPlain || address.utf8.count > 254 {
                field?.report("'\(address)' is not a mail address", remedy: "write it as name@example.org")
            } else if configuration.secretary == nil {
                field?.report(
                    "mail to '\(address)' needs a mail server",
                    remedy: "add a destination of `kind: smtp`; its server is used")
            }
            if configuration.destinations.contains(where: { $0.name == Configuration.secretaryName }) {
                field?.report(
                    "a destination is called '\(Configuration.secretaryName)' already",
                    remedy: "name it as the secretary, or call it otherwise")
            }
        case nil: break
        }
    }

    private func meetings(_ fields: Fields, _ zone: Zone) -> Meetings? {
        if let calendar = fields["calendar"] {
            for key in ["meets", "at", "since"] where fields[key] != nil {
                fields[key]?.report("the calendar file says when the assembly meets", remedy: "remove `\(key)`")
            }
            return readCalendar(calendar, zone)
        }
        guard let field = fields.required("meets", example: "first Sunday 18:00"), let text = field.string() else {
            return nil
        }
        if let rule = MeetingRule.parse(text) {
            for key in ["at", "since"] where fields[key] != nil {
                fields[key]?.report("'\(key)' belongs to a rule that begins with RRULE:", remedy: "remove it")
            }
            return Meetings(rule, zone: zone)
        }
        guard text.uppercased().hasPrefix("RRULE:") else {
            field.report(
                "'\(text)' is not understood as a meeting rule",
                remedy: "write for example `\(MeetingRule.example)` or `RRULE:FREQ=MONTHLY;BYDAY=1SU`")
            return nil
        }
        guard let minute = fields.required("at", example: "\"18:00\"").flatMap(minute) else { return nil }
        do throws(RecurrenceProblem) {
            let recurrence = try Recurrence(parsing: text, in: zone, minuteOfDay: minute)
            var start = CalendarDate(year: 2000, month: 1, day: 1)
            if let since = fields["since"] {
                guard let date = since.date() else { return nil }
                start = date
            } else if !recurrence.namesItsDays {
                field.report(
                    "this rule counts from a first day", remedy: "add `since: 2026-01-04`, the day of a meeting")
                return nil
            }
            guard let first = recurrence.first(onOrAfter: start, from: start) else {
                field.report("this rule never falls on a day", remedy: "check BYMONTHDAY, BYMONTH and UNTIL")
                return nil
            }
            // Counting and leaving out go by the first day.
            if fields["since"] != nil, first != start {
                fields["since"]?.report("\(start) is no day of the rule", remedy: "its first day is \(first)")
                return nil
            }
            return Meetings([.init(start: start, minuteOfDay: minute, zone: zone, recurrence: recurrence)])
        } catch {
            field.report("'\(text)' is not understood: \(error.message)", remedy: "see docs/agenda.md")
            return nil
        }
    }

    private func readCalendar(_ field: Field, _ zone: Zone) -> Meetings? {
        guard let path = field.string() else { return nil }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            field.report("'\(path)' cannot be read", remedy: "check the name and the permissions")
            return nil
        }
        let (meetings, problems) = MeetingCalendar.parse(text, zone: zone)
        for problem in problems { field.report("\(path):\(problem.line): \(problem.message)") }
        return meetings
    }

    private func move(_ entry: Field, in meetings: inout Meetings, _ zone: Zone) {
        guard let fields = entry.mapping(keys: ["from", "to"]),
            let from = fields.required("from", example: "2026-12-06")?.date(),
            let field = fields.required("to", example: "2026-12-13 17:00"), let text = field.string()
        else { return }
        let time: Instant?
        if let day = CalendarDate(text: text) {
            // The same time of day on another day.
            let series = meetings.series.first { $0.day(onOrAfter: from) == from }
            time = series?.instant(on: day) ?? zone.start(of: day)
        } else {
            time = Array(text.utf8).withUnsafeBufferPointer { CivilTime(parsing: $0) }
                .flatMap { $0.offsetSeconds == nil ? zone.instant(of: $0) : nil }
        }
        guard let time else {
            field.report("'\(text)' is no day or time", remedy: "write 2026-12-13 or \"2026-12-13 17:00\"")
            return
        }
        if !meetings.change(from, to: .moved(time)) { noMeeting(on: from, at: entry) }
    }

    private func noMeeting(on day: CalendarDate, at field: Field) {
        field.report(
            "there is no meeting on \(day) that could be changed",
            remedy: "name the day on which the rule puts it, and remove what is long over")
    }

    private func quorum(_ field: Field) -> AssemblySettings.Quorum? {
        var quorum = AssemblySettings.Quorum()
        guard field.isMapping else {
            guard let text = field.string() else { return nil }
            quorum.needed = Int(text)
            if quorum.needed == nil { quorum.words = text }
            if let needed = quorum.needed, needed < 1 {
                field.report("a quorum of \(needed) is none", remedy: "leave it out, or write at least 1")
            }
            return quorum
        }
        guard let fields = field.mapping(keys: ["number", "percent", "members", "words"]) else { return nil }
        quorum.words = fields["words"]?.string() ?? ""
        quorum.members = fields["members"]?.integer(in: 1...100_000)
        quorum.percent = fields["percent"]?.integer(in: 1...100)
        quorum.needed = fields["number"]?.integer(in: 1...100_000)
        if let percent = quorum.percent {
            guard let members = quorum.members, quorum.needed == nil else {
                field.report(
                    "a share of the members needs their number, and no other number beside it",
                    remedy: "write {percent: 50, members: 40}")
                return nil
            }
            quorum.needed = (members * percent + 99) / 100
        }
        if quorum.needed == nil, quorum.words.isEmpty {
            field.report("the quorum says nothing", remedy: "write a number, {percent: 50, members: 40}, or words")
        }
        return quorum
    }
}
