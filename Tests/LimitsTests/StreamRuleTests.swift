import GatewayModel
import Testing

@testable import Limits

/// Rules on the stream of measurements, with constructed days: what is raised, when, with which figure.
@Suite("Rules on measurements")
struct StreamRuleTests {
    private typealias Day = RuleDay

    @Test("Leak rule: a gallon in every hour of a day is raised with the lowest hour, one dry hour ends it")
    func continuousFlow() throws {
        let limit = try Day.limit("leaks", "never-stops")
        var day = Day(limit, units: ["school/water": "L"])
        // Eleven litres an hour but for the hours in which a school sleeps: five.
        for hour in 0..<30 { day.use("school/water", hour % 24 < 5 ? 5 : 11, hour: hour) }
        day.tick(hour: 30)
        // An hour with two litres: nothing runs any more.
        day.use("school/water", 2, hour: 30)
        day.tick(hour: 31)
        #expect(
            day.found == [
                "24 raised school/water since 0 value 5 of 3.8", "31 returned school/water since 30 value 2 of 3.8",
            ])
    }

    @Test("An hour that nobody measured neither raises a leak nor clears it")
    func continuousFlowWithGaps() throws {
        var day = Day(try Day.limit("leaks", "never-stops"), units: ["school/water": "L"])
        for hour in 0..<40 where hour != 12 { day.use("school/water", 10, hour: hour) }
        day.tick(hour: 40)
        #expect(day.found == ["37 raised school/water since 13 value 10 of 3.8"])
        // A reading after three hours tells a sum and not when it was used.
        day.use("school/water", 0, from: 40, until: 43)
        day.tick(hour: 44)
        #expect(day.found.count == 1)
    }

    @Test("A tank that falls by more than five centimetres within an hour, by two readings, until it stands")
    func rate() throws {
        var day = Day(try Day.limit("leaks", "falls-fast"), units: ["tank/level": "cm"])
        for (minute, level) in [(0, 200), (15, 199), (30, 197), (45, 194), (60, 192), (75, 191), (135, 191)] {
            day.level("tank/level", "\(level)", minute: minute)
        }
        // 194 is six below 200; the second such reading raises. At 135 minutes it fell by none within the hour.
        #expect(
            day.found == [
                "1 raised tank/level since 0 value 8 of 5", "2.25 returned tank/level since 2.25 value 0 of 5",
            ])
    }

    @Test("Two of three wells below the mark for six hours; a well that says nothing is neither below nor above")
    func sites() throws {
        var day = Day(
            try Day.limit("wells", "wells-low"),
            units: ["upper-well/level": "m", "lower-well/level": "cm", "old-well/level": "m"])
        day.level("upper-well/level", "3.1", minute: 0)
        day.level("lower-well/level", "400", minute: 10)
        day.tick(hour: 8)
        #expect(day.found.isEmpty)
        day.level("lower-well/level", "315", minute: 8 * 60)
        day.tick(hour: 13)
        #expect(day.found.isEmpty)
        day.tick(hour: 14)
        // 3.25 is above the mark but not by ten centimetres.
        day.level("upper-well/level", "3.25", minute: 15 * 60)
        day.level("upper-well/level", "3.31", minute: 16 * 60)
        #expect(day.found == ["14 raised - since 8 value 3.1 of 3.2"])
        // The third one might be below until it is heard.
        day.level("old-well/level", "3.5", minute: 17 * 60)
        #expect(
            day.found == ["14 raised - since 8 value 3.1 of 3.2", "17 returned - since 17 value 3.15 of 3.2"])
    }

    @Test("No hose between ten and four from May to September: what was used in those hours, each tap on its own")
    func closedHours() throws {
        // The first day is 1 July.
        var day = Day(try Day.limit("gardens", "no-hose-at-noon"), units: ["bed-1/tap": "L", "bed-2/tap": "L"])
        day.use("bed-1/tap", 100, from: 9, until: 9.75)
        day.use("bed-2/tap", 90, from: 9.75, until: 10.25)
        #expect(day.found.isEmpty == false)
        day.tick(hour: 17)
        #expect(
            day.found == [
                "10.25 raised bed-2/tap since 10 value 45 of 20", "16 returned bed-2/tap since 16 value 45 of 20",
            ])
        // A reading that ends after the hours, of what was told in them, is no second time; the next day is.
        var late = Day(try Day.limit("gardens", "no-hose-at-noon"), units: ["bed-1/tap": "L", "bed-2/tap": "L"])
        late.use("bed-1/tap", 90, from: 14, until: 15)
        late.tick(hour: 16)
        late.use("bed-1/tap", 90, from: 15.75, until: 16.25)
        late.tick(hour: 18)
        late.use("bed-1/tap", 90, from: 24 + 15.75, until: 24 + 16.25)
        #expect(late.found.map { $0.split(separator: " ")[1] } == ["raised", "returned", "raised", "returned"])
        // In October everybody may.
        day.use("bed-1/tap", 90, from: 24 * 100 + 12, until: 24 * 100 + 12.5)
        #expect(day.found.count == 2)
    }

    @Test("A quarter of an hour for each bed and day; the next day begins anew")
    func turn() throws {
        var day = Day(try Day.limit("gardens", "quarter-hour"), units: ["bed-1/tap": "L", "bed-2/tap": "L"])
        for step in 0..<4 {
            day.use("bed-1/tap", 50, from: 7 + Double(step) / 12, until: 7 + Double(step + 1) / 12)
            // Drops are no watering.
            day.use("bed-2/tap", "0.5", from: 7 + Double(step) / 12, until: 7 + Double(step + 1) / 12)
        }
        day.tick(hour: 25)
        #expect(
            day.found == [
                "7.33 raised bed-1/tap since 7.33 value 20 of 15", "24.08 returned bed-1/tap since 24 value 20 of 15",
            ])
    }

    @Test("A gauge that says the same for twelve hours, until it moves")
    func flatline() throws {
        var day = Day(try Day.limit("leaks", "stuck"), units: ["tank/level": "cm"])
        for hour in 0..<14 { day.level("tank/level", "150", minute: hour * 60) }
        day.level("tank/level", "151", minute: 14 * 60)
        #expect(
            day.found == [
                "12 raised tank/level since 12 value - of 43200", "14 returned tank/level since 14 value - of 43200",
            ])
    }

    @Test("A share of what communities have together, over a season: 40 of 230 parts of 12,000 m3")
    func seasonBudget() throws {
        var day = Day(
            try Day.limit("wells", "aquifer-share"), units: ["upper-well/pumped": "m3", "lower-well/pumped": "m3"])
        for date in 0..<92 { day.use("upper-well/pumped", 25, from: Double(date) * 24, until: Double(date) * 24 + 20) }
        // 2086.95… m3 are ours: 70 % after 59 days, 90 % after 76, all after 84; October is no season.
        #expect(
            day.found.map { $0.prefix { $0 != " " } + " " + $0.split(separator: " ")[1] } == [
                "1412 warned(percent:", "1820 warned(percent:", "2012 raised",
            ])
        day.tick(hour: 92 * 24 + 1)
        #expect(day.found.last?.contains("returned") == true)
        day.use("upper-well/pumped", 5000, from: 93 * 24, until: 93 * 24 + 1)
        #expect(day.found.count == 4)
    }

    @Test("The same is said however measurements are batched, across a restart, and late ones wake nobody")
    func restart() throws {
        let limit = try Day.limit("leaks", "never-stops")
        func run(restartAt: Int?) throws -> [String] {
            var day = Day(limit, units: ["school/water": "L"])
            for hour in 0..<30 {
                day.use("school/water", 10, hour: hour)
                if hour == restartAt { day.restart() }
            }
            day.tick(hour: 31)
            return day.found
        }
        let whole = try run(restartAt: nil)
        #expect(whole == ["24 raised school/water since 0 value 10 of 3.8"])
        for hour in [3, 22, 24, 27] { #expect(try run(restartAt: hour) == whole, "restart at \(hour)") }
    }
}

/// A time of measurements for one limit of an example; hours count from midnight of 1 July 2026 in UTC.
struct RuleDay {
    private var engine: LimitEngine
    private let entry: LimitInForce
    private let sensors: [Sensor]
    private var taken: [Measurement] = []
    private var told: [LimitTransition] = []
    private var clock = start
    private(set) var found: [String] = []

    static let start = Zone.utc.start(of: CalendarDate(year: 2026, month: 7, day: 1))

    static func limit(_ file: String, _ id: String) throws -> LimitInForce {
        let resolution = try ExampleResolutionTests.example(file)
        let limit = try #require(resolution.limits.first { $0.id == id })
        return LimitInForce(
            reference: LimitReference(resolution: resolution.number, limit: id), limit: limit,
            decidedOn: resolution.assembly, inForceFrom: CalendarDate(year: 2026, month: 1, day: 1),
            reviewBy: resolution.reviewBy, adoptedAt: Instant(milliseconds: 0), scale: resolution.scale,
            standing: .inForce)
    }

    init(_ entry: LimitInForce, units: [String: String]) {
        self.entry = entry
        sensors = units.map { name, unit in
            Sensor(
                id: SensorID(rawValue: name), resource: entry.limit.resource, quantity: "volume", role: .input,
                visibility: .community, unit: Unit(unit))
        }
        engine = LimitEngine(
            limits: [entry], sensors: sensors, zone: .utc, lastSeen: [:], startedAt: RuleDay.start)
    }

    mutating func use(_ sensor: String, _ amount: Int, hour: Int) {
        use(sensor, "\(amount)", from: Double(hour), until: Double(hour + 1))
    }

    mutating func use(_ sensor: String, _ amount: String, hour: Int) {
        use(sensor, amount, from: Double(hour), until: Double(hour + 1))
    }

    mutating func use(_ sensor: String, _ amount: Int, from: Double, until: Double) {
        use(sensor, "\(amount)", from: from, until: until)
    }

    mutating func use(_ sensor: String, _ amount: String, from: Double, until: Double) {
        let figure = Measurement.Figure.use(DecimalValue(amount) ?? .zero, since: RuleDay.time(from))
        take(Measurement(sensor: SensorID(rawValue: sensor), time: RuleDay.time(until), figure: figure))
    }

    mutating func level(_ sensor: String, _ value: String, minute: Int) {
        take(
            Measurement(
                sensor: SensorID(rawValue: sensor), time: RuleDay.time(Double(minute) / 60),
                figure: .level(DecimalValue(value) ?? .zero)))
    }

    mutating func tick(hour: Int) { pass(until: RuleDay.time(Double(hour))) }

    /// The program ends and begins anew: only what is stored and what was told is known then.
    mutating func restart() {
        engine = LimitEngine(limits: [entry], sensors: sensors, zone: .utc, lastSeen: [:], startedAt: clock)
        engine.restore(
            raised: told.filter { transition in
                transition.change == .raised
                    && told.last { $0.sensor == transition.sensor }?.change == .raised
            })
        for measurement in taken { engine.replay(measurement) }
        engine.restore(told: told)
    }

    private mutating func take(_ measurement: Measurement) {
        pass(until: measurement.time)
        taken.append(measurement)
        note(engine.receive(measurement, now: measurement.time), at: measurement.time)
        note(engine.tick(now: measurement.time), at: measurement.time)
    }

    /// The clock ticks every quarter of an hour.
    private mutating func pass(until end: Instant) {
        while clock.advanced(bySeconds: 900) <= end {
            clock = clock.advanced(bySeconds: 900)
            note(engine.tick(now: clock), at: clock)
        }
        clock = max(clock, end)
    }

    private mutating func note(_ transitions: [LimitTransition], at now: Instant) {
        told += transitions
        found += transitions.map { transition in
            let value = transition.value.map { "\($0.rounded(places: 3))" } ?? "-"
            return "\(RuleDay.hours(now)) \(transition.change) \(transition.sensor?.rawValue ?? "-") since "
                + "\(RuleDay.hours(transition.onset)) value \(value) of \(transition.bound.rounded(places: 3))"
        }
    }

    static func time(_ hour: Double) -> Instant { start.advanced(byMilliseconds: Int64((hour * 3_600_000).rounded())) }

    private static func hours(_ instant: Instant) -> String {
        let hundredths = (instant.milliseconds(since: start) + 18_000) / 36_000
        return DecimalValue(mantissa: hundredths, scale: 2).description
    }
}
