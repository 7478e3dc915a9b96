import GatewayModel
import Limits
import Reporting
import Storage

/// On which days of a month limits on measurements were passed, from the readings as they are stored now: late ones,
/// corrections and what was set aside included. Alerts keep what people were told (DESIGN section 6).
struct LimitEvaluation {
    private var past: [LimitReference: Set<CalendarDate>] = [:]
    private var unknown: [LimitReference: Set<CalendarDate>] = [:]

    init(
        of counted: CountedLimits, in month: CalendarMonth, store: Store, sensors: SensorDirectory, zone: Zone,
        now: Instant
    ) throws {
        let versions = counted.limits.flatMap { counted.versions(of: $0) }
            .filter { !Trial.isOnDays($0.entry.limit.rule) }
        let through = min(month.lastDay, zone.date(at: now))
        // A level that is neither passed nor clear is what it was before; other rules look no further back than they say.
        let levels = versions.filter { $0.entry.limit.isOnLevels }
        let others = versions.filter { !$0.entry.limit.isOnLevels }
        for (versions, from) in [(levels, month.previous.firstDay), (others, month.firstDay)] where !versions.isEmpty {
            let run = TrialRun(
                store: store, sensors: sensors, zone: zone, from: from, through: through, until: now)
            let trials = try run.trials(
                of: versions.map { ($0.entry.limit, $0.entry.scale) },
                counting: Dictionary(uniqueKeysWithValues: versions.indices.map { ($0, versions[$0].days) }))
            for (version, trial) in zip(versions, trials) { take(trial, version, through: through, zone: zone) }
        }
    }

    /// What a day was; nil where the limit is judged by days or the day was kept.
    func state(of reference: LimitReference, on date: CalendarDate) -> LimitDayState? {
        if past[reference]?.contains(date) == true { return .past }
        return unknown[reference]?.contains(date) == true ? .unknown : nil
    }

    /// The days on which a limit was passed.
    func pastDays(of reference: LimitReference) -> Set<CalendarDate> { past[reference] ?? [] }

    private mutating func take(
        _ tried: Trial, _ version: CountedLimits.Version, through: CalendarDate, zone: Zone
    ) {
        // Alarms count from adoption.
        let adopted = version.entry.adoptedAt
        var trial = tried
        trial.episodes = tried.episodes.compactMap { episode in
            guard episode.until.map({ $0 > adopted }) ?? true else { return nil }
            var episode = episode
            episode.from = max(episode.from, adopted)
            return episode
        }
        let days = trial.days(through: through, zone: zone).intersection(version.days)
        past[version.entry.reference, default: []].formUnion(days)
        unknown[version.entry.reference, default: []]
            .formUnion(trial.unknownDays.intersection(version.days).subtracting(days))
    }
}

extension Limit {
    /// True for bounds on levels, which go on while nothing clears them.
    var isOnLevels: Bool {
        switch rule {
        case .instant, .sites: true
        default: false
        }
    }
}
