import GatewayModel
import Limits
import Storage

/// How changes of limits become alerts: at once where they are news, and only what lasts of what is old.
extension Pipeline {
    /// Readings that are older come from a device's memory or from a person, often many of them in a row.
    private static let news: Int64 = 300_000
    /// So long after the last of them, and so long after the first at most, what they changed is told.
    private static let (quiet, longest): (Int64, Int64) = (10_000, 60_000)

    /// Takes the changes that a measurement brought. What is over by the time it is heard of wakes nobody (DESIGN section 6):
    /// changes from old measurements wait for those that follow.
    func take(_ changes: [LimitTransition], of measurement: Measurement, isWatched: Bool, now: Instant) {
        guard !changes.isEmpty else { return }
        // What was watched while the clock was wrong has had its alerts.
        let isOld = !isWatched && now.milliseconds(since: measurement.time) > Pipeline.news
        let waiting = changes.filter { change in isOld || state.held.contains { $0.limit == change.limit } }
        if !waiting.isEmpty {
            state.heldSince = state.held.isEmpty ? now : state.heldSince
            state.heldAt = now
            state.held += waiting
        }
        if waiting.count < changes.count {
            apply(changes.filter { !waiting.contains($0) }, isWatched: isWatched, now: now)
        }
    }

    /// Takes the changes that the clock brought, and tells what lasts of those that waited.
    func release(_ changes: [LimitTransition], now: Instant) {
        let later = changes.filter { change in state.held.contains { $0.limit == change.limit } }
        state.held += later
        apply(changes.filter { !later.contains($0) }, now: now)
        guard !state.held.isEmpty,
            now.milliseconds(since: state.heldAt) >= Pipeline.quiet
                || now.milliseconds(since: state.heldSince) >= Pipeline.longest || now < state.heldAt
        else { return }
        let held = state.held
        state.held = []
        apply(LimitTransition.lasting(held), now: now)
    }

    /// Records changes of limits and lets alerts follow from them.
    ///
    /// What was watched before it could be dated has had its alerts; of momentary values it is then only recorded.
    func apply(_ transitions: [LimitTransition], isWatched: Bool = false, now: Instant) {
        batch.transitions += transitions
        for transition in transitions {
            if isWatched, case .instant = state.limits.limit(transition.limit)?.rule { continue }
            tell(transition, isTimeKnown: true, now: now)
        }
        if !transitions.isEmpty { lookAfterPeople(now: now) }
    }

    /// Judges the rules on days by days that are over, in order; what began and ended among them wakes nobody.
    func judge(days: [CalendarDate], _ table: DayTable, now: Instant) {
        let found = days.flatMap { state.limits.judgeDay($0, table, now: now) }
        apply(LimitTransition.lasting(found), now: now)
    }
}
