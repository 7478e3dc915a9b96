import GatewayModel
import StrictYAML

/// Reads the rule of a limit; each kind has a key of its own, with amounts and durations in everyday units.
enum RuleEntry {
    /// The keys, in the order in which they are offered.
    static let kinds = [
        "instant", "budget", "night_flow", "continuous_flow", "silence", "flatline", "measured", "rate", "sites",
        "delivered", "closed_hours", "turn", "turns", "use_days", "rolling", "balance", "share", "comparison", "drift",
    ]

    /// The rule with the unit of its amounts; nil where a problem was reported.
    static func rule(_ fields: Fields, season: YearSpan?) -> (Limit.Rule, Unit)? {
        let found = kinds.filter { fields[$0] != nil }
        guard found.count == 1, let field = fields[found[0]] else {
            fields.owner.report(
                "a limit needs exactly one rule",
                remedy: "write rule: in plain words, or one of \(kinds.map { $0 + ":" }.joined(separator: ", "))")
            return nil
        }
        switch found[0] {
        case "instant": return instant(field)
        case "budget": return budget(field, season: season)
        case "night_flow": return nightFlow(field)
        case "continuous_flow": return continuousFlow(field)
        case "silence": return after(field).map { (.silence(after: $0), Unit("s")) }
        case "flatline": return after(field).map { (.flatline(after: $0), Unit("s")) }
        case "measured": return measured(field)
        case "rate": return rate(field)
        case "sites": return sites(field)
        case "delivered": return delivered(field)
        case "closed_hours": return closedHours(field)
        case "turn": return turn(field)
        case "turns": return turns(field)
        case "use_days": return useDays(field)
        case "rolling": return rolling(field)
        case "balance": return balance(field)
        case "share": return share(field)
        case "comparison": return comparison(field)
        default: return drift(field)
        }
    }

    /// Sensors by name.
    static func sensors(_ field: Field) -> [SensorID] {
        field.list().compactMap { $0.string() }.map(SensorID.init(rawValue:))
    }

    private static func instant(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["value", "deadband", "for", "clears_after", "measured"]),
            let (value, unit) = fields.required("value", example: "100 cm")?.amount(),
            let deadband = deadband(fields, unit)
        else { return nil }
        let rule = Limit.Rule.instant(
            value: value, deadband: deadband, onDelay: fields["for"]?.seconds() ?? 0,
            offDelay: fields["clears_after"]?.seconds() ?? 0)
        return (rule, unit)
    }

    private static func deadband(_ fields: Fields, _ unit: Unit) -> DecimalValue? {
        fields["deadband"].map { $0.amount(in: unit, isDifference: true) } ?? .zero
    }

    private static func budget(_ field: Field, season: YearSpan?) -> (Limit.Rule, Unit)? {
        guard
            let fields = field.mapping(
                keys: ["amount", "per", "per_person", "per_m2_of", "part", "warn_at", "warn_on_course_for"]),
            let (amount, unit) = fields.required("amount", example: "90 L")?.amount(),
            let period = fields.required("per", example: "month").flatMap({ period($0, season: season) }),
            let basis = basis(fields)
        else { return nil }
        let warnings = fields["warn_at"]?.list().compactMap { $0.integer(in: 1...100) } ?? []
        let rule = Limit.Rule.budget(
            amount: amount, period: period, basis: basis, warnAt: Set(warnings).sorted())
        return (rule, unit)
    }

    private static func period(_ field: Field, season: YearSpan?) -> BudgetPeriod? {
        switch field.string() {
        case "day": return .day
        case "week": return .week
        case "month": return .month
        case "season":
            guard let season else {
                field.report("there is no season", remedy: "add `season: from May to September` to the limit")
                return nil
            }
            return .season(season)
        default:
            field.report("'\(field.path)' must be one of day, week, month, season")
            return nil
        }
    }

    /// What an amount is multiplied with; nil where a problem was reported.
    private static func basis(_ fields: Fields) -> BudgetBasis? {
        let isPerPerson = fields["per_person"]?.boolean() ?? false
        let said = ["per_m2_of", "part"].filter { fields[$0] != nil } + (isPerPerson ? ["per_person"] : [])
        if said.count > 1 {
            fields.owner.report(
                "an amount is multiplied once, not by \(said.joined(separator: " and "))",
                remedy: "leave all but one of them out")
            return nil
        }
        if let area = fields["per_m2_of"]?.string() { return .perSquareMetre(area: area) }
        guard let part = fields["part"] else { return isPerPerson ? .perPerson : .total }
        let words = part.string()?.split(separator: " ") ?? []
        guard words.count == 3, words[1] == "of", let ours = Int(words[0]), let all = Int(words[2]), ours > 0,
            ours <= all
        else {
            part.report("this is no part of a whole", remedy: "write `40 of 230`: ours, and all communities' together")
            return nil
        }
        return .part(ours: ours, of: all)
    }

    private static func nightFlow(_ field: Field) -> (Limit.Rule, Unit)? {
        guard
            let fields = field.mapping(
                keys: ["flow", "above_usual", "usual_nights", "hours", "nights", "statistic"])
        else { return nil }
        let above = fields["above_usual"]
        if above != nil, fields["flow"] != nil {
            field.report("this names a flow and one above the usual", remedy: "leave one of flow: and above_usual: out")
            return nil
        }
        guard let (perHour, unit) = (above ?? fields.required("flow", example: "0.5 m3/h"))?.flow() else { return nil }
        if above == nil, let nights = fields["usual_nights"] {
            nights.report(
                "a fixed flow needs no usual nights", remedy: "write above_usual: instead of flow:, or leave it out")
            return nil
        }
        let window = fields["hours"].map(DayWindow.read) ?? DayWindow(from: 120, until: 240)
        let statistic = fields["statistic"].map { $0.choice(Limit.NightStatistic.self) } ?? .minimum
        guard let window, let statistic else { return nil }
        let rule = Limit.Rule.nightFlow(
            perHour: perHour, window: window, nights: fields["nights"]?.integer(in: 1...31) ?? 3, statistic: statistic,
            usualNights: above.map { _ in fields["usual_nights"]?.integer(in: 7...60) ?? 28 })
        return (rule, unit)
    }

    private static func continuousFlow(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["at_least", "every", "for"]),
            let (amount, unit) = fields.required("at_least", example: "3.8 L")?.amount()
        else { return nil }
        let every = fields["every"]?.seconds() ?? 3600
        let span = fields["for"]?.seconds() ?? 86_400
        guard every >= 60, span >= every, span % every == 0 else {
            field.report("the time is not a whole number of intervals", remedy: "write `every: 1 h` and `for: 24 h`")
            return nil
        }
        return (.continuousFlow(amount: amount, every: every, intervals: Int(span / every)), unit)
    }

    private static func after(_ field: Field) -> Int64? {
        guard let fields = field.mapping(keys: ["after"]),
            let after = fields.required("after", example: "6 h")?.seconds()
        else { return nil }
        return max(60, after)
    }

    private static func measured(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["part"]),
            let permille = fields.required("part", example: "90 %")?.permille(in: 1...1000)
        else { return nil }
        return (.measured(permille: permille), Unit("%"))
    }

    private static func rate(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["change", "within", "direction"]),
            let (change, unit) = fields.required("change", example: "5 cm")?.amount(),
            let within = fields.required("within", example: "1 h")?.seconds(),
            let direction = fields.required("direction", example: "falls")?.choice(Limit.Direction.self)
        else { return nil }
        return (.rate(change: change, within: within, direction: direction), unit)
    }

    private static func sites(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["value", "deadband", "at", "for"]),
            let (value, unit) = fields.required("value", example: "3.2 m")?.amount(),
            let at = fields.required("at", example: "2").flatMap(siteCount),
            let deadband = deadband(fields, unit)
        else { return nil }
        return (
            .sites(value: value, deadband: deadband, at: at, onDelay: fields["for"]?.seconds() ?? 0), unit
        )
    }

    private static func delivered(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["amount", "per_person", "per_m2_of", "flow", "at"]),
            let (amount, unit) = fields.required("amount", example: "50 L")?.amount(), let basis = basis(fields)
        else { return nil }
        let flow = fields["flow"].map { $0.amount() }
        if let flow, flow == nil { return nil }
        let taps = fields["at"].map(sensors) ?? []
        if (flow == nil) != taps.isEmpty {
            field.report(
                "a flow and the sensors that measure it go together",
                remedy: "write `flow: 10 L/min` and `at: [tap/flow]`")
            return nil
        }
        let rule = Limit.Rule.delivered(
            amount: amount, basis: basis, flow: flow??.0, flowUnit: flow??.1 ?? .unknown, at: taps)
        return (rule, unit)
    }

    private static func closedHours(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["hours", "amount"]),
            let window = fields.required("hours", example: "between 10:00 and 16:00").flatMap(DayWindow.read),
            let (amount, unit) = fields.required("amount", example: "20 L")?.amount()
        else { return nil }
        return (.closedHours(amount: amount, window: window), unit)
    }

    private static func turn(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["minutes", "flow"]),
            let minutes = fields.required("minutes", example: "15")?.integer(in: 1...1440),
            let (perHour, unit) = fields.required("flow", example: "1 L/min")?.flow()
        else { return nil }
        return (.turn(minutes: minutes, perHour: perHour), unit)
    }

    private static func rolling(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["amount", "days", "per_person", "per_m2_of", "part"]),
            let (amount, unit) = fields.required("amount", example: "40 m3")?.amount(),
            let days = fields.required("days", example: "30")?.integer(in: 1...366), let basis = basis(fields)
        else { return nil }
        return (.rolling(amount: amount, days: days, basis: basis), unit)
    }

    private static func drift(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["amount", "beyond", "days"]),
            let (amount, unit) = fields.required("amount", example: "40 m3")?.amount(),
            let expected = fields.required("beyond", example: "10 m3")?.amount(in: unit),
            let days = fields.required("days", example: "90")?.integer(in: 2...366)
        else { return nil }
        return (.drift(amount: amount, expected: expected, days: days), unit)
    }

    private static func balance(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["minus", "amount", "share", "unit", "per"]),
            let minus = fields.required("minus", example: "[house-1/water, house-2/water]").map(sensors),
            let period = fields.required("per", example: "week").flatMap({ period($0, season: nil) })
        else { return nil }
        guard (fields["amount"] != nil) != (fields["share"] != nil) else {
            field.report("a balance has an amount or a share", remedy: "write `share: 15 %` or `amount: 2 m3`")
            return nil
        }
        if let share = fields["share"] {
            guard let permille = share.permille(in: 1...1000),
                let unit = fields.required("unit", example: "m3").flatMap({ $0.unit($0.string() ?? "") })
            else { return nil }
            return (.balance(minus: minus, amount: nil, permille: permille, period: period), unit)
        }
        return fields["amount"]?.amount().map {
            (.balance(minus: minus, amount: $0.0, permille: 0, period: period), $0.1)
        }
    }

    private static func share(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["of", "share", "unit"]),
            let others = fields.required("of", example: "[well/supply]").map(sensors),
            let permille = fields.required("share", example: "80 %")?.permille(),
            let unit = fields.required("unit", example: "m3").flatMap({ $0.unit($0.string() ?? "") })
        else { return nil }
        return (.share(of: others, permille: permille), unit)
    }

    private static func comparison(_ field: Field) -> (Limit.Rule, Unit)? {
        guard let fields = field.mapping(keys: ["with", "share", "unit"]),
            let with = fields.required("with", example: "last_year")?.choice(Limit.ComparedMonth.self),
            let permille = fields.required("share", example: "120 %")?.permille(),
            let unit = fields.required("unit", example: "m3").flatMap({ $0.unit($0.string() ?? "") })
        else { return nil }
        return (.comparison(with: with, permille: permille), unit)
    }
}
