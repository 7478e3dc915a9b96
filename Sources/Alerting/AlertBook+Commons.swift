import GatewayModel

extension AlertBook {
    /// A household's alert concerns everybody from now on: the commons loses what runs away there. The stewards hear of
    /// it, and go on hearing.
    public mutating func concernCommons(_ id: String, now: Instant) -> [AlertAction] {
        guard var alert = alerts[id], alert.holds, AlertBook.audience(of: alert) == .person else { return [] }
        alert.details[Alert.commons] = "true"
        alert.entries.append(AlertEntry(at: now, kind: .toldStewards))
        let persons = alert.state == .raised ? call(&alert, now: now) : nil
        keep(alert)
        return [
            .store(alert),
            .record(kind: "alert.told_stewards", facts: ["alert": "\(alert.number)"], erasable: [:]),
            .notify(NoticeDraft(kind: "alert.raised", alert: alert, audience: .stewards, persons: persons)),
        ]
    }
}
