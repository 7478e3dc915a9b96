import Alerting
import Delivery
import GatewayModel
import MQTTIngest
import Storage

/// Neighbours' boxes: whoever cannot call its own people any more is missed by somebody else.
extension Pipeline {
    /// Takes a message that may be a neighbours' sign of life.
    func hearNeighbour(_ neighbour: Configuration.Neighbour, _ received: ReceivedMessage) {
        state.counters.messagesByQoS[received.qos, default: 0] += 1
        guard let time = NeighbourWatch.time(of: received) else { return }
        hear(neighbour, at: time, now: received.message.receivedAt)
    }

    /// Notes a sign of life; the alert that it was missing is over.
    func hear(_ neighbour: Configuration.Neighbour, at time: Instant, now: Instant) {
        if let time = state.neighbours.hear(neighbour.name, at: time) {
            batch.dutyMarks[DutyMark(kind: DutyMark.neighbour, name: neighbour.name)] = time
        }
        guard state.neighbours.isHeard(neighbour, now: now) else { return }
        box(.neighbourSilent, subject: neighbour.name, isActive: false, onset: time, [:], now)
    }

    /// Calls the stewards where a neighbours' sign of life is missing.
    func missNeighbours(now: Instant) {
        guard state.alerts.policy.callsPeople else { return }
        for (name, time) in state.neighbours.begin(now: now) {
            batch.dutyMarks[DutyMark(kind: DutyMark.neighbour, name: name)] = time
        }
        for neighbour in state.neighbours.neighbours {
            guard
                let onset = state.neighbours.overdue(
                    neighbour, listeningSince: state.silence.listeningSince, now: now),
                let since = state.neighbours.since[neighbour.name]
            else { continue }
            box(
                .neighbourSilent, subject: neighbour.name, isActive: true, onset: onset,
                ["heard": notices.local(since)], now)
        }
    }

    /// What stands in the configuration no more can never be well again: what was said about it is over.
    func forgetRemoved(_ configuration: Configuration, now: Instant) {
        forgetNeighbours(now: now)
        let names = Set(configuration.outlets.map(\.name))
        for alert in state.alerts.open
        where alert.cause == .box(.destinationFailing) && !names.contains(alert.subject) {
            box(.destinationFailing, subject: alert.subject, isActive: false, onset: now, [:], now)
        }
    }

    /// Those that are not waited for any more are missed by nobody.
    private func forgetNeighbours(now: Instant) {
        let names = Set(state.neighbours.neighbours.map(\.name))
        for alert in state.alerts.open where alert.cause == .box(.neighbourSilent) && !names.contains(alert.subject) {
            box(.neighbourSilent, subject: alert.subject, isActive: false, onset: now, [:], now)
        }
    }
}

extension DutyMark {
    /// A neighbours' box was heard, or is waited for since then.
    static let neighbour = "neighbour"
    /// The box said that it lives; the time is the one for which that was due.
    static let signOfLife = "sign_of_life"
}
