import GatewayModel

/// Where figures are missing.
public struct GapReport: Hashable, Sendable {
    /// One shared point with days without figures.
    public struct Row: Hashable, Sendable {
        /// The point.
        public var sensor: Sensor
        /// Days without a figure.
        public var missingDays: Int
        /// The longest run of them.
        public var longestGap: Int
    }

    /// Shared points with gaps, by name.
    public var rows: [Row]
    /// How many household points have gaps; never which.
    public var householdPoints: Int
    /// How many points there are.
    public var points: Int
    /// Meter questions that wait for an answer at shared points, by point and time.
    public var meterQuestions: [MeterEvent]
    /// How many wait at household points.
    public var householdQuestions: Int

    /// One time in which a shared point's readings were set aside.
    public struct Aside: Hashable, Sendable {
        /// The point.
        public var sensor: Sensor
        /// When and why.
        public var facts: SetAsideFacts
    }

    /// Times in which readings of shared points were set aside, by point and time; of households none are named.
    public var asides: [Aside]

    /// Finds the gaps of the days that are over.
    init(_ facts: ReportFacts, dates: [CalendarDate]) {
        rows = []
        householdPoints = 0
        points = facts.sensors.count
        for month in facts.sensors.sorted(by: { $0.sensor.id < $1.sensor.id }) {
            let counted = Set(month.uses.filter { $0.amount != nil }.map(\.date))
            // Rain, and a meter that is watched as a condition, are counted too, though they are no consumption.
            let known = month.isMeter ? counted : counted.union(month.gauges.map(\.date))
            // Nothing is missing before the point was there; brought-along history may be older than that.
            let first = [month.since, known.min()].compactMap { $0 }.min()
            var run = 0
            var longest = 0
            var missing = 0
            for date in dates where month.sensor.rhythm?.isExpected(on: date) != false {
                if month.since != nil, let first, date < first { continue }
                run = known.contains(date) ? 0 : run + 1
                longest = max(longest, run)
                if run > 0 { missing += 1 }
            }
            guard missing > 0 else { continue }
            if month.sensor.visibility == .community {
                rows.append(Row(sensor: month.sensor, missingDays: missing, longestGap: longest))
            } else {
                householdPoints += 1
            }
        }
        let community = Dictionary(
            facts.sensors.filter { $0.sensor.visibility == .community }.map { ($0.sensor.id, $0.sensor) },
            uniquingKeysWith: { first, _ in first })
        asides = facts.setAside.compactMap { entry in
            community[entry.sensor].map { Aside(sensor: $0, facts: entry) }
        }.sorted { ($0.sensor.id, $0.facts.from) < ($1.sensor.id, $1.facts.from) }
        let shared = Set(facts.sensors.filter { $0.sensor.visibility == .community }.map(\.sensor.id))
        let open = facts.openMeterEvents.filter { $0.state == .proposed }
        meterQuestions = open.filter { shared.contains($0.sensor) }
            .sorted { ($0.sensor, $0.at) < ($1.sensor, $1.at) }
        householdQuestions = open.count { !shared.contains($0.sensor) }
    }
}
