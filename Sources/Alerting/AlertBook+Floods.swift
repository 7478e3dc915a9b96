import GatewayModel

/// Too much at once: alarms that keep coming and going, and many alarms in a few minutes.
///
/// What protects people is neither damped nor put off.
extension AlertBook {
    /// Seconds that are looked back.
    public static let window: Int64 = 600
    /// More onsets of one condition than this in the window: it keeps coming and going.
    static let mostOnsets = 3
    /// More alerts than this in the window: the further ones are told together.
    static let mostAlerts = 10
    /// Seconds for which further alerts are gathered before they are told together.
    static let gathering: Int64 = 120

    /// Goes on with what was raised before a start: `recent` are the alerts of the last ``window``, open or closed.
    ///
    /// Every onset is a record of its own, so that the records are all that is needed.
    public mutating func remember(_ recent: [Alert]) {
        for alert in recent.sorted(by: { ($0.detectedAt, $0.number) < ($1.detectedAt, $1.number) }) {
            onsets[AlertBook.condition(alert.cause, alert.subject), default: []].append(alert.detectedAt)
            // What rested from the start, and what came and went too often, was told to nobody.
            let atOnset = alert.entries.prefix { $0.at == alert.detectedAt }.map(\.kind)
            guard AlertBook.canBeCalmed(alert),
                Set(atOnset).isDisjoint(with: [.damped, .switchedOff, .covered])
            else { continue }
            told.append(alert.detectedAt)
        }
    }

    /// What protects people, and what a person waits for, is told on its own whatever else happens.
    private static func canBeCalmed(_ alert: Alert) -> Bool {
        if case .box(let condition) = alert.cause, condition.protects == .people { return false }
        return alert.protects != .people && ![.box(.testAlarm), .box(.handOver)].contains(alert.cause)
    }

    /// Looks whether an alert that was just raised can be told on its own; returns the kind of its notice.
    mutating func calm(_ alert: inout Alert, _ kind: String, now: Instant) -> String {
        let condition = AlertBook.condition(alert.cause, alert.subject)
        let begin = now.advanced(bySeconds: -AlertBook.window)
        // A time in the future is one of a clock that was wrong.
        func isRecent(_ time: Instant) -> Bool { time > begin && time <= now }
        onsets[condition] = (onsets[condition] ?? []).filter(isRecent) + [now]
        onsets = onsets.filter { $0.value.contains(where: isRecent) }
        guard alert.isUntold != true, AlertBook.canBeCalmed(alert) else { return kind }
        let count = onsets[condition]?.count ?? 0
        if count > AlertBook.mostOnsets {
            alert.entries.append(AlertEntry(at: now, kind: .damped, note: "\(count)"))
            // The first one says that it keeps coming and going; the further ones are only recorded.
            if count == AlertBook.mostOnsets + 1 { return "alert.chattering" }
            alert.isUntold = true
            return kind
        }
        told = told.filter(isRecent) + [now]
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
        // Each alert calls whom it would have called alone, and is heard by whom it would have been heard.
        var drafts: [NoticeDraft] = []
        for var alert in gathered {
            alert.isUntold = nil
            alert.entries.append(AlertEntry(at: now, kind: .toldTogether))
            let persons = call(&alert, now: now)
            keep(alert)
            drafts.append(
                NoticeDraft(kind: "alert.raised", alert: alert, audience: AlertBook.circle(of: alert), persons: persons)
            )
            actions.append(.store(alert))
        }
        let ids = Set(gathered.map(\.id))
        let people = open.filter {
            protectsPeople($0) && $0.holds && $0.details["visibility"] == nil && !ids.contains($0.id)
        }
        let forPeople = drafts.filter { protectsPeople($0.alert) }
        let others = drafts.filter { !protectsPeople($0.alert) }
        func urgent(_ drafts: [NoticeDraft]) -> [NoticeDraft] {
            drafts.sorted { ($0.alert.priority, $0.alert.number) < ($1.alert.priority, $1.alert.number) }
        }
        actions.append(.digest(urgent(forPeople) + urgent(others), beside: people))
        return actions
    }
}
