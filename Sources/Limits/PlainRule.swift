import GatewayModel
import StrictYAML

/// A rule in plain words: `not more than 90 L per person per day`, `never less than 40 % for 30 min`.
///
/// After the amount come, each at most once: `per person`, `per m2 of AREA`, `per day|week|month`,
/// `counted over the week|month`, `for DURATION`, `measured at least 80 %`, `on Monday and Friday`, `from May to September`,
/// `between 10:00 and 16:00`. Nothing else is understood, so that nothing is taken for what it does not say.
struct PlainRule {
    var bound: Bound
    var rule: Limit.Rule
    var unit: Unit
    var season: YearSpan?
    var days: CountedDays?
    var hours: DayWindow?
    var leastMeasured: Int?

    /// Reads a rule that stands alone, for whoever asks people for one.
    static func parse(text: String) -> (rule: PlainRule?, problems: [Diagnostic]) {
        let reader = StrictYAML(file: "")
        let quoted = "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        let rule = reader.mapping(of: "rule: \(quoted)", keys: ["rule"])?["rule"].flatMap(parse)
        return (rule, reader.problems)
    }

    private static let example = "write for example `not more than 90 L per person per day`"

    /// The words; a comma between digits belongs to a number.
    private static func words(of text: String) -> [Substring] {
        text.split(separator: " ").flatMap { word -> [Substring] in
            word.first?.isNumber == true && word.last?.isNumber == true ? [word] : word.split(separator: ",")
        }
    }

    static func parse(_ field: Field) -> PlainRule? {
        guard let text = field.string() else { return nil }
        var rest = PlainRule.words(of: text)
        func take(_ words: String) -> Bool {
            let wanted = words.split(separator: " ")
            guard rest.count >= wanted.count, zip(rest, wanted).allSatisfy({ $0.lowercased() == $1.lowercased() })
            else { return false }
            rest.removeFirst(wanted.count)
            return true
        }
        func fail(_ message: String, _ remedy: String = example) -> PlainRule? {
            field.report(message, remedy: remedy)
            return nil
        }
        let bound: Bound
        if take("not more than") {
            bound = .atMost
        } else if take("never less than") || take("not less than") {
            bound = .atLeast
        } else {
            return fail("a rule begins with `not more than` or `never less than`, not with '\(text.prefix(30))'")
        }
        if let number = rest.first, field.refusesGroups(number) { return nil }
        guard rest.count >= 2, let value = DecimalValue(String(rest[0])) else { return fail("there is no amount") }
        guard let unit = field.unit(String(rest[1])) else { return nil }
        rest.removeFirst(2)
        var basis: BudgetBasis?
        var per: BudgetPeriod?
        var over: BudgetPeriod?
        var delay: Int64?
        var season: YearSpan?
        var days: CountedDays?
        var hours: DayWindow?
        var leastMeasured: Int?
        let periods: [(String, BudgetPeriod)] = [("day", .day), ("week", .week), ("month", .month)]
        while !rest.isEmpty {
            let left = rest.count
            if basis == nil, take("per person") { basis = .perPerson }
            if basis == nil, take("per m2 of") || take("per m² of"), !rest.isEmpty {
                basis = .perSquareMetre(area: String(rest.removeFirst()))
            }
            for (word, period) in periods {
                if per == nil, take("per \(word)") || take("a \(word)") || take("and \(word)") { per = period }
                if over == nil, take("counted over the \(word)") { over = period }
            }
            if delay == nil, rest.count >= 3, take("for longer than") || take("for") {
                delay = Field.seconds(rest.prefix(2).joined(separator: " "))
                guard delay != nil else { return fail("'\(rest.prefix(2).joined(separator: " "))' is no duration") }
                rest.removeFirst(2)
            }
            if leastMeasured == nil, take("measured at least") {
                leastMeasured = RuleDetails.permille(rest.prefix(2))
                guard leastMeasured != nil else {
                    return fail("'\(rest.joined(separator: " "))' is no part in percent")
                }
                rest.removeFirst(2)
            }
            if days == nil, take("on") {
                days = CountedDays(taking: &rest)
                guard days != nil else {
                    return fail("'\(rest.first ?? "")' is no day of the week", CountedDays.remedy(rest.first))
                }
            }
            for count in [5, 4, 3] where season == nil && rest.count >= count {
                guard let found = YearSpan(words: Array(rest.prefix(count))) else { continue }
                season = found
                rest.removeFirst(count)
            }
            if hours == nil, let found = DayWindow(words: Array(rest.prefix(4))) {
                hours = found
                rest.removeFirst(4)
            }
            guard rest.count < left else { return fail("'\(rest.joined(separator: " "))' is not understood") }
        }
        guard leastMeasured == nil || delay != nil else {
            return fail("a measured part is a part of a time, and there is none", "add for example `for 30 min`")
        }
        if per == nil {
            guard basis == nil, over == nil else { return fail("it does not say per what time") }
            return PlainRule(
                bound: bound, rule: .instant(value: value, deadband: .zero, onDelay: delay ?? 0, offDelay: 0),
                unit: unit, season: season, days: days, hours: hours, leastMeasured: leastMeasured)
        }
        guard delay == nil else { return fail("an amount per time cannot be `for` a time as well") }
        guard basis != .perPerson || per == .day else { return fail("an amount per person is per person and day") }
        guard hours == nil else {
            return fail(
                "an amount per time cannot have hours of the day",
                "write closed_hours: {hours: between 01:00 and 03:00, amount: 500 L}")
        }
        // Only an amount per person and day is multiplied by the days of the period; another one would count for all of it.
        guard over == nil || over == per || basis == .perPerson else {
            return fail(
                "only an amount per person and day is counted over a longer time",
                "write the amount of the whole time, such as `not more than 300 m3 per month`")
        }
        return PlainRule(
            bound: bound,
            rule: .budget(amount: value, period: over ?? per ?? .day, basis: basis ?? .total, warnAt: []),
            unit: unit, season: season, days: days, hours: hours)
    }
}
