import Alerting
import GatewayModel
import Limits
import Storage

/// Sensors and places that are not heard.
extension Pipeline {
    /// Records sensors that fell silent or speak again.
    ///
    /// Where all sensors of a place are silent, the place is told of and not each of them.
    func apply(_ changes: [SilenceWatch.Change], now: Instant) {
        // A place is silent since its last sensor is, and heard since its first one is.
        var onsets: [String: Instant] = [:]
        for change in changes {
            guard let place = state.alerts.policy.places[change.sensor] else { continue }
            onsets[place] = max(onsets[place] ?? change.onset, change.onset)
        }
        for (place, onset) in onsets.sorted(by: { $0.key < $1.key }) { look(at: place, onset: onset, now: now) }
        for change in changes {
            guard let sensor = state.sensors.sensor(change.sensor) else { continue }
            var details = ["place": sensor.place]
            if let visitor = sensor.visitedBy { details["visitor"] = visitor }
            if sensor.visibility == .household { details["visibility"] = Visibility.household.rawValue }
            box(
                .sensorSilent, subject: sensor.id.rawValue, isActive: change.isSilent, onset: change.onset, details, now
            )
        }
    }

    /// Brings open alerts in line with sensors that were declared otherwise: what became a home's is told to nobody else,
    /// and what nobody waits for any more, a sensor without a rhythm or a place without sensors, is silent no longer.
    func reviewSensors(now: Instant) {
        concealHomes(now: now)
        let watched = state.silence.standing
        for alert in state.alerts.open where alert.cause == .box(.sensorSilent) {
            guard watched[SensorID(rawValue: alert.subject)] == nil else { continue }
            perform(state.alerts.drop(.sensorSilent, subject: alert.subject, now: now), now: now)
        }
        // First those that are silent, so that what moved from one place to another stays covered.
        let places = Set(state.alerts.policy.places.values).sorted {
            (isSilent($0) ? 0 : 1, $0) < (isSilent($1) ? 0 : 1, $1)
        }
        for place in places { look(at: place, onset: now, now: now) }
        for alert in state.alerts.open where alert.cause == .box(.placeSilent) && !places.contains(alert.subject) {
            perform(state.alerts.drop(.placeSilent, subject: alert.subject, now: now), now: now)
        }
        reviewUnits(now: now)
    }

    private func look(at place: String, onset: Instant, now: Instant) {
        let count = silence(of: place).count { $0 }
        box(.placeSilent, subject: place, isActive: isSilent(place), onset: onset, ["count": "\(count)"], now)
    }

    private func isSilent(_ place: String) -> Bool {
        let silence = silence(of: place)
        return silence.count > 1 && silence.allSatisfy { $0 }
    }

    /// Of each sensor of a place that is watched, whether it is silent.
    private func silence(of place: String) -> [Bool] {
        let standing = state.silence.standing
        return state.alerts.policy.places.filter { $0.value == place }.keys.compactMap { standing[$0] }
    }
}
