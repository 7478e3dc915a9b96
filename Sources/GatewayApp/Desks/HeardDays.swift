import GatewayModel
import Limits
import Reporting
import Storage

/// On which of the tried days sensors were heard at all: days that the report does not know either.
struct HeardDays {
    private let zone: Zone
    private let through: CalendarDate
    private let dates: [CalendarDate]
    private var heard: [SensorID: Set<CalendarDate>] = [:]
    /// The measured part of days with levels, in thousandths.
    private var measured: [SensorID: [CalendarDate: Int]] = [:]
    /// Days without a row of each sensor: they were not counted yet, or not measured.
    private let open: Set<CalendarDate>
    /// Since when sensors are waited for that were not heard before the first of these days; earlier where they were heard.
    private var expected: [SensorID: Instant]
    private var day: (range: Range<Instant>, date: CalendarDate, isOpen: Bool)?

    init(_ run: TrialRun, of sensors: [Sensor], expected: [SensorID: Instant]) throws {
        self.expected = expected
        (zone, through) = (run.zone, run.through)
        let count = max(0, run.through.daysSinceEpoch - run.from.daysSinceEpoch)
        dates = (0...count).map { run.from.adding(days: Int($0)) }
        let days = ComputedDays(store: run.store, sensors: run.sensors)
        let gauges = try GaugeDays(store: run.store)
        for sensor in sensors {
            let uses = try days.dayUse(of: sensor, from: run.from, through: run.through).map(\.date)
            let levels = try gauges.figures(of: sensor, from: run.from, through: run.through)
            // A weekend of a sensor with office hours is no gap: nobody expects it then.
            let idle = dates.filter { sensor.rhythm?.isExpected(on: $0) == false }
            heard[sensor.id] = Set(uses + levels.map(\.date) + idle)
            measured[sensor.id] = Dictionary(
                levels.map { ($0.date, $0.coverage.permille) }, uniquingKeysWith: { first, _ in first })
        }
        let known = heard
        open = Set(dates.filter { date in known.values.contains { !$0.contains(date) } })
    }

    /// Takes what is read of days that were not counted yet.
    mutating func note(_ measurement: Measurement) {
        if let since = expected[measurement.sensor], measurement.time < since {
            expected[measurement.sensor] = measurement.time
        }
        if day?.range.contains(measurement.time) != true {
            let date = zone.date(at: measurement.time)
            let range = zone.start(of: date)..<zone.start(of: date.adding(days: 1))
            day = (range, date, open.contains(date))
        }
        if let day, day.isOpen { heard[measurement.sensor]?.insert(day.date) }
    }

    /// Enters the days of which nothing is known; where silence is what is measured, those on which nobody listened yet.
    func mark(_ trial: inout Trial) {
        let limit = trial.limit
        if case .silence = limit.rule {
            for since in limit.sensors.compactMap({ expected[$0] }) {
                let begin = zone.date(at: since)
                trial.unknownDays.formUnion(dates.filter { $0 < begin && limit.counts(on: $0) })
            }
            return
        }
        let missing = limit.sensors.reduce(into: [SensorID: Set<CalendarDate>]()) { missing, sensor in
            var days = open.filter { heard[sensor]?.contains($0) != true }
            // A day of which too little was measured shows what began on it, and nothing else.
            if let least = limit.leastMeasured {
                for (date, part) in measured[sensor] ?? [:] where part < least { days.insert(date) }
            }
            if !days.isEmpty { missing[sensor] = days }
        }
        guard !missing.isEmpty else { return }
        for days in missing.values { trial.unknownDays.formUnion(days.filter(limit.counts)) }
        for index in trial.episodes.indices {
            let episode = trial.episodes[index]
            let whose = episode.sensor.map { [$0] } ?? limit.sensors
            guard whose.allSatisfy({ missing[$0] != nil }) else { continue }
            trial.episodes[index].gaps = Set(
                episode.days(through: through, zone: zone).filter { date in
                    if limit.leastMeasured != nil, date == zone.date(at: episode.from) { return false }
                    return whose.allSatisfy { missing[$0]?.contains(date) == true }
                })
        }
    }
}
