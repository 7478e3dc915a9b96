import Alerting
import GatewayModel
import Metering
import Storage

/// What was told of a device or a sensor that is gone: no message can end it any more, so that it ends by itself.
extension Pipeline {
    /// Ends what was said of a sensor's unit where nobody waits for the sensor any more, another device or none measures it
    /// now, or its sheet takes that unit.
    func reviewUnits(now: Instant) {
        for alert in state.alerts.open where alert.holds && alert.cause == .box(.unitChanged) {
            let id = SensorID(rawValue: alert.subject)
            let current = state.sensors.bindings(of: id).first { $0.until == nil }
            if let sensor = state.sensors.sensor(id), let sent = alert.details["sent"], !sent.isEmpty,
                state.meters.understands(Unit(sent), of: sensor)
            {
                state.misunderstood.remove(id)
                box(.unitChanged, subject: alert.subject, isActive: false, onset: now, [:], now)
            } else if current == nil {
                drop(alert, .unmeasured, now: now)
            } else if let current, current.from > alert.detectedAt {
                drop(alert, .rebound, now: now)
            } else if isGivenUp(id) {
                drop(alert, .notAwaited, now: now)
            }
        }
    }

    /// Ends what was said of devices and sensors of which nothing is heard any more.
    func endOfQuiet(now: Instant) {
        state.quiet.look(at: state.alerts.open, listeningSince: state.silence.listeningSince, now: now)
        for (alert, time) in state.quiet.takeNews() {
            batch.dutyMarks[DutyMark(kind: DutyMark.quiet, name: alert)] = time
        }
        for alert in state.alerts.open where alert.holds {
            switch alert.cause {
            case .box(.tooManyMessages):
                guard state.quiet.isQuiet(alert, for: QuietWatch.floodSeconds, now: now) else { continue }
                drop(alert, .quiet, now: now)
            case .box(.unitChanged):
                let rhythm = state.sensors.sensor(SensorID(rawValue: alert.subject))?.rhythm
                let seconds = max(QuietWatch.unitSeconds, 2 * (rhythm?.silentAfter ?? 0))
                guard state.quiet.isQuiet(alert, for: seconds, now: now) else { continue }
                drop(alert, .quiet, now: now)
            default: continue
            }
        }
    }

    /// True for a sensor that was taken out of the file and with which nothing counts, neither a limit nor a virtual sensor.
    func isGivenUp(_ sensor: SensorID) -> Bool {
        state.takenOut.contains(sensor) && !state.alerts.policy.stakes.contains { $0.sensors.contains(sensor) }
            && !state.sensors.all.contains {
                $0.computed?.parts.contains(sensor) == true && !state.takenOut.contains($0.id)
            }
    }

    /// Ends an alert; what begins anew is told anew.
    private func drop(_ alert: Alert, _ reason: AlertDrop, now: Instant) {
        guard case .box(let condition) = alert.cause else { return }
        switch condition {
        case .unitChanged: state.misunderstood.remove(SensorID(rawValue: alert.subject))
        case .tooManyMessages: state.rates.forget(alert.subject)
        default: break
        }
        perform(state.alerts.drop(condition, subject: alert.subject, as: reason, now: now), now: now)
    }
}
