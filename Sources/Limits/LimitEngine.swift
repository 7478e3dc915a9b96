import GatewayModel

/// Checks measurements against the limits in force, one after another; a value without a clock.
///
/// The same measurements and ticks give the same transitions however they are batched, and after a restart when the
/// stored measurements are replayed. Late measurements wake nobody about the past.
public struct LimitEngine: Sendable {
    /// What is known of a sensor, and the limits that measure it.
    private struct Seat: Sendable {
        var lastSeen: Instant?
        /// Since when it is waited for, where it was never heard; nil where the engine's start says it.
        var expected: Instant?
        /// By the order of the limits: the limit's number and the sensor's place in it.
        var uses: [(limit: Int, place: Int)] = []
    }

    /// The limits in the order in which they are judged; a limit's number is its place in this list and in those below.
    private(set) var judged: [JudgedLimit] = []
    private var numbers: [LimitReference: Int] = [:]
    private var seats: [Seat] = []
    private var seatNumbers: [SensorID: Int] = [:]
    private var units: [SensorID: Unit]
    private var rhythms: [SensorID: Rhythm]
    /// Of limits on momentary values, by their sensors' places.
    var instants: [[InstantState]] = []
    /// Where the clock alone can change something: a delay runs. Most of the time there is none.
    var delayed: [Set<Int>] = []
    var budgets: [BudgetState?] = []
    /// Of limits on silence, by their sensors' places: true where it was told.
    var silences: [[Bool]] = []
    /// What watches the other rules, and what of theirs is raised.
    var watches: [(any RuleWatch)?] = []
    /// Before these instants the clock changes nothing of what is watched.
    var rests: [Instant] = []
    /// When the clock was last asked; where it goes back, all is judged anew.
    var ticked = Instant.min
    var raised: [LimitReference: [SensorID?: LimitTransition]] = [:]
    /// What is open from periods that were over before a restart.
    var overdue: [LimitTransition] = []
    /// When the clock alone can change something of each limit; beside the limits, since every tick asks it of all.
    private(set) var clocks: [JudgedLimit.Clock] = []
    /// Whether limits with seasons, days or hours count just now, for as long as that stays so.
    var counting: [CountSpan?] = []
    /// True where a limit does not count just now, and what was known of it is forgotten already.
    var released: [Bool] = []
    /// Limits that came since what is stored was last taken: they have not seen what was measured before.
    private var newcomers: Set<LimitReference> = []
    let zone: Zone
    let startedAt: Instant
    /// When the broker came back after nobody could be heard; nil where that was before the start.
    var brokerBackAt: Instant?
    var day: LocalDay

    /// Makes an engine; `lastSeen` comes from stored readings, and `startedAt` gives silent sensors one more chance.
    ///
    /// Sensors that were never heard are waited for since `expected`, or else since the start.
    public init(
        limits: [LimitInForce], sensors: [Sensor], zone: Zone, lastSeen: [SensorID: Instant], startedAt: Instant,
        expected: [SensorID: Instant] = [:]
    ) {
        self.zone = zone
        self.startedAt = startedAt
        day = LocalDay(containing: startedAt, zone: zone)
        units = LimitEngine.units(of: sensors)
        rhythms = LimitEngine.rhythms(of: sensors)
        for (sensor, time) in lastSeen { seats[seat(of: sensor)].lastSeen = time }
        for (sensor, time) in expected { seats[seat(of: sensor)].expected = time }
        setLimits(limits)
        newcomers = []
    }

    /// Takes over another set of limits; what is known of unchanged ones stays.
    public mutating func setLimits(_ list: [LimitInForce]) {
        let before = self
        var seen: Set<LimitReference> = []
        let alarming = list.filter { $0.standing != .lapsed && seen.insert($0.reference).inserted }
        judged = alarming.sorted { $0.reference < $1.reference }.enumerated().map { number, entry in
            JudgedLimit(entry, number: number, units: units, rhythms: rhythms, zone: zone)
        }
        numbers = Dictionary(judged.map { ($0.reference, $0.number) }, uniquingKeysWith: { first, _ in first })
        for place in seats.indices { seats[place].uses = [] }
        for limit in judged {
            for (place, sensor) in limit.sensors.enumerated() {
                seats[seat(of: sensor)].uses.append((limit.number, place))
            }
        }
        let known = judged.map { limit -> Int? in
            before.numbers[limit.reference].flatMap { before.judged[$0].sensors == limit.sensors ? $0 : nil }
        }
        instants = judged.map { limit in
            known[limit.number].map { before.instants[$0] }
                ?? Array(repeating: InstantState(), count: limit.sensors.count)
        }
        counting = judged.map { _ in nil }
        clocks = judged.map(\.clock)
        delayed = known.map { $0.map { before.delayed[$0] } ?? [] }
        silences = judged.map { limit in
            known[limit.number].map { before.silences[$0] } ?? Array(repeating: false, count: limit.sensors.count)
        }
        watches = judged.map { limit in
            known[limit.number].flatMap { before.watches[$0] }
                ?? RuleWatches.make(limit.limit.rule, sensors: limit.sensors.count)
        }
        judgeAnew()
        budgets = judged.map { limit in
            if let state = known[limit.number].flatMap({ before.budgets[$0] }) { return state }
            guard case .budget(_, let period, _, _) = limit.limit.rule else { return nil }
            return period.start(containing: day.date).map { BudgetState(start: $0, sensors: limit.sensors.count) }
        }
        raised = raised.filter { numbers[$0.key] != nil }
        overdue.removeAll { numbers[$0.limit] == nil }
        newcomers.formIntersection(numbers.keys)
        for limit in judged where known[limit.number] == nil { newcomers.insert(limit.reference) }
    }

    /// True where limits came that have not seen what was measured before, until ``takeCounts(from:)``.
    public var hasNewcomers: Bool { !newcomers.isEmpty }

    /// This engine with its limits on momentary values alone, for while nobody knows the date.
    public func watchingLevelsOnly() -> LimitEngine {
        var engine = self
        engine.setLimits(
            judged.map(\.entry).filter { entry in if case .instant = entry.limit.rule { true } else { false } })
        return engine
    }

    /// Takes over another list of sensors, for their units.
    public mutating func setSensors(_ list: [Sensor]) {
        units = LimitEngine.units(of: list)
        rhythms = LimitEngine.rhythms(of: list)
        setLimits(judged.map(\.entry))
    }

    /// The limit of that name, nil where it is not in force.
    public func limit(_ reference: LimitReference) -> Limit? {
        found(reference)?.limit
    }

    func found(_ reference: LimitReference) -> JudgedLimit? {
        numbers[reference].map { judged[$0] }
    }

    /// When a sensor was last heard; nil where it never was.
    func lastSeen(_ sensor: SensorID) -> Instant? {
        seatNumbers[sensor].flatMap { seats[$0].lastSeen }
    }

    /// Since when a sensor is silent: since it was last heard, or since it is waited for.
    func silentSince(_ sensor: SensorID) -> Instant {
        let seat = seatNumbers[sensor].map { seats[$0] }
        return seat?.lastSeen ?? seat?.expected ?? startedAt
    }

    /// The seat of a sensor; it gets one where it has none.
    private mutating func seat(of sensor: SensorID) -> Int {
        if let number = seatNumbers[sensor] { return number }
        seats.append(Seat())
        seatNumbers[sensor] = seats.count - 1
        return seats.count - 1
    }

    private static func units(of sensors: [Sensor]) -> [SensorID: Unit] {
        Dictionary(sensors.map { ($0.id, $0.unit) }, uniquingKeysWith: { first, _ in first })
    }

    private static func rhythms(of sensors: [Sensor]) -> [SensorID: Rhythm] {
        Dictionary(
            sensors.compactMap { sensor in sensor.rhythm.map { (sensor.id, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Checks a measurement and returns what changed.
    public mutating func receive(_ measurement: Measurement, now: Instant) -> [LimitTransition] {
        guard !overdue.isEmpty else { return see(measurement, now: now, isReplay: false) }
        return returnOverdue(now: now) + see(measurement, now: now, isReplay: false)
    }

    /// Takes a measurement that was checked before, after a restart; says nothing.
    public mutating func replay(_ measurement: Measurement) {
        _ = see(measurement, now: measurement.time, isReplay: true)
    }

    /// Takes what is raised already and was told; nothing is said of it again.
    public mutating func restore(raised: [LimitTransition]) {
        defer { judgeAnew() }
        for transition in raised {
            guard let limit = found(transition.limit) else { continue }
            let place = transition.sensor.flatMap { limit.places[$0] }
            switch limit.limit.rule {
            case .instant:
                guard let place else { continue }
                change(place, of: limit) { ($0.raisedAt, $0.outsideSince) = (transition.onset, transition.onset) }
            case .budget where !limit.limit.isMinimumPerTime:
                if let start = budgets[limit.number]?.start, transition.onset >= zone.start(of: start) {
                    budgets[limit.number]?.isTold = true
                } else {
                    overdue.append(transition)
                }
            case .silence:
                guard let place else { continue }
                silences[limit.number][place] = true
            default: restore(transition, limit)
            }
        }
    }

    private mutating func restore(_ transition: LimitTransition, _ limit: JudgedLimit) {
        raised[transition.limit, default: [:]][transition.sensor] = transition
        watches[limit.number]?.restore(raised: transition, at: transition.sensor.flatMap { limit.places[$0] })
    }

    /// Takes what was told of the running periods of budgets, also where a person has closed the alert since.
    public mutating func restore(told: [LimitTransition]) {
        defer { judgeAnew() }
        var last: [LimitReference: [SensorID?: LimitTransition]] = [:]
        for transition in told {
            guard let limit = found(transition.limit) else { continue }
            if watches[limit.number] != nil || DayRules.isOnDays(limit.limit.rule) || limit.limit.isMinimumPerTime {
                last[transition.limit, default: [:]][transition.sensor] = transition
            }
            guard var state = budgets[limit.number], transition.onset >= zone.start(of: state.start),
                limit.limit.bound == .atMost
            else { continue }
            switch transition.change {
            case .raised: state.isRaised = true
            case .warned(let percent): state.warned = max(state.warned, percent)
            case .onCourse: state.isOnCourseTold = true
            case .returned: state.forgetTold()
            }
            if transition.change != .returned { state.toldBound = transition.bound }
            budgets[limit.number] = state
        }
        // Also where a person has closed the alert since: what goes on is not told anew.
        for transition in last.values.flatMap(\.values) where transition.change == .raised {
            if let limit = found(transition.limit) { restore(transition, limit) }
        }
    }

    /// Takes consumption of whole days that were computed from stored readings, in the sensors' units.
    public mutating func restore(dayUse: [(SensorID, CalendarDate, DayTable.Use)]) {
        for (sensor, date, day) in dayUse {
            for use in seatNumbers[sensor].map({ seats[$0].uses }) ?? [] {
                guard let start = budgets[use.limit]?.start, date >= start,
                    judged[use.limit].limit.counts(on: date)
                else { continue }
                let carried = day.carried.flatMap { mayHoldMore(judged[use.limit], since: $0.since) ? $0.amount : nil }
                addUse(day.amount, carried: carried, at: use.place, to: judged[use.limit])
            }
        }
    }

    /// Takes over what another engine counted anew: budgets, and what rules that came since saw before they came; the
    /// others are watched on as they were.
    public mutating func takeCounts(from other: LimitEngine) {
        for limit in judged {
            guard let counted = other.found(limit.reference), counted.sensors == limit.sensors else { continue }
            if let state = other.budgets[counted.number] { budgets[limit.number] = state }
            if newcomers.contains(limit.reference) { watches[limit.number] = other.watches[counted.number] }
        }
        newcomers = []
        judgeAnew()
    }

    private mutating func see(_ measurement: Measurement, now: Instant, isReplay: Bool) -> [LimitTransition] {
        let number = seat(of: measurement.sensor)
        let isNewest = seats[number].lastSeen.map { measurement.time >= $0 } ?? true
        if isNewest { seats[number].lastSeen = measurement.time }
        var changes: [LimitTransition] = []
        for use in seats[number].uses {
            let limit = judged[use.limit]
            guard applies(limit, at: measurement.time) else { continue }
            released[use.limit] = false
            switch (limit.judge, measurement.figure) {
            case (.instant, .level(let value)):
                guard measurement.isTimeKnown, isNewest || isReplay else { continue }
                changes += seeLevel(value, at: use.place, measurement.time, limit, now: now, isReplay: isReplay)
            case (.budget, .use):
                changes += seeUse(measurement, at: use.place, limit, now: now, isReplay: isReplay)
            case (.silence, _):
                guard isNewest else { continue }
                changes += endSilence(at: use.place, measurement.time, limit, now: now, isReplay: isReplay)
            case (.watch, _):
                changes += watch(measurement, at: use.place, limit, isNewest: isNewest, now: now, isReplay: isReplay)
            case (.instant, .use), (.budget, .level), (.days, _): continue
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
