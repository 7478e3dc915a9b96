import GatewayModel
import Limits
import Reporting

/// Which levels of a decision's stages would have counted on which of the tried days, by the code that will say it of the
/// coming ones; nothing counts on the first day.
struct TrialStages {
    private let stages: [Stages]
    /// By the stages' id.
    private var levels: [String: [CalendarDate: Int]] = [:]
    /// Stages that look at too few homes: when they were entered would tell of them.
    private var hidden: Set<String> = []

    /// `declared` are the levels that decisions declared, for each of the stages; where there are none, each level is tried as
    /// if it had been declared as soon as its rule asked for it.
    /// `privacy` says which of them may be told beside what is told before.
    init(
        _ stages: [Stages], _ run: TrialRun, declared: [[CalendarDate: Int]] = [], _ privacy: inout LimitPrivacy
    ) throws {
        self.stages = stages
        for (place, entry) in stages.enumerated() {
            var followed = entry
            let told = place < declared.count ? declared[place] : [:]
            if told.isEmpty { followed.declaration = .inAdvance }
            let table = try DayTables(store: run.store, sensors: run.sensors).table(
                of: entry.sensors, from: run.from.adding(days: -entry.lookBack), through: run.through)
            levels[entry.id] = StageMachine(followed, declared: told)
                .days(from: run.from, through: run.through, table).mapValues(\.level)
            if !privacy.publish(entry) { hidden.insert(entry.id) }
        }
    }

    /// The days on which a limit counts; nil where it does not depend on stages.
    func days(of limit: Limit) -> Set<CalendarDate>? {
        limit.atStage.map { condition in
            Set((levels[condition.stages] ?? [:]).filter { condition.levels.contains($0.value) }.keys)
        }
    }

    /// False where the days on which a limit counts would tell of single homes.
    func mayShow(_ limit: Limit) -> Bool {
        limit.atStage.map { !hidden.contains($0.stages) } ?? true
    }

    /// On how many days each level would have counted.
    var facts: [TrialFacts.StagesTried] {
        stages.map { entry in
            let isHidden = hidden.contains(entry.id)
            let days = levels[entry.id] ?? [:]
            return TrialFacts.StagesTried(
                id: entry.id, titles: entry.titles, isDeclaredByAssembly: entry.declaration == .byAssembly,
                levels: isHidden
                    ? nil
                    : entry.levels.enumerated().map { place, level in
                        (titles: level.titles, days: days.values.count { $0 == place + 1 })
                    })
        }
    }
}
