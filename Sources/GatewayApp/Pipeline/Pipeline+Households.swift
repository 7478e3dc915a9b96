import Alerting
import GatewayModel
import Limits
import Storage

/// What happens in a home is told to the home first.
extension Pipeline {
    /// A leak behind a home's meter becomes the stewards' business while the commons itself runs short of the same resource
    /// or loses it; before that, and for whatever else a home uses, it is the home's alone.
    func tellOfLosses(now: Instant) {
        let leaks = state.alerts.open.filter { alert in
            alert.holds && alert.isPrivate && limit(of: alert)?.isLeak == true
        }
        guard !leaks.isEmpty else { return }
        let short = Set(
            state.alerts.open.filter { $0.holds && $0.details["visibility"] == nil }.compactMap { alert in
                limit(of: alert).flatMap { $0.isLeak || $0.bound == .atLeast || $0.isBalance ? $0.resource : nil }
            })
        for alert in leaks where limit(of: alert).map({ short.contains($0.resource) }) == true {
            perform(state.alerts.concernCommons(alert.id, now: now), now: now)
        }
    }

    /// A home that no destination reaches is told on paper; the stewards hear that there is a slip, and not for whom.
    func announceSlip(for draft: NoticeDraft, now: Instant) {
        guard draft.kind == "alert.raised", draft.alert.isPrivate, case .limit = draft.alert.cause,
            state.sensors.home(of: draft.alert.homePoints) != nil,
            draft.alert.entries.last(where: { $0.kind == .toldStewards }) == nil,
            !notices.reachesHome(of: draft.alert, state: state)
        else { return }
        batch.outbox += notices.announcement("household.slip", priority: .assembly, now: now) { book in
            (book.text("told.slip_title"), book.text("told.slip"))
        }
    }

    private func limit(of alert: Alert) -> Limit? {
        guard case .limit(let reference) = alert.cause else { return nil }
        return state.limits.limit(reference)
    }
}

extension Limit {
    /// True where passing it means that something runs that nobody uses.
    fileprivate var isLeak: Bool {
        switch rule {
        case .continuousFlow, .nightFlow: true
        default: false
        }
    }

    /// True where passing it means that more came in than went out.
    fileprivate var isBalance: Bool {
        if case .balance = rule { true } else { false }
    }
}
