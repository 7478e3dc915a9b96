import GatewayModel

/// Checks measurements against the limits in force, one after another; a value without a clock.
///
/// The same measurements and ticks give the same transitions however they are batched, and after a restart when the
/// stored measurements are replayed. Late measurements wake nobody about the past.
public struct LimitEngine: Sendable {
    struct Watch: Hashable, Sendable {
        var limit: LimitReference
        var sensor: SensorID

        /// The limit's own name would cost as much again, and few limits of one decision measure one sensor.
        func hash(into hasher: inout Hasher) {
            hasher.combine(limit.resolution)
            hasher.combine(sensor)
        }
    }

    private(set) var limits: [LimitReference: LimitInForce] = [:]
    /// The same, in the order in which they are judged.
    private(set) var ordered: [LimitInForce] = []
    /// The limits that measure a sensor, in order.
    private var bySensor: [SensorID: [LimitInForce]] = [:]
    private(set) var units = SensorUnits([])
    var instants: [Watch: InstantState] = [:]
    /// Where the clock alone can change something: a delay runs. Most of the time there is none.
    var delayed: [LimitReference: Set<SensorID>] = [:]
    var budgets: [LimitReference: BudgetState] = [:]
    var silences: [Watch: Bool] = [:]
    /// What watches the other rules, and what of theirs is raised.
    var watches: [LimitReference: any RuleWatch] = [:]
    var raised: [LimitReference: [SensorID?: LimitTransition]] = [:]
    var lastSeen: [SensorID: Instant]
    let zone: Zone
    let startedAt: Instant
    private var day: LocalDay

    /// Makes an engine; `lastSeen` comes from stored readings, and `startedAt` gives silent sensors one more chance.
    public init(
        limits: [LimitInForce], sensors: [Sensor], zone: Zone, lastSeen: [SensorID: Instant], startedAt: Instant
    ) {
        self.zone = zone
        self.lastSeen = lastSeen
        self.startedAt = startedAt
        day = LocalDay(containing: startedAt, zone: zone)
        setSensors(sensors)
        setLimits(limits)
    }

    /// Takes over another set of limits; what is known of unchanged ones stays.
    public mutating func setLimits(_ list: [LimitInForce]) {
        let alarming = list.filter { $0.standing != .lapsed }
        limits = Dictionary(alarming.map { ($0.reference, $0) }, uniquingKeysWith: { first, _ in first })
        ordered = limits.values.sorted { $0.reference < $1.reference }
        bySensor = [:]
        for entry in alarming {
            for sensor in entry.limit.sensors { bySensor[sensor, default: []].append(entry) }
            if case .budget(_, let period, _, _) = entry.limit.rule, budgets[entry.reference] == nil,
                let start = period.start(containing: day.date)
            {
                budgets[entry.reference] = BudgetState(start: start)
            }
            if watches[entry.reference] == nil { watches[entry.reference] = RuleWatches.make(entry.limit.rule) }
        }
        instants = instants.filter { limits[$0.key.limit] != nil }
        delayed = delayed.filter { limits[$0.key] != nil }
        budgets = budgets.filter { limits[$0.key] != nil }
        silences = silences.filter { limits[$0.key.limit] != nil }
        watches = watches.filter { limits[$0.key] != nil }
        raised = raised.filter { limits[$0.key] != nil }
    }

    /// This engine with its limits on momentary values alone, for while nobody knows the date.
    public func watchingLevelsOnly() -> LimitEngine {
        var engine = self
        engine.setLimits(
            limits.values.filter { entry in if case .instant = entry.limit.rule { true } else { false } })
        return engine
    }

    /// Takes over another list of sensors, for their units.
    public mutating func setSensors(_ list: [Sensor]) {
        units = SensorUnits(list)
    }

    /// The limit of that name, nil where it is not in force.
    public func limit(_ reference: LimitReference) -> Limit? {
        limits[reference]?.limit
    }

    /// Checks a measurement and returns what changed.
    public mutating func receive(_ measurement: Measurement, now: Instant) -> [LimitTransition] {
        see(measurement, now: now, isReplay: false)
    }

    /// Takes a measurement that was checked before, after a restart; says nothing.
    public mutating func replay(_ measurement: Measurement) {
        _ = see(measurement, now: measurement.time, isReplay: true)
    }

    /// Takes what is raised already and was told; nothing is said of it again.
    public mutating func restore(raised: [LimitTransition]) {
        for transition in raised {
            guard let entry = limits[transition.limit] else { continue }
            switch entry.limit.rule {
            case .instant:
                guard let sensor = transition.sensor else { continue }
                let watch = Watch(limit: transition.limit, sensor: sensor)
                var state = instants[watch] ?? InstantState()
                let wasDelayed = state.isDelayed
                (state.raisedAt, state.outsideSince) = (transition.onset, transition.onset)
                keep(state, of: watch, wasDelayed: wasDelayed)
            case .budget: budgets[transition.limit]?.isTold = true
            case .silence:
                guard let sensor = transition.sensor else { continue }
                silences[Watch(limit: transition.limit, sensor: sensor)] = true
            default: restore(transition)
            }
        }
    }

    private mutating func restore(_ transition: LimitTransition) {
        raised[transition.limit, default: [:]][transition.sensor] = transition
        watches[transition.limit]?.restore(raised: transition)
    }

    /// Takes what was told of the running periods of budgets, also where a person has closed the alert since.
    public mutating func restore(told: [LimitTransition]) {
        var last: [LimitReference: [SensorID?: LimitTransition]] = [:]
        for transition in told {
            if watches[transition.limit] != nil
                || limits[transition.limit].map({ DayRules.isOnDays($0.limit.rule) }) == true
            {
                last[transition.limit, default: [:]][transition.sensor] = transition
            }
            guard var state = budgets[transition.limit], transition.onset == zone.start(of: state.start) else {
                continue
            }
            switch transition.change {
            case .raised: state.isRaised = true
            case .warned(let percent): state.warned = max(state.warned, percent)
            case .returned: continue
            }
            budgets[transition.limit] = state
        }
        // Also where a person has closed the alert since: what goes on is not told anew.
        for transition in last.values.flatMap(\.values) where transition.change == .raised { restore(transition) }
    }

    /// Takes consumption of whole days that were computed from stored readings, in the sensors' units.
    public mutating func restore(dayUse: [(SensorID, CalendarDate, DecimalValue)]) {
        for (sensor, date, amount) in dayUse {
            for reference in (bySensor[sensor] ?? []).map(\.reference) {
                guard let start = budgets[reference]?.start, date >= start else { continue }
                addUse(amount, of: sensor, to: reference)
            }
        }
    }

    /// Takes over what another engine counted anew; levels and silences are watched on as they were.
    public mutating func takeBudgets(from other: LimitEngine) {
        for (reference, state) in other.budgets where limits[reference] != nil { budgets[reference] = state }
    }

    private mutating func see(_ measurement: Measurement, now: Instant, isReplay: Bool) -> [LimitTransition] {
        let isNewest = lastSeen[measurement.sensor].map { measurement.time >= $0 } ?? true
        if isNewest { lastSeen[measurement.sensor] = measurement.time }
        guard let entries = bySensor[measurement.sensor] else { return [] }
        var changes: [LimitTransition] = []
        for entry in entries where applies(entry.limit, at: measurement.time) {
            switch (entry.limit.rule, measurement.figure) {
            case (.instant, .level(let value)):
                guard measurement.isTimeKnown, isNewest || isReplay else { continue }
                changes += seeLevel(value, measurement, entry, now: now, isReplay: isReplay)
            case (.budget, .use(let amount, _)):
                changes += seeUse(amount, measurement, entry, now: now, isReplay: isReplay)
            case (.silence, _):
                guard isNewest else { continue }
                changes += endSilence(measurement, entry, now: now, isReplay: isReplay)
            default: changes += watch(measurement, entry, isNewest: isNewest, now: now, isReplay: isReplay)
            }
        }
        return changes
    }

    /// The local day of an instant; looks into the zone's rules only when the day changes.
    mutating func date(of instant: Instant) -> CalendarDate {
        if !day.contains(instant) { day = LocalDay(containing: instant, zone: zone) }
        return day.date
    }

}

/// The units of sensors, for whoever compares their values; a value.
struct SensorUnits: Sendable {
    private let units: [SensorID: Unit]

    init(_ sensors: [Sensor]) {
        units = Dictionary(sensors.map { ($0.id, $0.unit) }, uniquingKeysWith: { first, _ in first })
    }

    /// A value in another unit; nil where the units do not fit.
    func converted(_ value: DecimalValue, of sensor: SensorID, to unit: Unit) -> DecimalValue? {
        guard let source = units[sensor] else { return nil }
        return source == unit ? value : value.converted(from: source, to: unit)
    }

    /// A piece of evidence in the sensor's own unit.
    func evidence(_ value: DecimalValue, _ measurement: Measurement) -> Measurement.Evidence {
        Measurement.Evidence(
            sensor: measurement.sensor, time: measurement.time, value: value,
            unit: units[measurement.sensor] ?? .unknown)
    }
}

/// A local day with its first instant and the next day's.
struct LocalDay: Sendable {
    let date: CalendarDate
    private let from: Instant
    private let until: Instant

    init(containing instant: Instant, zone: Zone) {
        date = zone.date(at: instant)
        from = zone.start(of: date)
        until = zone.start(of: date.adding(days: 1))
    }

    func contains(_ instant: Instant) -> Bool { from <= instant && instant < until }
}
