import GatewayModel

/// One alert as the report shows it: no names of persons, no household point.
public struct AlertRow: Hashable, Sendable {
    /// The number people say.
    public var number: Int
    /// Why it was raised.
    public var cause: AlertCause
    /// The shared point it was about; nil where it is a household's or not a point at all.
    public var sensor: Sensor?
    /// True where it was about a household's point.
    public var isHousehold: Bool
    /// How urgent.
    public var priority: Priority
    /// Since when.
    public var onset: Instant
    /// Seconds until the condition ended; nil while it holds.
    public var lasted: Int64?
    /// The value furthest past the bound; nil where there is none, and for a household's.
    public var worst: DecimalValue?
    /// When that was.
    public var worstAt: Instant?
    /// Seconds from finding it to the first answer by a person; nil where nobody answered.
    public var response: Int64?
    /// Where it is in its life.
    public var state: AlertState
    /// What came of it.
    public var outcome: AlertOutcome?
}

/// The alerts of a month.
public struct AlertReport: Hashable, Sendable {
    /// The alerts, by number.
    public var rows: [AlertRow]
    /// How many began in the month, by priority.
    public var counts: [Priority: Int]
    /// The number of the one that lasted longest; nil where none ended.
    public var longest: AlertRow?
    /// The median time to the first answer in seconds; nil where nobody answered any.
    public var medianResponse: Int64?
    /// How many a person answered.
    public var answered: Int
    /// How many are still open.
    public var open: Int

    /// Makes the report of alerts.
    init(_ facts: ReportFacts) {
        let sensors = Dictionary(
            facts.sensors.map { ($0.sensor.id, $0.sensor) }, uniquingKeysWith: { first, _ in first })
        rows = facts.alerts.sorted { $0.number < $1.number }.map { AlertRow($0, sensors: sensors) }
        counts = [:]
        for row in rows where CalendarMonth(of: facts.zone.date(at: row.onset)) == facts.month {
            counts[row.priority, default: 0] += 1
        }
        longest = rows.filter { $0.lasted != nil }.max { ($0.lasted ?? 0, $1.number) < ($1.lasted ?? 0, $0.number) }
        let responses = rows.compactMap(\.response).sorted()
        medianResponse = responses.isEmpty ? nil : responses[(responses.count - 1) / 2]
        answered = responses.count
        open = rows.count { $0.state != .closed }
    }
}

extension AlertRow {
    /// Leaves out whatever names a person or a household.
    init(_ alert: Alert, sensors: [SensorID: Sensor]) {
        let id = alert.transition?.sensor ?? SensorID(rawValue: alert.subject)
        let byName = sensors.values.sorted { $0.id < $1.id }
            .first { $0.names.values.contains(alert.subject) && !alert.subject.isEmpty }
        let found = sensors[id] ?? byName
        let namesPoint: Bool =
            switch alert.cause {
            case .limit: alert.transition?.sensor != nil
            case .box(let condition): condition == .sensorSilent
            }
        number = alert.number
        cause = alert.cause
        sensor = found?.visibility == .community ? found : nil
        // A point that nobody has declared shared counts as a household's.
        isHousehold = sensor == nil && (found != nil || namesPoint)
        priority = alert.priority
        onset = alert.onset
        // What a person ends, such as a test message by answering it, is over when it is closed.
        lasted = (alert.returnedAt ?? alert.closedAt).map { max(0, $0.milliseconds(since: alert.onset) / 1000) }
        worst = isHousehold || alert.isPrivate ? nil : alert.peak
        worstAt = worst == nil ? nil : alert.peakAt
        let first = alert.entries.first { [.taken, .declined, .seen].contains($0.kind) && $0.person != nil }
        response = first.map { max(0, $0.at.milliseconds(since: alert.detectedAt) / 1000) }
        state = alert.state
        outcome = alert.outcome
    }
}
