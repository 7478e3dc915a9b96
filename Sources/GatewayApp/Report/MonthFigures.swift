import GatewayModel
import Metering
import Reporting
import Storage

/// Gathers a month's figures per sensor from day rows, and from raw readings where a day row is missing or stale.
struct MonthFigures {
    let store: Store
    let sensors: SensorDirectory
    let zone: Zone
    /// The first day that is not over yet.
    let today: CalendarDate
    private let series: [SeriesID: SeriesRecord]
    private let decisions: [MeterDecision]
    private let asides: SetAsides

    init(store: Store, zone: Zone, now: Instant) throws {
        self.store = store
        self.zone = zone
        sensors = try SensorDirectory(store)
        decisions = try store.meterDecisions()
        asides = SetAsides(try store.setAsides())
        today = zone.date(at: now)
        series = Dictionary(try store.series().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Every sensor's month; days without a figure are left out.
    func sensorMonths(_ month: CalendarMonth) throws -> [SensorMonth] {
        let gauges = try GaugeDays(store: store)
        let declared = try store.sensorsDeclared()
        return try sensors.all.map { sensor in
            SensorMonth(
                sensor: sensor, uses: try uses(of: sensor, in: month),
                gauges: try gauges.figures(of: sensor, from: month.firstDay, through: month.lastDay),
                since: declared[sensor.id].map { zone.date(at: $0) })
        }
    }

    /// What the meters counted in a month, and nothing of gauges: enough for the totals of a long time ago.
    func meterMonths(_ month: CalendarMonth) throws -> [SensorMonth] {
        try sensors.all.filter { SensorMonth(sensor: $0).isMeter }.map { sensor in
            SensorMonth(sensor: sensor, uses: try uses(of: sensor, in: month))
        }
    }

    private func uses(of sensor: Sensor, in month: CalendarMonth) throws -> [DayUseFigure] {
        let stored = try ComputedDays(store: store, sensors: sensors)
            .dayUse(of: sensor, from: month.firstDay, through: month.lastDay)
        let fresh = Dictionary(stored.filter { !$0.isStale }.map { ($0.date, $0.use) }, uniquingKeysWith: { $1 })
        let dayUses = try DayUses(store: store, sensors: sensors, zone: zone)
        return try month.days.filter { $0 <= today }.compactMap { date in
            let from = zone.start(of: date)
            let until = zone.start(of: date.adding(days: 1))
            func computed() throws -> DayUse? {
                let meter = try store.meter(of: sensor.id, before: date)?.meter
                return try dayUses.day(of: sensor.id, from: from, until: until, meterBefore: meter)?.use
            }
            guard let use = try fresh[date] ?? computed(),
                let amount = MeterRoom.converted(use.amount, from: use.unit, to: sensor.unit)
            else { return nil }
            // An open question or readings set aside make a day a lower bound, however many readings came.
            let measured = use.isLowerBound ? min(999, use.measuredPermille) : use.measuredPermille
            return DayUseFigure(
                date: date, amount: amount, coverage: Coverage(measured: measured, expected: 1000),
                isLowerBound: use.isLowerBound, carried: use.carried(in: sensor.unit))
        }
    }

    /// Consumption per local hour of one register, in the sensor's unit, by the hour's first instant.
    func hourlyUse(of sensor: Sensor, from: Instant, until: Instant) throws -> [Instant: DecimalValue] {
        var room = MeterRoom(decisions: decisions, zone: zone)
        var hours: [Instant: DecimalValue] = [:]
        try store.readings(ReadingQuery(.sensors([sensor.id]), from: from, until: until)) { stored in
            guard stored.isTrusted, !asides.contain(sensor.id, at: stored.time.instant),
                let record = series[stored.series]
            else { return }
            let (measurements, _) = room.receive(Reading(stored, of: record), of: sensor)
            for measurement in measurements {
                guard case .use(let use, let since) = measurement.figure,
                    measurement.time.milliseconds(since: since) <= 3_600_000
                else { continue }
                let hour = Instant(
                    milliseconds: (measurement.time.milliseconds - 1).flooredDivision(by: 3_600_000) * 3_600_000)
                hours[hour] = (hours[hour] ?? .zero).adding(use)
            }
        }
        return hours
    }

    /// Production and load per hour, where every register of the grid connection reported in that hour.
    func energyIntervals(_ month: CalendarMonth) throws -> [EnergyInterval] {
        let from = zone.start(of: month.firstDay)
        let until = zone.start(of: month.next.firstDay)
        func hours(_ role: SensorRole) throws -> [[Instant: DecimalValue]] {
            try sensors.all.filter { $0.resource == "energy" && $0.quantity == "energy" && $0.role == role }
                .map { try hourlyUse(of: $0, from: from, until: until) }
        }
        let produced = try hours(.production)
        let imported = try hours(.input)
        let exported = try hours(.output)
        guard !produced.isEmpty, !imported.isEmpty else { return [] }
        func sum(_ parts: [[Instant: DecimalValue]], at hour: Instant) -> DecimalValue? {
            parts.reduce(DecimalValue?.some(.zero)) { total, part in
                total.flatMap { t in part[hour].flatMap { t.adding($0) } }
            }
        }
        return produced[0].keys.sorted().compactMap { hour in
            guard let production = sum(produced, at: hour), let input = sum(imported, at: hour),
                let output = sum(exported, at: hour), let available = production.adding(input),
                let load = available.subtracting(output), load >= .zero
            else { return nil }
            return EnergyInterval(start: hour, seconds: 3600, production: production, load: load)
        }
    }

    /// The flow between 2 and 4 o'clock of each night, in L/h, over all registers that feed the water system.
    func nightlyFlows(_ month: CalendarMonth) throws -> [DecimalValue] {
        let meters = sensors.all.filter { $0.resource == "water" && $0.quantity == "volume" && $0.role == .input }
        guard !meters.isEmpty else { return [] }
        let hours = try meters.map {
            try hourlyUse(of: $0, from: zone.start(of: month.firstDay), until: zone.start(of: month.next.firstDay))
        }
        return month.days.compactMap { date in
            let night = zone.start(of: date).advanced(bySeconds: 2 * 3600)
            var least: DecimalValue?
            for hour in [night, night.advanced(bySeconds: 3600)] {
                var flow = DecimalValue.zero
                for (meter, uses) in zip(meters, hours) {
                    guard let use = uses[hour]?.converted(from: meter.unit, to: Unit("L")),
                        let total = flow.adding(use)
                    else { return nil }
                    flow = total
                }
                least = min(least ?? flow, flow)
            }
            return least
        }
    }
}
