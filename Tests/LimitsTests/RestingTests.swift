import GatewayModel
import Testing

@testable import Limits

/// What is not looked at, because nothing can have changed, would have said nothing.
@Suite("Laws of resting")
struct RestingTests {
    typealias Fixture = EngineFixture
    private static let meters = (1...3).map { number in
        Sensor(
            id: SensorID(rawValue: "tap-\(number)/used"), resource: "water", quantity: "volume", role: .consumption,
            visibility: .community, unit: Unit("L"), rhythm: Rhythm(interval: 900, silentAfter: 5400))
    }
    private static let gauges = (1...3).map { number in
        Sensor(
            id: SensorID(rawValue: "well-\(number)/level"), resource: "water", quantity: "level", role: .condition,
            visibility: .community, unit: Unit("cm"), rhythm: Rhythm(interval: 900, silentAfter: 5400))
    }

    static let rules: [(String, Limit.Rule)] = [
        ("instant", .instant(value: DecimalValue(100), deadband: DecimalValue(3), onDelay: 1800, offDelay: 600)),
        ("rate", .rate(change: DecimalValue(10), within: 7200, direction: .falls)),
        ("sites", .sites(value: DecimalValue(100), deadband: DecimalValue(2), at: .count(2), onDelay: 1800)),
        ("flatline", .flatline(after: 3600)), ("silence", .silence(after: 7200)),
        ("continuous flow", .continuousFlow(amount: DecimalValue(2), every: 3600, intervals: 4)),
        ("closed hours", .closedHours(amount: DecimalValue(30), window: DayWindow(from: 1320, until: 300))),
        ("turn", .turn(minutes: 45, perHour: DecimalValue(20))),
        (
            "night flow",
            .nightFlow(
                perHour: DecimalValue(18), window: DayWindow(from: 120, until: 240), nights: 2, statistic: .minimum,
                usualNights: nil)
        ),
        (
            "night flow above the usual",
            .nightFlow(
                perHour: DecimalValue(3), window: DayWindow(from: 120, until: 240), nights: 1, statistic: .mean,
                usualNights: 3)
        ),
    ]

    @Test("An engine that rests says what one says that looks at everything at every tick", arguments: rules)
    func resting(_ name: String, _ rule: Limit.Rule) {
        var changes = 0
        for seed in UInt64(1)...12 {
            let limit = RestingTests.limit(rule, seed: seed)
            let history = RestingTests.history(limit, seed: seed)
            let rested = RestingTests.told(history, limit, looksAlways: false)
            #expect(rested == RestingTests.told(history, limit, looksAlways: true), "\(name), seed \(seed)")
            changes += rested.count
        }
        #expect(changes > 10, "\(name) says too little for this to show anything")
    }

    /// Every third one in hours, on weekdays, or both.
    private static func limit(_ rule: Limit.Rule, seed: UInt64) -> LimitInForce {
        let sensors: [Sensor]
        switch rule {
        case .instant, .rate, .sites, .flatline, .silence: sensors = gauges
        default: sensors = meters
        }
        var isCeiling = true
        if case .instant = rule { isCeiling = false }
        var limit = Fixture.limit(
            rule, bound: isCeiling ? .atMost : .atLeast, sensors: sensors, unit: sensors[0].unit.code)
        if seed % 3 == 1 { limit.hours = DayWindow(from: 1200, until: 480) }
        if seed % 6 == 1 { limit.days = CountedDays(weekdays: [1, 3, 5]) }
        return Fixture.inForce(limit)
    }

    private enum Step {
        case measured(Measurement)
        case tick(Instant)
    }

    /// Fifteen days of readings each quarter of an hour, with gaps, late ones, and a clock that goes back once.
    private static func history(_ entry: LimitInForce, seed: UInt64) -> [Step] {
        var random = SeededGenerator(state: seed)
        var levels: [Int64] = [104, 106, 108]
        var late: [(at: Int64, Measurement)] = []
        var steps: [Step] = []
        for quarter in Int64(0)..<1440 {
            let time = Fixture.noon.advanced(bySeconds: quarter * 900)
            for (number, sensor) in entry.limit.sensors.enumerated() {
                levels[number] += Int64.random(in: -2...2, using: &random)
                // Some hours without a word.
                guard (quarter / 20 + Int64(number)) % 17 != 3 else { continue }
                let runs = (quarter / 96) % 5 > 1 && quarter % 96 != 5
                let amount = Int64.random(in: runs ? 4...9 : 0...1, using: &random)
                let figure: Measurement.Figure =
                    sensor.rawValue.hasPrefix("tap")
                    ? .use(DecimalValue(amount), since: time.advanced(bySeconds: -900))
                    : .level(DecimalValue(levels[number]))
                let measurement = Measurement(sensor: sensor, time: time, figure: figure)
                // A device with a memory says every two hours what it measured.
                if (quarter / 40 + Int64(number) * 3) % 4 == 1 {
                    late.append(((quarter / 8 + 1) * 8, measurement))
                } else if Int.random(in: 0..<12, using: &random) == 0 {
                    late.append((quarter + Int64.random(in: 1...40, using: &random), measurement))
                } else {
                    steps.append(.measured(measurement))
                }
            }
            steps += late.filter { $0.at == quarter }.map { .measured($0.1) }
            for minute in [0, 5, 10] as [Int64] {
                steps.append(.tick(time.advanced(bySeconds: minute * 60 + 1)))
            }
            if quarter == 200 { steps.append(.tick(time.advanced(bySeconds: -7 * 3600))) }
        }
        return steps
    }

    private static func told(_ history: [Step], _ entry: LimitInForce, looksAlways: Bool) -> [String] {
        var engine = LimitEngine(
            limits: [entry], sensors: meters + gauges, zone: Fixture.zone, lastSeen: [:], startedAt: Fixture.noon)
        var now = Fixture.noon
        return history.flatMap { step -> [LimitTransition] in
            if looksAlways { engine.judgeAnew() }
            switch step {
            case .measured(let measurement):
                now = max(now, measurement.time)
                return engine.receive(measurement, now: now)
            case .tick(let instant):
                now = instant
                return engine.tick(now: now)
            }
        }.map { "\($0.brief) \($0.sensor?.rawValue ?? "all") \($0.value?.description ?? "-") \($0.detectedAt)" }
    }
}

@Suite("Windows that move on")
struct SlidingExtremeTests {
    @Test("The extreme of a window is that of all its values, and the earliest of them")
    func extreme() {
        for seed in UInt64(1)...200 {
            var random = SeededGenerator(state: seed)
            let isGreatest = seed % 2 == 0
            let width = Int64.random(in: 0...50, using: &random)
            var window = SlidingExtreme()
            var seen: [SlidingExtreme.Sample] = []
            var time: Int64 = 0
            for _ in 0..<300 {
                time += Int64.random(in: 0...8, using: &random)
                // Now and then one comes after its successors, never from before the window.
                let at = Instant(milliseconds: time - (Int.random(in: 0..<9, using: &random) == 0 ? min(width, 3) : 0))
                let value = DecimalValue(Int64.random(in: 0...12, using: &random))
                let since = Instant(milliseconds: time - width)
                seen.removeAll { $0.time < since }
                let place = seen.firstIndex { $0.time > at } ?? seen.count
                seen.insert(SlidingExtreme.Sample(time: at, value: value), at: place)
                let values = seen.map(\.value)
                let expected = isGreatest ? values.max() : values.min()
                let found = window.note(value, at: at, since: since, isGreatest: isGreatest)
                #expect(found.value == expected && found.time == seen.first { $0.value == expected }?.time)
            }
        }
    }
}

@Suite("When a limit counts")
struct CountSpanTests {
    @Test("A span says of every instant in it what the season, the days and the hours say of that instant")
    func spans() {
        let zone = EngineFixture.zone
        for seed in UInt64(1)...60 {
            var random = SeededGenerator(state: seed)
            var limit = EngineFixture.limit(.rate(change: DecimalValue(1), within: 60, direction: .falls))
            let from = Int.random(in: 0..<1440, using: &random)
            if seed % 2 == 0 {
                limit.hours = DayWindow(from: from, until: (from + Int.random(in: 1..<1440, using: &random)) % 1440)
            } else {
                limit.rule = .closedHours(
                    amount: .zero, window: DayWindow(from: from, until: (from + 300) % 1440))
            }
            if seed % 3 == 0 { limit.days = CountedDays(weekdays: [2, 7]) }
            if seed % 5 == 0 {
                limit.season = YearSpan(
                    from: YearSpan.MonthDay(month: 3, day: 29), through: YearSpan.MonthDay(month: 10, day: 24))
            }
            // Around both changes of the clock.
            for month in [3, 10] {
                let begin = zone.start(of: CalendarDate(year: 2026, month: month, day: 22))
                var span: CountSpan?
                for quarter in Int64(0)..<(96 * 9) {
                    let instant = begin.advanced(bySeconds: quarter * 900)
                    if span?.contains(instant) != true {
                        span = CountSpan(
                            of: limit, around: instant, on: LocalDay(containing: instant, zone: zone), zone: zone)
                    }
                    #expect(span?.applies == CountSpanTests.counts(limit, at: instant, zone), "\(limit) at \(instant)")
                }
            }
        }
    }

    private static func counts(_ limit: Limit, at instant: Instant, _ zone: Zone) -> Bool {
        let date = zone.date(at: instant)
        if let season = limit.season, !season.contains(date) { return false }
        var hours = limit.hours
        if case .closedHours(_, let window) = limit.rule { hours = window }
        guard let hours else { return limit.days?.contains(date) ?? true }
        let evening = date.adding(days: -1)
        let begun = hours.instants(on: evening, in: zone).contains(instant) ? evening : date
        guard limit.days?.contains(begun) ?? true else { return false }
        return limit.hours == nil || hours.instants(on: begun, in: zone).contains(instant)
    }
}
