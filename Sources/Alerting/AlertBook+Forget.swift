import GatewayModel

extension AlertBook {
    /// Forgets a note that somebody left at an alert, or where `number` is nil why something was switched off.
    public mutating func forget(note: String, ofAlert number: Int?) {
        for id in Array(alerts.keys) where number == nil || alerts[id]?.number == number {
            alerts[id]?.forget(note: note)
        }
        guard number == nil else { return }
        for subject in Array(switchedOff.keys) { switchedOff[subject]?.forget(note: note) }
    }
}
