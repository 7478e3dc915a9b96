import GatewayModel
import StrictYAML

/// What a resolution must respect as a whole (DESIGN sections 2 and 6).
enum LimitRules {
    /// Resources without which people cannot live; a ceiling on one names the bound that protects people.
    static let essential: Set<Resource> = ["water"]

    /// Reports every rule that the resolution breaks, at the entry that breaks it.
    static func check(_ resolution: Resolution, at owner: Field, limits entries: [Field], forms: [Field]) {
        guard entries.count == resolution.limits.count else { return }
        var seen: Set<String> = []
        for (limit, entry) in zip(resolution.limits, entries) {
            if !SensorID(rawValue: limit.id).isWellFormed || limit.id.contains("/") {
                entry.report("'\(limit.id)' is not a limit's id", remedy: "use lower-case letters, digits and dashes")
            }
            if !seen.insert(limit.id).inserted {
                entry.report("the limit '\(limit.id)' stands twice", remedy: "give each limit an id of its own")
            }
            if limit.sensors.isEmpty {
                entry.report("'\(limit.id)' measures no sensor", remedy: "name at least one under sensors:")
            }
            checkFloor(limit, in: resolution, at: entry)
            checkScale(limit, in: resolution, at: entry)
            checkShared(limit, at: entry)
            checkSide(limit, at: entry)
            checkStage(limit, in: resolution, at: entry)
        }
        checkStages(resolution, at: owner)
        checkEmergency(resolution, at: owner)
        guard forms.count == resolution.emergencyForms.count else { return }
        for (form, entry) in zip(resolution.emergencyForms, forms) { checkForm(form, in: resolution, at: entry) }
    }

    private static func checkFloor(_ limit: Limit, in resolution: Resolution, at entry: Field) {
        guard limit.bound == .atMost, essential.contains(limit.resource), restrictsUse(limit) else { return }
        guard let floor = limit.floor else {
            entry.report(
                "'\(limit.id)' is a ceiling on \(limit.resource.rawValue), which people need, and names no floor",
                remedy: "add floor: with the limit that says what people never get less of")
            return
        }
        // A floor of an earlier resolution is looked up at adoption; one of this file must protect people.
        guard !floor.contains("/") else { return }
        guard let named = resolution.limits.first(where: { $0.id == floor }) else {
            let nearest = Diagnostic.nearest(to: floor, among: resolution.limits.map(\.id))
            entry.report(
                "the floor '\(floor)' is not in this decision",
                remedy: nearest.map { "did you mean '\($0)'?" } ?? "name one of this decision, or NUMBER/ID of another")
            return
        }
        if named.bound != .atLeast || named.protects != .people {
            entry.report(
                "'\(floor)' is no floor that protects people", remedy: "it needs bound: at_least and protects: people")
        }
        // A ceiling below what people never get less of cannot be kept without breaking the floor.
        if let found = conflict(of: limit, with: named, in: resolution) {
            entry.report("'\(limit.id)' allows less than '\(floor)' guarantees", remedy: remedy(found))
        }
    }

    /// What a ceiling of this decision takes from a floor of it; whether other sensors measure all that reaches people is
    /// known only at adoption.
    private static func conflict(of limit: Limit, with floor: Limit, in resolution: Resolution) -> FloorConflict? {
        FloorConflict(
            ceiling: limit, resolution.scale, floor: floor, resolution.scale,
            coversFloor: !floor.sensors.isEmpty && Set(limit.sensors).isSuperset(of: floor.sensors))
    }

    private static func remedy(_ found: FloorConflict) -> String {
        "\(found.allowed) of \(found.guaranteed) \(found.unit.code) a day: the minimum for people wins, raise the ceiling or decide about the minimum"
    }

    /// An emergency tightens no further than people's minimum, and nothing that measures protected supply.
    private static func checkForm(_ form: EmergencyForm, in resolution: Resolution, at entry: Field) {
        guard let limit = resolution.limits.first(where: { $0.id == form.limit }) else { return }
        if let first = limit.sensors.first(where: resolution.protectedSupply.contains) {
            entry.report(
                "'\(first)' is protected supply, which no emergency reduces",
                remedy: "take '\(form.limit)' out of allows_emergency:, or the sensor out of the limit")
        }
        if let now = limit.amount, form.tightest >= now {
            entry.report(
                "'\(form.limit)' could be tightened to no less than it is",
                remedy: "write a number below its own as tightest:, or leave it out of allows_emergency:")
        }
        guard let floor = limit.floor, let named = resolution.limits.first(where: { $0.id == floor }),
            let tightest = limit.with(amount: form.tightest),
            let found = conflict(of: tightest, with: named, in: resolution)
        else { return }
        entry.report(
            "'\(form.limit)' may be tightened below what '\(floor)' guarantees",
            remedy:
                "\(found.allowed) of \(found.guaranteed) \(found.unit.code) a day: raise tightest:, the minimum for people wins"
        )
    }

    /// True for ceilings on what people use; losses, gauges and leaks are nobody's use.
    ///
    /// A level may be kept low for people's sake, such as what makes water bad to drink; what they use is never less for theirs.
    private static func restrictsUse(_ limit: Limit) -> Bool {
        switch limit.rule {
        case .instant, .sites: limit.protects != .people
        case .budget, .rolling, .closedHours, .turn, .turns, .useDays, .share, .comparison, .drift,
            .delivered:
            true
        case .nightFlow, .continuousFlow, .rate, .silence, .flatline, .measured, .balance: false
        }
    }

    private static func checkScale(_ limit: Limit, in resolution: Resolution, at entry: Field) {
        guard let basis = limit.rule.basis else { return }
        if basis == .perPerson, resolution.personsServed["all"] == nil {
            entry.report(
                "'\(limit.id)' counts per person, but the decision does not say for how many",
                remedy: "add persons_served: {all: 40}")
        }
        if case .perSquareMetre(let area) = basis, resolution.areas[area] == nil {
            entry.report(
                "'\(limit.id)' counts per square metre of '\(area)', but the decision does not say how large it is",
                remedy: "add areas: {\(area): 350 m2}")
        }
    }

    /// An amount of several communities enters by this decision alone, so it says on which of theirs it rests.
    private static func checkShared(_ limit: Limit, at entry: Field) {
        let isPart = if case .part = limit.rule.basis { true } else { false }
        guard isPart != (limit.shared != nil) else { return }
        if isPart {
            entry.report(
                "'\(limit.id)' is a part of what several communities share, and does not say who adds up and where that was decided",
                remedy:
                    "add shared: {by: persons, adds_up: NAME, decision: {by: NAME, number: 12, date: 2026-03-08}}")
        } else {
            entry.report(
                "'\(limit.id)' is no part of a shared amount",
                remedy: "add part: 40 of 230 to its amount, or leave shared: out")
        }
    }

    /// Which side makes sense for a rule; the others would be read as something that nobody meant.
    private static func checkSide(_ limit: Limit, at entry: Field) {
        switch limit.rule {
        case .delivered, .measured:
            if limit.bound != .atLeast {
                entry.report("'\(limit.id)' is a minimum", remedy: "write bound: at_least")
            }
        case .rate, .continuousFlow, .closedHours, .turn, .turns, .useDays, .silence, .flatline, .drift:
            if limit.bound != .atMost {
                entry.report("'\(limit.id)' is a ceiling", remedy: "write bound: at_most")
            }
        case .nightFlow(_, _, _, _, let usual):
            if usual != nil, limit.bound != .atMost {
                entry.report(
                    "'\(limit.id)' counts above the usual", remedy: "write bound: at_most, or flow: for a minimum")
            }
        case .instant, .sites, .budget, .rolling, .balance, .share, .comparison: break
        }
        if case .sites(_, _, .count(let least), _) = limit.rule, least > limit.sensors.count {
            entry.report(
                "'\(limit.id)' asks for \(least) places and names \(limit.sensors.count)",
                remedy: "name every place under sensors:")
        }
        if limit.warnsOnCourse != nil, limit.bound == .atLeast || limit.isPerDay {
            entry.report(
                "'\(limit.id)' cannot be on course for its amount",
                remedy: "warn_on_course_for: goes with a ceiling per week, month or season")
        }
        if isQuantity(limit.rule), let amount = limit.amount, amount < .zero {
            entry.report("'\(limit.id)' has an amount below zero", remedy: "write an amount that can be used")
        }
        checkHours(limit, at: entry)
        checkDays(limit, at: entry)
    }

    /// True for rules about what is used; a level, a change and a difference may lie below zero.
    private static func isQuantity(_ rule: Limit.Rule) -> Bool {
        switch rule {
        case .instant, .sites, .rate, .balance: false
        default: true
        }
    }

    /// Hours go with rules that look at moments; a period's amount would be closed at the end of the hours of each day.
    private static func checkHours(_ limit: Limit, at entry: Field) {
        guard limit.hours != nil else { return }
        switch limit.rule {
        case .budget:
            entry.report(
                "'\(limit.id)' is an amount per time and cannot have hours",
                remedy: "write closed_hours: {hours: between 01:00 and 03:00, amount: 500 L}, or leave hours: out")
        case .closedHours, .nightFlow:
            entry.report(
                "'\(limit.id)' names hours beside those of its rule", remedy: "leave the limit's own hours: out")
        default:
            guard DayRules.isOnDays(limit.rule) else { return }
            entry.report("'\(limit.id)' is judged by the day and cannot have hours", remedy: "leave hours: out")
        }
    }

    /// Days go with rules that look at moments or at single days; a longer time would be cut into pieces by them.
    private static func checkDays(_ limit: Limit, at entry: Field) {
        guard limit.days != nil else { return }
        switch limit.rule {
        case .instant, .rate, .sites, .closedHours, .turn, .delivered, .share, .measured, .budget(_, .day, _, _),
            .balance(_, _, _, .day):
            return
        case .silence, .flatline:
            entry.report(
                "'\(limit.id)' would take the days between for silence",
                remedy: "leave days: out, and say in the configuration when the sensor is expected (hours:)")
        default:
            entry.report(
                "'\(limit.id)' looks at more than one day and cannot have days of its own",
                remedy: "leave days: out, or set an amount per day")
        }
    }

    private static func checkStage(_ limit: Limit, in resolution: Resolution, at entry: Field) {
        guard let condition = limit.atStage else { return }
        guard let stages = resolution.stages.first(where: { $0.id == condition.stages }) else {
            let nearest = Diagnostic.nearest(to: condition.stages, among: resolution.stages.map(\.id))
            entry.report(
                "there are no stages '\(condition.stages)' in this decision",
                remedy: nearest.map { "did you mean '\($0)'?" } ?? "add them under stages:")
            return
        }
        if condition.levels.upperBound > stages.levels.count {
            entry.report("'\(stages.id)' has \(stages.levels.count) levels only", remedy: "correct at_stage:")
        }
        // Supply that is never reduced, and what protects people, do not depend on how dry it is.
        let touched = limit.sensors.filter(resolution.protectedSupply.contains)
        if limit.bound == .atMost, let first = touched.first {
            entry.report(
                "'\(first)' is protected supply, which no stage reduces", remedy: "take it out of the limit's sensors")
        }
        if limit.protects == .people, limit.bound == .atLeast,
            condition.levels.lowerBound > 0 || condition.levels.upperBound < stages.levels.count
        {
            entry.report(
                "'\(limit.id)' protects people, and must not end with a stage", remedy: "leave at_stage: out")
        }
    }

    private static func checkStages(_ resolution: Resolution, at owner: Field) {
        var seen = Set(resolution.limits.map(\.id))
        for stages in resolution.stages where !seen.insert(stages.id).inserted {
            owner.report("the name '\(stages.id)' stands twice", remedy: "give stages and limits names of their own")
        }
        for declaration in resolution.declares where declaration.stages.resolution == resolution.number {
            guard let stages = resolution.stages.first(where: { $0.id == declaration.stages.limit }),
                declaration.level <= stages.levels.count
            else {
                owner.report(
                    "it declares level \(declaration.level) of '\(declaration.stages.limit)', which it does not have",
                    remedy: "correct declares:")
                continue
            }
        }
    }

    /// A measure between two assemblies stands alone in its decision and ends soon.
    private static func checkEmergency(_ resolution: Resolution, at owner: Field) {
        guard let measure = resolution.emergency else { return }
        if resolution != resolution.headAlone(keepingEmergency: true) {
            owner.report(
                "an emergency measure tightens one limit and decides nothing else",
                remedy: "write `limits: []`, and leave out whatever else the file decides")
        }
        let days = measure.until.daysSinceEpoch - resolution.inForceFrom.daysSinceEpoch
        if days < 0 || days >= Int64(EmergencyMeasure.longest) {
            owner.report(
                "an emergency measure lasts until the next assembly, \(EmergencyMeasure.longest) days at most",
                remedy: "correct emergency.until")
        }
    }
}

extension Limit {
    fileprivate var isPerDay: Bool {
        if case .budget(_, .day, _, _) = rule { true } else { false }
    }
}
