import Alerting
import Delivery
import GatewayModel
import Storage

/// Calls that wait for a destination which is away.
extension Pipeline {
    /// What says who is called next.
    private static let calling: Set = ["alert.raised", "alert.called"]

    /// Words calls that wait still anew once others were called, or somebody goes: what they say of who is next is true when they
    /// are sent.
    func rewordWaitingCalls(after draft: NoticeDraft, now: Instant) {
        let alert = draft.alert
        // Without a duty list, and about what is for the same day, nobody is next.
        guard draft.kind != "alert.raised", alert.holds, alert.state != .closed, state.alerts.policy.roster != nil,
            alert.priority == .now || alert.cause == .box(.handOver)
        else { return }
        do throws(StoreError) {
            let made = batch.outbox.filter { $0.alert == alert.id }
            for item in try store.waitingNotices(about: alert.id) + made where Pipeline.calling.contains(item.type) {
                guard var fresh = notices.reworded(item, about: alert, asOfNow: true, state: state),
                    fresh.body != item.body
                else { continue }
                // What machines are told stays: a siren that was not to sound with this call does not do so later.
                fresh.dataJSON = item.dataJSON
                batch.reworded.append(fresh)
            }
        } catch {
            readFailure = error
        }
    }
}
