import Alerting
import Delivery
import Foundation
import GatewayModel
import StrictYAML

extension ConfigurationFile {
    /// A steward with the mandate and the destinations that reach this person alone.
    func steward(_ field: Field) -> Configuration.Steward? {
        guard let fields = field.mapping(keys: ["name", "language", "phone", "mandate", "reach", "account"]),
            let name = fields.required("name", example: "Rosa")?.string()
        else { return nil }
        var steward = Configuration.Steward(name: name, language: fields["language"]?.string())
        steward.account = fields["account"]?.string()
        steward.phone = fields["phone"]?.string()
        steward.mandate = fields["mandate"].flatMap(mandate)
        steward.reach = (fields["reach"]?.list() ?? []).compactMap { $0.string() }
        return steward
    }

    private func mandate(_ field: Field) -> Configuration.Mandate? {
        guard let fields = field.mapping(keys: ["decision", "from", "until"]),
            let decision = fields.required("decision", example: "3")?.integer(in: 1...1_000_000),
            let from = fields.required("from", example: "2026-11-02")?.date(),
            let through = fields.required("until", example: "2027-10-31")?.date()
        else { return nil }
        if through < from { field.report("the mandate ends before it begins", remedy: "check from: and until:") }
        return Configuration.Mandate(decision: decision, from: from, through: through, line: field.line)
    }

    /// The duty list and what belongs to it.
    func duty(_ field: Field, stewards: [Configuration.Steward], zone: Zone) -> DutySettings? {
        let keys = ["change", "weeks", "turn", "since", "calendar", "waits", "quiet_hours", "budget"]
        guard let fields = field.mapping(keys: keys) else { return nil }
        let text = fields["change"]?.string() ?? "Monday 18:00"
        guard let change = MeetingRule.parse("every " + text) else {
            fields["change"]?.report("'\(text)' is not understood", remedy: "write a weekday and a time: Monday 18:00")
            return nil
        }
        var duty = DutySettings(change: change)
        let names = stewards.map(\.name)
        for week in fields["weeks"]?.list() ?? [] { read(week, into: &duty, names) }
        duty.turn = people(fields["turn"], names)
        if !duty.turn.isEmpty {
            duty.turnSince = fields.required("since", example: "2026-11-02")?.date() ?? duty.turnSince
            check(duty.turnSince, change, at: fields["since"])
        }
        if let calendar = fields["calendar"] { readCalendar(calendar, into: &duty, names, zone) }
        if let waits = fields["waits"]?.mapping(keys: ["second", "all", "again"]) {
            duty.waits.second = waits["second"]?.seconds() ?? duty.waits.second
            duty.waits.all = waits["all"]?.seconds() ?? duty.waits.all
            duty.waits.again = max(60, waits["again"]?.seconds() ?? duty.waits.again)
        }
        if let hours = fields["quiet_hours"]?.mapping(keys: ["from", "until"]) {
            let from = hours.required("from", example: "\"22:00\"").flatMap(minute)
            let until = hours.required("until", example: "\"07:00\"").flatMap(minute)
            if let from, from == until {
                fields["quiet_hours"]?.report(
                    "quiet hours that end when they begin would never be over",
                    remedy: "write two times of day, or leave quiet_hours out")
            } else if let from, let until {
                duty.quietHours = DayWindow(from: from, until: until)
            }
        }
        if let budget = fields["budget"]?.mapping(keys: ["now_per_week", "today_per_day"]) {
            duty.budget.nowPerWeek = budget["now_per_week"]?.integer(in: 1...1000) ?? duty.budget.nowPerWeek
            duty.budget.todayPerDay = budget["today_per_day"]?.integer(in: 1...1000) ?? duty.budget.todayPerDay
        }
        return duty
    }

    /// When the weekly round goes out, and where to.
    func round(_ field: Field, _ destinations: [DestinationSettings]) -> Configuration.Round? {
        guard let fields = field.mapping(keys: ["at", "to"]),
            let at = fields.required("at", example: "Monday 09:00"), let text = at.string()
        else { return nil }
        guard let rule = MeetingRule.parse("every " + text) else {
            at.report("'\(text)' is not understood", remedy: "write a weekday and a time: Monday 09:00")
            return nil
        }
        let known = destinations.filter { [.stewards, .members].contains($0.audience) }.map(\.name)
        var names: [String] = []
        for entry in fields["to"]?.list() ?? [] {
            guard let name = entry.string() else { continue }
            if !known.contains(name) {
                entry.report(
                    "'\(name)' is no destination of the stewards or members",
                    remedy: Diagnostic.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
                        ?? "name one from destinations:")
            }
            names.append(name)
        }
        return Configuration.Round(at: rule, to: names)
    }

    private func read(_ week: Field, into duty: inout DutySettings, _ names: [String]) {
        guard let fields = week.mapping(keys: ["begins", "people"]),
            let begins = fields.required("begins", example: "2026-11-09")?.date()
        else { return }
        check(begins, duty.change, at: fields["begins"])
        if duty.weeks[begins] != nil { week.report("the week of \(begins) stands twice", remedy: "keep one of them") }
        duty.weeks[begins] = people(fields.required("people", example: "[Rosa, Jordi]"), names)
    }

    private func check(_ begins: CalendarDate, _ change: MeetingRule, at field: Field?) {
        guard begins.weekday != change.weekday else { return }
        field?.report(
            "\(begins) is not the weekday on which the duty changes", remedy: "name the day on which the week begins")
    }

    private func readCalendar(_ calendar: Field, into duty: inout DutySettings, _ names: [String], _ zone: Zone) {
        guard let path = calendar.string() else { return }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            calendar.report("'\(path)' cannot be read", remedy: "check the name and the permissions")
            return
        }
        let (series, problems) = DutyCalendar.parse(text, zone: zone)
        for problem in problems { calendar.report("\(path):\(problem.line): \(problem.message)") }
        for name in Set(series.flatMap(\.people)).subtracting(names).sorted() { stranger(name, names, at: calendar) }
        duty.calendar = series
    }

    private func people(_ field: Field?, _ names: [String]) -> [String] {
        (field?.list() ?? []).compactMap { entry in
            guard let name = entry.string() else { return nil }
            if !names.contains(name) { stranger(name, names, at: entry) }
            return name
        }
    }

    private func stranger(_ name: String, _ names: [String], at field: Field) {
        let nearest = Diagnostic.nearest(to: name, among: names)
        field.report(
            "'\(name)' is not among the stewards", remedy: nearest.map { "did you mean '\($0)'?" } ?? "add the person")
    }

    /// A destination that reaches one steward alone has to be one of the stewards', and nobody else's.
    func checkReach(_ configuration: Configuration, at field: Field?) {
        let known = configuration.destinations.filter { $0.audience == .stewards }.map(\.name)
        let named = configuration.stewards.flatMap(\.reach)
        for name in Set(named).sorted() {
            if !known.contains(name) {
                field?.report(
                    "'\(name)' is no destination of the stewards", remedy: "name one with `audience: stewards`")
            } else if named.count(where: { $0 == name }) > 1 {
                field?.report("'\(name)' reaches two stewards", remedy: "give each a destination of their own")
            }
        }
        let logins = configuration.stewards.map(\.login)
        for steward in configuration.stewards where logins.count(where: { $0 == steward.login }) > 1 {
            field?.report(
                "'\(steward.login)' is the login of two stewards",
                remedy: "write each one's own under account:, or leave it out: whoever has none answers from afar")
        }
        // Whoever is called has to hear it: alone, or where all stewards hear.
        guard configuration.duty != nil, !known.isEmpty, Set(known).isSubset(of: named) else { return }
        for steward in configuration.stewards where steward.reach.isEmpty {
            field?.report(
                "nothing reaches '\(steward.name)': every destination of the stewards is another's alone",
                remedy: "name one under reach:, or add one that all stewards hear")
        }
    }

    func minute(_ field: Field) -> Int? {
        let parts = (field.string() ?? "").split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
            (0..<60).contains(minute)
        else {
            field.report("this is no time of day", remedy: "write it in quotes: \"22:00\"")
            return nil
        }
        return hour * 60 + minute
    }
}
