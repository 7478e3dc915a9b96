import GatewayModel

/// Too much at once: alarms that keep coming and going, and many alarms in a few minutes.
///
/// What protects people is neither damped nor put off.
extension AlertBook {
    /// Seconds that are looked back.
    static let window: Int64 = 600
    /// More onsets of one condition than this in the window: it keeps coming and going.
    static let mostOnsets = 3
    /// More alerts than this in the window: the further ones are told together.
    static let mostAlerts = 10
    /// Seconds for which further alerts are gathered before they are told together.
    static let gathering: Int64 = 120

    /// Looks whether an alert that was just raised can be told on its own; returns the kind of its notice.
    mutating func calm(_ alert: inout Alert, _ kind: String, now: Instant) -> String {
        let condition = AlertBook.condition(alert.cause, alert.subject)
        let begin = now.advanced(bySeconds: -AlertBook.window)
        onsets[condition] = (onsets[condition] ?? []).filter { $0 > begin } + [now]
        onsets = onsets.filter { $0.value.contains { $0 > begin } }
        guard alert.isUntold != true, alert.protects != .people, alert.cause != .box(.peopleAtRisk),
            alert.cause != .box(.testAlarm), alert.cause != .box(.handOver)
        else { return kind }
        let count = onsets[condition]?.count ?? 0
        if count > AlertBook.mostOnsets {
            alert.entries.append(AlertEntry(at: now, kind: .damped, note: "\(count)"))
            // The first one says that it keeps coming and going; the further ones are only recorded.
            if count == AlertBook.mostOnsets + 1 { return "alert.chattering" }
            alert.isUntold = true
            return kind
        }
        told = told.filter { $0 > begin } + [now]
        if told.count > AlertBook.mostAlerts, alert.details["visibility"] == nil {
            alert.isUntold = true
            alert.entries.append(AlertEntry(at: now, kind: .gathered))
        }
        return kind
    }

    /// Tells what was gathered, and what has stopped coming and going and still holds.
    mutating func tellGathered(now: Instant) -> [AlertAction] {
        var actions: [AlertAction] = []
        var gathered: [Alert] = []
        for alert in open where alert.isUntold == true && alert.holds {
            guard let reason = alert.entries.last(where: { [.damped, .gathered].contains($0.kind) }),
                alert.offUntil == nil, alert.coveredBy == nil
            else { continue }
            if reason.kind == .damped, now >= reason.at.advanced(bySeconds: AlertBook.window) {
                actions += resume(alert, .calmed, tells: true, now: now)
            } else if reason.kind == .gathered {
                gathered.append(alert)
            }
        }
        guard gathered.contains(where: { now >= $0.detectedAt.advanced(bySeconds: AlertBook.gathering) }) else {
            return actions
        }
        for var alert in gathered {
            alert.isUntold = nil
            alert.entries.append(AlertEntry(at: now, kind: .toldTogether))
            _ = call(&alert, now: now)
            keep(alert)
            actions.append(.store(alert))
        }
        let people = open.filter { $0.protects == .people && $0.holds && $0.details["visibility"] == nil }
        let others = gathered.filter { $0.protects != .people }
            .sorted { ($0.priority, $0.number) < ($1.priority, $1.number) }
        actions.append(.digest(people + others))
        return actions
    }
}
