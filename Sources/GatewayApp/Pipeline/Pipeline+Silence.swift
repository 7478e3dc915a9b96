import Alerting
import GatewayModel

/// Sensors and places that are not heard.
extension Pipeline {
    /// Records sensors that fell silent or speak again.
    ///
    /// Where all sensors of a place are silent, the place is told of and not each of them.
    func apply(_ changes: [SilenceWatch.Change], now: Instant) {
        if !changes.isEmpty { lookAtPlaces(of: changes.map(\.sensor), now: now) }
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

    private func lookAtPlaces(of sensors: [SensorID], now: Instant) {
        let places = state.alerts.policy.places
        let standing = state.silence.standing
        for place in Set(sensors.compactMap { places[$0] }).sorted() {
            let watched = places.filter { $0.value == place }.keys.filter { standing[$0] != nil }
            let silent = watched.filter { standing[$0] == true }
            box(
                .placeSilent, subject: place, isActive: silent.count > 1 && silent.count == watched.count, onset: now,
                ["count": "\(silent.count)"], now)
        }
    }
}
