import GatewayModel
import Metering
import Reporting
import Storage

/// What sensors measured in the last whole month, and what they would have with another sheet, device or time zone.
///
/// Both figures come from the raw readings in the same way, so that what differs is due to the change and to nothing else.
struct MeasuredMonth {
    private let store: Store
    private let sensors: SensorDirectory
    private let series: [SeriesRecord]
    private let asides: SetAsides
    private let zone: Zone
    private let month: CalendarMonth

    /// Prepares for the month before the one of `now`, by the days of `zone`.
    init(store: Store, zone: Zone, now: Instant) throws {
        self.store = store
        self.zone = zone
        sensors = try SensorDirectory(store)
        series = try store.series()
        asides = SetAsides(try store.setAsides())
        month = CalendarMonth(of: zone.date(at: now)).previous
    }

    /// The days of the month.
    var days: Int { month.dayCount }

    /// What another sheet means; without one nothing is measured any more.
    func effect(of old: Sensor, _ new: Sensor?) throws -> MeasuredEffect {
        let before = try figure(of: old.id, in: sensors)
        guard let new else { return MeasuredEffect(before: before, after: nil, ends: true) }
        // A reading was kept as unbelievable by the bounds of its time; other bounds may believe it.
        let after = try figure(of: new.id, in: sensors.supposing(new), formerBounds: old.plausible)
        return MeasuredEffect(before: before, after: after)
    }

    /// What another device means, as far as it was heard last month, wherever it hung then.
    func effect(of sensor: Sensor, boundTo binding: Binding) throws -> MeasuredEffect {
        let heard = series.filter { $0.key.device == binding.device && $0.channel == binding.channel }
        let before = try figure(of: sensor.id, in: sensors)
        guard !heard.isEmpty else { return MeasuredEffect(before: before, after: nil) }
        let directory = sensors.supposing(sensor, device: (binding, heard.lazy.compactMap(\.meter).first))
        return MeasuredEffect(before: before, after: try figure(of: sensor.id, in: directory, series: heard.map(\.id)))
    }

    /// What other bounds of days and months mean.
    func effect(of sensor: SensorID, otherZone: Zone) throws -> MeasuredEffect {
        MeasuredEffect(
            before: try figure(of: sensor, in: sensors), after: try figure(of: sensor, in: sensors, zone: otherZone))
    }

    /// What several sensors consumed together, in a unit; nil where one of them is not known.
    func use(of ids: [SensorID], in unit: Unit) throws -> DecimalValue? {
        try ids.reduce(DecimalValue.zero as DecimalValue?) { sum, id in
            guard let sum, case .use(let amount, let own, _, _) = try figure(of: id, in: sensors) else { return nil }
            return MeterRoom.converted(amount, from: own, to: unit).flatMap(sum.adding)
        }
    }

    /// The month's figure of a sensor; nil where nothing of it is known, or its readings are damaged.
    private func figure(
        of id: SensorID, in directory: SensorDirectory, series: [SeriesID]? = nil, zone: Zone? = nil,
        formerBounds: PlausibleLevel? = nil
    ) throws -> MeasuredEffect.Figure? {
        guard let sensor = directory.sensor(id) else { return nil }
        let zone = zone ?? self.zone
        if let computation = sensor.computed { return try figure(of: sensor, computation, in: directory, zone) }
        let (from, until) = (zone.start(of: month.firstDay), zone.start(of: month.next.firstDay))
        do {
            let uses = try DayUses(
                store: store, sensors: directory, zone: zone, supposed: series.map { [id: $0] } ?? [:])
            // Where days begin elsewhere, or another device is read, the meter that the day before left is another.
            let isOwn = series == nil && zone == self.zone
            let meter = isOwn ? try store.meter(of: id, before: month.firstDay)?.meter : nil
            if let use = try uses.day(of: id, from: from, until: until, meterBefore: meter)?.use {
                return .use(
                    amount: use.amount, unit: use.unit, measuredPermille: use.measuredPermille,
                    isLowerBound: use.isLowerBound)
            }
        } catch let error as StoreError where error.code == .corrupt {
            return nil
        }
        let query = ReadingQuery(series.map(ReadingQuery.Selection.series) ?? .sensors([id]), from: from, until: until)
        return try levels(of: sensor, query, formerBounds)
    }

    /// The consumption of a virtual sensor, from that of its parts.
    private func figure(
        of whole: Sensor, _ computation: Computation, in directory: SensorDirectory, _ zone: Zone
    ) throws -> MeasuredEffect.Figure? {
        var parts: [(sensor: Sensor, amount: DecimalValue?)] = []
        var measured = 0
        var isLowerBound = false
        for part in computation.parts.compactMap({ directory.sensor($0) }) {
            guard
                case .use(let amount, _, let permille, let isBound) = try figure(of: part.id, in: directory, zone: zone)
            else {
                parts.append((part, nil))
                continue
            }
            parts.append((part, amount))
            measured += permille
            isLowerBound = isLowerBound || isBound
        }
        return ComputedRoom.use(of: whole, parts: parts).map {
            .use(
                amount: $0.amount, unit: whole.unit, measuredPermille: measured / max(1, computation.parts.count),
                isLowerBound: isLowerBound || !$0.isWhole)
        }
    }

    /// The levels that are believed by the sheet's bounds.
    private func levels(
        of sensor: Sensor, _ query: ReadingQuery, _ formerBounds: PlausibleLevel?
    ) throws -> MeasuredEffect.Figure? {
        let records = Dictionary(series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var (low, high, sum): (DecimalValue?, DecimalValue?, DecimalValue) = (nil, nil, .zero)
        var (last, formerLast): ((value: DecimalValue, time: Instant)?, (value: DecimalValue, time: Instant)?)
        var count: Int64 = 0
        try store.readings(query) { stored in
            let time = stored.time.instant
            guard let record = records[stored.series], record.kind == .gauge, !asides.contain(sensor.id, at: time),
                let value = MeterRoom.converted(stored.value, from: record.unit, to: sensor.unit)
            else { return }
            if stored.isTrusted {
                formerLast = (value, time)
            } else {
                // What was not believed for another reason than the bounds is not believed now.
                guard formerBounds?.allows(value, at: time, after: formerLast) == false else { return }
            }
            guard sensor.plausible?.allows(value, at: time, after: last) ?? true, let next = sum.adding(value) else {
                return
            }
            last = (value, time)
            (low, high, sum, count) = (min(low ?? value, value), max(high ?? value, value), next, count + 1)
        }
        guard let low, let high, count > 0, let mean = sum.multiplied(byRatio: 1, count)?.rounded(places: 6) else {
            return nil
        }
        return .levels(low: low, high: high, mean: mean, unit: sensor.unit)
    }
}
