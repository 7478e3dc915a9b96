import Alerting
import GatewayModel
import Limits
import Metering
import Storage

/// What follows for the people on duty.
extension Pipeline {
    /// Keeps what is switched off or on, and tells the stewards; of a home they hear no more than that it is one.
    func tell(_ off: SwitchedOff, _ switching: AlertAction.Switching, now: Instant) {
        let isOff = [.off, .offAsked].contains(switching)
        batch.switchedOff.updateValue(isOff ? off : nil, forKey: off.subject)
        let sensor = state.sensors.sensor(SensorID(rawValue: off.subject))
        batch.outbox += notices.announcement("alerts.\(switching.rawValue)", priority: .today, now: now) { book in
            let values = [
                "person": off.terms.confirmedBy ?? off.terms.person, "why": off.terms.reason,
                "until": self.notices.local(off.terms.until),
                "sensor": off.isHousehold
                    ? book.text("alerts.a_home") : sensor?.name(in: book.language) ?? off.subject,
            ]
            return (
                book.text("told.\(switching.rawValue)_title", values), book.text("told.\(switching.rawValue)", values)
            )
        }
    }

    /// Lets the worst value stay in the record of an alert about a momentary value.
    func seePeaks(_ measurement: Measurement, now: Instant) {
        guard measurement.isTimeKnown, case .level(let level) = measurement.figure,
            let sensor = state.sensors.sensor(measurement.sensor)
        else { return }
        for alert in state.alerts.open where alert.holds && alert.subject == sensor.id.rawValue {
            guard case .limit(let reference) = alert.cause, let limit = state.limits.limit(reference),
                case .instant = limit.rule,
                let value = MeterRoom.converted(level, from: sensor.unit, to: limit.unit)
            else { continue }
            perform(
                state.alerts.see(value, at: measurement.time, of: sensor.id, limit: reference), now: now)
        }
    }
}
