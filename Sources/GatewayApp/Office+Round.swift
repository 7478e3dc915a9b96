import Alerting
import GatewayModel
import Storage

/// The list of what has to be visited, once a week by itself.
extension Office {
    /// A round that could not be sent at its time is made up for within a day; after that the next week's is waited for.
    private static let roundPatience: Int64 = 86_400_000
    private static let roundPause: Int64 = 600_000

    /// Puts the weekly round and its mark into the batch where it is due.
    func sendRoundIfDue(now: Instant) {
        guard let round = site.configuration.round, !tellsNobody, pipeline.state.alerts.policy.callsPeople else {
            return
        }
        let due = Office.lastTime(of: round.at, before: now, in: site.zone)
        // A mark of the future is one of a clock that was wrong.
        let sent = pipeline.state.roundAt.flatMap { $0 <= now ? $0 : nil }
        guard now.milliseconds(since: due) < Office.roundPatience, sent.map({ $0 < due }) ?? true else { return }
        if let failed = roundFailedAt, abs(now.milliseconds(since: failed)) < Office.roundPause { return }
        do {
            let desk = RoundDesk(site: site)
            let stops = try desk.stops(in: store, now: now)
            let person = pipeline.state.alerts.policy.roster?.onDuty(at: now)
            pipeline.batch.outbox += pipeline.notices.list(
                RoundDesk.noticeKind, to: round.to, person: person, now: now
            ) { book, audience in
                desk.notice(stops, onDuty: audience == .stewards ? person : nil, book, now: now)
            }
            pipeline.batch.dutyMarks[DutyMark(kind: DutyMark.weeklyRound, name: "")] = due
            pipeline.state.roundAt = due
            roundFailedAt = nil
        } catch {
            // The commits fail for the same reason and say so; this is tried again.
            roundFailedAt = now
        }
    }

    /// The last time of a weekly rule that is not later than an instant.
    static func lastTime(of rule: MeetingRule, before now: Instant, in zone: Zone) -> Instant {
        var last = rule.next(after: now.advanced(bySeconds: -8 * 86_400), in: zone)
        while true {
            let next = rule.next(after: last, in: zone)
            guard next <= now, next > last else { return last }
            last = next
        }
    }
}
