import Foundation
import GatewayModel
import Limits
import Reporting
import Storage

/// Tries a proposed decision on the community's own readings; nothing is decided, stored or told by it.
public struct TrialDesk {
    private let site: Site
    /// Other numbers that are tried, in percent of the proposed one.
    private static let range = stride(from: 60, through: 140, by: 10)
    /// First days that are named.
    private static let named = 10

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// What the decision in a file would have meant since a day or month, up to another day or yesterday.
    ///
    /// - Throws: ``AppError`` where the file has problems or the period is empty.
    public func facts(file: String, since: String, until: String?, now: Instant = SystemClock.now()) throws
        -> TrialFacts
    {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw AppError("\(file) cannot be read", remedy: "check its name and that you may read it")
        }
        let (resolution, problems) = ResolutionFile.parse([UInt8](data), fileName: file)
        guard let resolution, problems.isEmpty else {
            throw AppError(problems.map(\.description).joined(separator: "\n"), remedy: "mend the file, then try again")
        }
        guard !resolution.limits.isEmpty || !resolution.stages.isEmpty || resolution.emergency != nil else {
            throw AppError(
                "\(file) sets no limit, no stages and no emergency measure", remedy: "there is nothing to try",
                phrase: .init(key: "agenda.cannot_try.nothing", values: [:]))
        }
        let store = try site.readingStore()
        let sensors = try SensorDirectory(store)
        let from = try day(since)
        let through = try until.map(day) ?? site.zone.date(at: now).adding(days: -1)
        guard from <= through else {
            throw AppError("\(from) is not before \(through)", remedy: "choose an earlier day with --since")
        }
        let named =
            resolution.limits.flatMap { $0.sensors + DayRules.otherSensors($0.rule) }
            + resolution.stages.flatMap(\.sensors)
        for id in named where sensors.sensor(id) == nil {
            throw AppError(
                "there is no sensor '\(id)' here", remedy: "`commons readings list` shows them",
                phrase: .init(key: "agenda.cannot_try.no_sensor", values: ["sensor": id.rawValue]))
        }
        let run = TrialRun(store: store, sensors: sensors, zone: site.zone, from: from, through: through)
        let today = site.zone.date(at: now)
        let adopted = LimitsInForce(try LimitRegister(site: site).adopted(in: store))
        // What is in force is told already; what is proposed is told beside it. Of how many homes anything is told follows from
        // what was decided: a proposal opens nothing.
        var privacy = LimitPrivacy([], sensors, adopted.disclosureRules(on: today))
        let current = try counting(adopted, on: today, run, &privacy)
        let currentShown = current.map { $0.candidate.isShown(beside: &privacy) }
        let stages = try TrialStages(resolution.stages, run, &privacy)
        var proposed = resolution.limits.map { limit in
            Candidate(limit: limit, scale: resolution.scale, stages: stages)
        }
        if let measure = resolution.emergency { proposed.append(try tightened(by: measure, current, file)) }
        let community = site.configuration.community
        var facts = TrialFacts(
            community: community.name, isDemonstration: community.isDemonstration, zone: site.zone,
            number: resolution.number, from: from, through: through,
            limits: try tried(
                proposed, beside: Array(zip(current.map(\.candidate), currentShown)), run, &privacy),
            stages: stages.facts)
        // The days of a proposal are still to come; everything else would be asked of it at its adoption.
        facts.obstacle = try AdoptionCheck(
            site: site, sensors: sensors, kinds: HandReadings.kinds(store, sensors), now: now
        ).misfit(of: resolution, adopted: LimitRegister(site: site).adopted(in: store))
        return facts
    }

    /// A limit to try, with the stages on which it may depend.
    private struct Candidate {
        var limit: Limit
        var scale: Scale
        var stages: TrialStages

        /// Whether it may be told beside what is told before.
        func isShown(beside privacy: inout LimitPrivacy) -> Bool { privacy.publish(limit) && stages.mayShow(limit) }
    }

    private func tried(
        _ proposed: [Candidate], beside told: [(candidate: Candidate, isShown: Bool)], _ run: TrialRun,
        _ privacy: inout LimitPrivacy
    ) throws -> [TrialFacts.Tried] {
        let current = told.map(\.candidate)
        let variants = proposed.map { candidate in
            TrialDesk.variants(of: candidate.limit).map { variant in
                var other = candidate
                other.limit = variant.limit
                return (candidate: other, amount: variant.amount)
            }
        }
        let all = proposed + current + variants.joined().map(\.candidate)
        let counting = all.enumerated().compactMap { index, candidate in
            candidate.stages.days(of: candidate.limit).map { (index, $0) }
        }
        let trials = try run.trials(
            of: all.map { ($0.limit, $0.scale) },
            counting: Dictionary(counting, uniquingKeysWith: { first, _ in first }))
        func days(_ index: Int) -> Int { trials[index].days(through: run.through, zone: site.zone).count }
        let shown = proposed.map { $0.isShown(beside: &privacy) }
        var next = proposed.count + current.count
        let end = site.zone.start(of: run.through.adding(days: 1))
        return proposed.enumerated().map { index, candidate -> TrialFacts.Tried in
            defer { next += variants[index].count }
            let (limit, trial) = (candidate.limit, trials[index])
            guard shown[index] else { return TrialFacts.Tried(hidden: limit, scale: candidate.scale) }
            let passed = trial.days(through: run.through, zone: site.zone).sorted()
            let range = variants[index].enumerated().map { offset, variant in
                (amount: variant.amount, days: days(next + offset))
            }
            let other = TrialDesk.predecessor(of: limit, in: current.map(\.limit)).map { place in
                (
                    limit: current[place].limit, scale: current[place].scale,
                    days: told[place].isShown ? days(proposed.count + place) : nil
                )
            }
            return TrialFacts.Tried(
                limit: limit, scale: candidate.scale, days: passed.count,
                times: trial.times(through: run.through, zone: site.zone),
                longest: trial.longest(until: end, zone: site.zone),
                firstDays: Array(passed.prefix(TrialDesk.named)), unknownDays: trial.unknownDays.count,
                nearDays: trial.nearDays.count, current: other, range: range)
        }
    }

    /// The limit in force as a measure between two assemblies would tighten it.
    private func tightened(
        by measure: EmergencyMeasure, _ current: [(reference: LimitReference, candidate: Candidate)], _ file: String
    ) throws(AppError) -> Candidate {
        guard var candidate = current.first(where: { $0.reference == measure.limit })?.candidate else {
            throw AppError(
                "\(file) tightens \(measure.limit), which is not in force today",
                remedy: "`commons limits list` shows what is",
                phrase: .init(
                    key: "agenda.cannot_try.not_in_force", values: ["limit": measure.limit.description]))
        }
        candidate.limit = candidate.limit.tightened(by: measure)
        return candidate
    }

    /// Writes it in a form and language to a file, or to standard output where `path` is nil.
    public func write(
        file: String, since: String, until: String?, form: String, language: String?, to path: String?
    ) throws {
        guard let form = TrialWriter.Form(rawValue: form) else {
            throw AppError("'\(form)' is not a form", remedy: "choose text, markdown, html or json")
        }
        try site.check(language: language)
        let writer = TrialWriter(try facts(file: file, since: since, until: until), phrases: site.book(language))
        let output = try LineWriter(path: path)
        var text = writer.text(form)
        if text.hasSuffix("\n") { text.removeLast() }
        try output.write(text)
        try output.finish()
    }

    private func day(_ text: String) throws(AppError) -> CalendarDate {
        if let month = CalendarMonth(text: text) { return month.firstDay }
        guard let date = CalendarDate(text: text) else {
            throw AppError("'\(text)' is neither a month nor a day", remedy: "write 2026-09 or 2026-09-15")
        }
        return date
    }

    private func counting(
        _ inForce: LimitsInForce, on date: CalendarDate, _ run: TrialRun, _ privacy: inout LimitPrivacy
    ) throws -> [(reference: LimitReference, candidate: Candidate)] {
        let stages = Dictionary(grouping: inForce.stages(on: date), by: \.reference.resolution)
        return try StageKeeper(store: run.store, sensors: run.sensors).limits(on: date, inForce)
            .filter { $0.standing != .lapsed }
            .sorted { $0.reference < $1.reference }
            .map { entry in
                let own = entry.limit.atStage == nil ? [] : stages[entry.reference.resolution] ?? []
                let tried = try TrialStages(own.map(\.stages), run, declared: own.map(\.declared), &privacy)
                return (entry.reference, Candidate(limit: entry.limit, scale: entry.scale, stages: tried))
            }
    }

    /// The limit in force that speaks of the same: by its name, else by its sensors and kind.
    private static func predecessor(of limit: Limit, in current: [Limit]) -> Int? {
        current.firstIndex { $0.id == limit.id }
            ?? current.firstIndex {
                $0.sensors == limit.sensors && $0.ruleKey == limit.ruleKey && $0.bound == limit.bound
            }
    }

    private static func variants(of limit: Limit) -> [(limit: Limit, amount: DecimalValue)] {
        switch limit.rule {
        case .silence, .flatline, .measured, .turns: return []
        case .turn(let minutes, _):
            return Set(range.map { max(1, (minutes * $0 + 50) / 100) }).sorted().compactMap { minutes in
                let amount = DecimalValue(Int64(minutes))
                return limit.with(amount: amount).map { ($0, amount) }
            }
        case .useDays(_, let most, let span):
            return (max(1, most - 2)...min(most + 2, span.longest)).compactMap { days in
                let amount = DecimalValue(Int64(days))
                return limit.with(amount: amount).map { ($0, amount) }
            }
        default:
            let places = limit.amountUnit == Unit("%") ? 1 : 3
            return range.compactMap { percent in
                guard let amount = limit.amount?.multiplied(byRatio: Int64(percent), 100)?.rounded(places: places),
                    let variant = limit.with(amount: amount)
                else { return nil }
                return (variant, amount)
            }
        }
    }
}
