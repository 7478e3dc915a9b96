import GatewayModel
import Testing

@testable import Limits

/// What runs at night, against a fixed amount and against what is usual.
@Suite("Night flow")
struct NightFlowTests {
    @Test("Night flow: three nights in a row of both wells above the bound, one night below ends it")
    func nightFlow() throws {
        var day = RuleDay(
            try RuleDay.limit("leaks", "night-flow"), units: ["upper-well/pumped": "m3", "lower-well/pumped": "L"])
        for hour in 0..<(6 * 24) {
            let isQuiet = hour / 24 == 1 || hour / 24 == 5
            day.use("upper-well/pumped", "0.3", hour: hour)
            day.use("lower-well/pumped", isQuiet && hour % 24 == 3 ? 100 : 300, hour: hour)
        }
        day.tick(hour: 6 * 24)
        // Nights begin at 02:00 of days 2, 3 and 4; the fourth hour of day 1 was below, that of day 5 as well.
        #expect(
            day.found == [
                "100.25 raised - since 50 value 0.6 of 0.53", "124.25 returned - since 122 value 0.4 of 0.53",
            ])
    }

    /// Forty nights at 0.2 m3/h, then a leak of 0.6 m3/h more for forty nights, then 0.3: the same after a restart.
    private static func leak(restartAfter night: Int?, usual: Int? = 28) -> [String] {
        var entry = EngineFixture.inForce(
            EngineFixture.limit(
                .nightFlow(
                    perHour: DecimalValue(mantissa: 5, scale: 1), window: DayWindow(from: 120, until: 240), nights: 3,
                    statistic: .minimum, usualNights: usual),
                bound: .atMost, sensors: [EngineFixture.wells[0]], unit: "m3"))
        entry.adoptedAt = Instant(milliseconds: 0)
        var day = RuleDay(entry, units: ["upper-well/pumped": "m3"])
        for hour in 0..<(90 * 24) {
            let flow = hour < 40 * 24 ? "0.2" : hour < 80 * 24 ? "0.8" : "0.3"
            day.use("upper-well/pumped", hour % 24 < 6 ? flow : "2", hour: hour)
            if hour == night.map({ $0 * 24 }) { day.restart() }
        }
        day.tick(hour: 90 * 24)
        return day.found
    }

    @Test("Night flow above the usual: a leak of six weeks is raised once and does not become usual")
    func nightFlowAboveUsual() {
        // The third night ends at 04:00 of day 42 and is judged a quarter of an hour later; 0.2 is usual, 0.5 more is allowed.
        let found = NightFlowTests.leak(restartAfter: nil)
        #expect(
            found == [
                "\(42 * 24 + 4).25 raised - since \(40 * 24 + 2) value 0.8 of 0.7",
                "\(80 * 24 + 4).25 returned - since \(80 * 24 + 2) value 0.3 of 0.7",
            ])
        for night in [20, 41, 42, 43, 60, 79, 81] {
            #expect(NightFlowTests.leak(restartAfter: night) == found, "restart after night \(night)")
        }
        #expect(NightFlowTests.leak(restartAfter: nil, usual: 60).isEmpty == false)
    }

    @Test("A decision on the flow above the usual knows the nights before it was adopted")
    func nightFlowAdopted() {
        let limit = EngineFixture.inForce(
            EngineFixture.limit(
                .nightFlow(
                    perHour: DecimalValue(mantissa: 5, scale: 1), window: DayWindow(from: 120, until: 240), nights: 1,
                    statistic: .minimum, usualNights: 28),
                bound: .atMost, sensors: [EngineFixture.wells[0]], unit: "m3"))
        func measured(_ hours: Range<Int64>, _ flow: Int64) -> [Measurement] {
            hours.map { hour in
                EngineFixture.use(
                    DecimalValue(mantissa: flow, scale: 1), at: EngineFixture.after(minutes: hour * 60),
                    sensor: EngineFixture.wells[0])
            }
        }
        func engine(_ limits: [LimitInForce]) -> LimitEngine {
            LimitEngine(
                limits: limits, sensors: EngineFixture.wells, zone: EngineFixture.zone, lastSeen: [:],
                startedAt: EngineFixture.noon)
        }
        var running = engine([])
        let before = measured(1..<480, 2)
        for measurement in before { _ = running.receive(measurement, now: measurement.time) }
        running.setLimits([limit])
        var fresh = engine([limit])
        for measurement in before { fresh.replay(measurement) }
        running.takeCounts(from: fresh)
        for measurement in measured(480..<504, 9) { _ = running.receive(measurement, now: measurement.time) }
        let found = running.tick(now: EngineFixture.after(minutes: 504 * 60))
        #expect(found.map(\.bound) == [DecimalValue(mantissa: 7, scale: 1)])
        // What is counted anew later takes nothing from a limit that is watched already.
        running.takeCounts(from: engine([limit]))
        #expect(running.tick(now: EngineFixture.after(minutes: 505 * 60)) == [])
    }

    @Test("Before half of the usual nights are known nothing is said of a flow above the usual")
    func nightFlowWithoutUsual() throws {
        let limit = EngineFixture.limit(
            .nightFlow(
                perHour: DecimalValue(mantissa: 5, scale: 1), window: DayWindow(from: 120, until: 240), nights: 1,
                statistic: .minimum, usualNights: 28),
            bound: .atMost, sensors: [EngineFixture.wells[0]], unit: "m3")
        func found(_ nights: Int) -> [String] {
            var day = RuleDay(EngineFixture.inForce(limit), units: ["upper-well/pumped": "m3"])
            for hour in 0..<(nights * 24 + 6) {
                day.use("upper-well/pumped", hour < nights * 24 ? "0.2" : "0.9", hour: hour)
            }
            return day.found
        }
        #expect(found(13) == [])
        #expect(found(14) == ["\(14 * 24 + 4).25 raised - since \(14 * 24 + 2) value 0.9 of 0.7"])
    }

    @Test("What one sensor measures is tried alone as it is beside the others")
    func trialBySensor() throws {
        let sensors = [EngineFixture.tank] + EngineFixture.wells
        let limits = [
            Limit.Rule.instant(value: DecimalValue(50), deadband: DecimalValue(2), onDelay: 600, offDelay: 0),
            .rate(change: DecimalValue(15), within: 3600, direction: .falls), .flatline(after: 3600),
            .silence(after: 3600),
        ].map { EngineFixture.limit($0, bound: .atMost, sensors: sensors) }
        var random = SystemRandomNumberGenerator()
        let measurements = (0..<2000).map { step in
            Measurement(
                sensor: sensors[Int.random(in: 0...2, using: &random)].id,
                time: EngineFixture.after(minutes: Int64(step * 7)),
                figure: .level(DecimalValue(Bool.random(using: &random) ? 40 : 60)))
        }
        func tried(_ chosen: [Sensor]) -> [Trial] {
            var trial = StreamTrial(
                limits.map { ($0.on(chosen.map(\.id)), Scale(persons: nil)) }, sensors: chosen,
                zone: EngineFixture.zone,
                from: EngineFixture.noon)
            for measurement in measurements where chosen.contains(where: { $0.id == measurement.sensor }) {
                trial.receive(measurement)
            }
            return trial.finish(at: EngineFixture.after(minutes: 2001 * 7))
        }
        let alone = sensors.map { tried([$0]) }
        let whole = tried(sensors)
        for index in limits.indices {
            #expect(limits[index].judgesSensorsAlone)
            #expect(Trial(limits[index], Scale(persons: nil), merging: alone.map { $0[index] }) == whole[index])
            #expect(!whole[index].episodes.isEmpty)
        }
    }
}
