import GatewayModel
import StrictYAML

extension CountedDays {
    /// `Monday, Wednesday and Friday`, `weekdays`, `weekends`, `FREQ=MONTHLY;BYDAY=1SU`, or
    /// `{rule: FREQ=WEEKLY;INTERVAL=2;BYDAY=MO, from: 2026-05-04}`.
    static func read(_ field: Field) -> CountedDays? {
        guard !field.isMapping else {
            guard let fields = field.mapping(keys: ["rule", "from"]),
                let rule = fields.required("rule", example: "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
                let from = fields.required("from", example: "2026-05-04")?.date()
            else { return nil }
            return read(rule: rule, from: from)
        }
        guard let text = field.string() else { return nil }
        if text.contains("=") { return read(rule: field, from: nil) }
        var words = text.split { $0 == " " || $0 == "," }
        if words.first?.lowercased() == "on" { words.removeFirst() }
        guard let days = CountedDays(taking: &words), words.isEmpty else {
            field.report("'\(words.joined(separator: " "))' is no day of the week", remedy: remedy(words.first))
            return nil
        }
        return days
    }

    private static func read(rule field: Field, from: CalendarDate?) -> CountedDays? {
        guard let text = field.string() else { return nil }
        do throws(RecurrenceProblem) {
            let days = CountedDays(rule: try Recurrence(parsing: text), from: from)
            guard let problem = days.problem else { return days }
            field.report(problem.message, remedy: problem.remedy)
        } catch {
            field.report(error.message, remedy: "write for example `FREQ=MONTHLY;BYDAY=1SU`, or days of the week")
        }
        return nil
    }

    /// Takes days of the week from the front of words; nil where the first is none. `and` stands between two days alone.
    init?(taking words: inout [Substring]) {
        var found: Set<Int> = []
        while let word = words.first {
            let isJoined = word.lowercased() == "and" && !found.isEmpty
            guard let day = isJoined ? words.dropFirst().first : word, let days = CountedDays.weekdays(day) else {
                break
            }
            found.formUnion(days)
            words.removeFirst(isJoined ? 2 : 1)
        }
        guard !found.isEmpty else { return nil }
        self.init(weekdays: found)
    }

    /// What to write instead of a word that is none of them.
    static func remedy(_ word: Substring?) -> String {
        let names = weekdayNames.map { $0.prefix(1).uppercased() + $0.dropFirst() } + groups.map(\.name)
        return word.flatMap { Diagnostic.nearest(to: String($0), among: names) }.map { "did you mean '\($0)'?" }
            ?? "write for example `Monday, Wednesday and Friday`, `weekdays` or `weekends`"
    }

    private static let weekdayNames = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    private static let groups: [(name: String, days: Set<Int>)] = [
        ("weekdays", [1, 2, 3, 4, 5]), ("weekends", [6, 7]), ("weekend", [6, 7]),
    ]

    private static func weekdays(_ word: Substring) -> Set<Int>? {
        let word = word.lowercased()
        if let group = groups.first(where: { $0.name == word }) { return group.days }
        return weekdayNames.firstIndex { $0 == word || $0 + "s" == word }.map { [$0 + 1] }
    }
}

extension RuleEntry {
    /// `{amount: 20 L, most: 3, per: week}` or `{amount: 20 L, most: 1, in_any: 2}`.
    static func useDays(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["amount", "most", "per", "in_any"]),
            let (amount, unit) = fields.required("amount", example: "20 L")?.amount(),
            let most = fields.required("most", example: "3")?.integer(in: 1...30)
        else { return nil }
        let span: Limit.DaySpan
        switch (fields["per"], fields["in_any"]) {
        case (let per?, nil):
            guard let word = per.string() else { return nil }
            guard word == "week" || word == "month" else {
                per.report("'\(per.path)' must be week or month", remedy: "write in_any: 2 for any two days in a row")
                return nil
            }
            span = .calendar(word == "week" ? .week : .month)
        case (nil, let any?):
            guard let days = any.integer(in: 2...31) else { return nil }
            span = .any(days)
        default:
            field.report(
                "this does not say within which days", remedy: "write one of `per: week` and `in_any: 2`")
            return nil
        }
        guard span.longest > most, amount > .zero else {
            field.report(
                "\(most) of \(span.longest) days with \(amount) \(unit.code) can never be too many",
                remedy: "write fewer days than the time has, and an amount above 0")
            return nil
        }
        return (.useDays(amount: amount, most: most, span: span), unit)
    }

    /// `{amount: 500 L, order: as_listed}`.
    static func turns(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["amount", "order", "lasts", "from"]),
            let (amount, unit) = fields.required("amount", example: "500 L")?.amount(),
            let order = fields.required("order", example: "as_listed")?.choice(Limit.TurnOrder.self)
        else { return nil }
        guard amount > .zero else {
            field.report("a turn needs an amount above 0", remedy: "write what a turn takes at least")
            return nil
        }
        let lasts = fields["lasts"].map { $0.seconds() } ?? 86_400
        guard let lasts, lasts % 86_400 == 0, (1...31).contains(lasts / 86_400) else {
            field.report("a turn lasts whole days, 31 at most", remedy: "write for example `lasts: 2 d`")
            return nil
        }
        let from = fields["from"].map { $0.date() }
        if let from, from == nil { return nil }
        return (.turns(amount: amount, order: order, lasts: Int(lasts / 86_400), from: from ?? nil), unit)
    }
}
