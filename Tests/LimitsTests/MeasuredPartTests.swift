import GatewayModel
import Testing

@testable import Limits

/// A value outside for a time, of which a part must be measured.
@Suite("Outside for a time, measured or not")
struct MeasuredPartTests {
    private typealias Fixture = EngineFixture

    /// A fridge that reports every five minutes, so that a reading speaks for seven and a half.
    private static let fridge = Sensor(
        id: SensorID(rawValue: "fridge/temperature"), resource: "food", quantity: "temperature", role: .condition,
        visibility: .community, unit: Unit("Cel"), rhythm: Rhythm(interval: 300))

    private static var limit: Limit {
        var limit = Fixture.limit(
            .instant(value: DecimalValue(8), deadband: .zero, onDelay: 1800, offDelay: 600), bound: .atMost,
            sensors: [fridge], unit: "Cel")
        limit.leastMeasured = 800
        return limit
    }

    private static func engine(_ startedAt: Instant = Fixture.noon, rhythm: Bool = true) -> LimitEngine {
        var sensor = fridge
        if !rhythm { sensor.rhythm = nil }
        return LimitEngine(
            limits: [Fixture.inForce(limit)], sensors: [sensor], zone: Fixture.zone, lastSeen: [:],
            startedAt: startedAt)
    }

    /// What is told of readings at these minutes, the clock going on by half minutes; `restart` is a minute or nil.
    private func told(
        _ readings: [(minute: Int64, value: Int64)], until end: Int64, restart: Int64? = nil, rhythm: Bool = true
    ) -> [String] {
        var engine = Self.engine(rhythm: rhythm)
        var found: [LimitTransition] = []
        var taken: [Measurement] = []
        for half in 0...(end * 2) {
            let now = Fixture.noon.advanced(bySeconds: half * 30)
            if half == restart.map({ $0 * 2 }) {
                engine = Self.engine(now, rhythm: rhythm)
                engine.restore(raised: found.last.map { $0.change == .raised ? [$0] : [] } ?? [])
                for measurement in taken { engine.replay(measurement) }
            }
            for reading in readings where reading.minute * 2 == half {
                let measurement = Fixture.level(reading.value, at: now, sensor: Self.fridge)
                taken.append(measurement)
                found += engine.receive(measurement, now: now)
            }
            found += engine.tick(now: now)
        }
        return found.map { transition in
            "\(transition.brief) at \(Double(transition.detectedAt.milliseconds(since: Fixture.noon)) / 60_000)"
        }
    }

    private func every(_ step: Int64, _ range: ClosedRange<Int64>, _ value: Int64) -> [(minute: Int64, value: Int64)] {
        stride(from: range.lowerBound, through: range.upperBound, by: Int(step)).map { ($0, value) }
    }

    @Test("Measured all the time it is passed after half an hour; one reading and silence is neither passed nor kept")
    func measured() {
        #expect(told(every(5, 0...60, 9), until: 60) == ["raised 0 at 30.0"])
        #expect(told([(0, 9)], until: 120).isEmpty)
        // After an hour of silence it begins anew: nobody knows what was between.
        #expect(told([(0, 9)] + every(5, 60...120, 9), until: 120) == ["raised 60 at 90.0"])
        // Without a rhythm nobody knows how much is missing.
        #expect(told(every(5, 0...60, 9), until: 60, rhythm: false).isEmpty)
    }

    @Test("Where too much is missing it waits until enough was measured, and is passed since it was found outside")
    func waits() {
        // Of the first half hour seven and a half minutes are missing; at 37.5 minutes a fifth of the time.
        #expect(
            told([(0, 9), (5, 9), (20, 9), (25, 9), (30, 9), (35, 9), (40, 9)], until: 45) == ["raised 0 at 37.5"])
    }

    @Test("What is passed is not kept again by one reading after a silence, but by ten measured minutes")
    func clears() {
        let outside = every(5, 0...40, 9)
        #expect(told(outside + [(300, 5)], until: 330) == ["raised 0 at 30.0"])
        #expect(
            told(outside + [(300, 5), (305, 5)], until: 330) == ["raised 0 at 30.0", "returned 300 at 310.0"])
    }

    @Test("A restart anywhere says the same as none, with gaps at random")
    func restart() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<60 {
            let readings = (0..<40).filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
                .map { (minute: Int64($0) * 5, value: Int64.random(in: 0..<6, using: &random) == 0 ? 5 : Int64(9)) }
            let whole = told(readings, until: 210)
            let minute = Int64.random(in: 1..<200, using: &random)
            #expect(told(readings, until: 210, restart: minute) == whole, "\(readings), restart at \(minute)")
        }
    }

    @Test(
        "It is read strictly, in its own words and in plain ones, and read back",
        arguments: [
            ("instant: {value: 8 Cel, for: 30 min, measured: at least 80 %}", nil),
            ("rule: not more than 8 Cel for 30 min, measured at least 80 %", nil),
            ("instant: {value: 8 Cel, measured: at least 80 %}", "there is none"),
            ("rule: not more than 8 Cel measured at least 80 %", "there is none"),
            ("instant: {value: 8 Cel, for: 30 min, measured: 80 %}", "is no measured part"),
            ("instant: {value: 8 Cel, for: 30 min, measured: at least 120 %}", "is no part in percent"),
            ("rule: not more than 8 Cel for 30 min, measured at least 80 min", "is no part in percent"),
        ] as [(String, String?)])
    func words(rule: String, problem: String?) throws {
        let text = """
            ---
            number: 1
            community: vall-clara
            assembly: 2026-05-03
            decided: by consent
            in_force_from: 2026-05-04
            review_by: 2027-05-02
            limits:
              - id: fridge
                title: Fridge
                bound: at_most
                protects: people
                resource: food
                sensors: [fridge/temperature]
                priority: today
                \(rule)
            ---
            x

            """
        let (resolution, problems) = ResolutionFile.parse(Array(text.utf8), fileName: "1.md")
        if let problem {
            #expect(resolution == nil && problems.count == 1)
            #expect(problems.first?.message.contains(problem) == true && problems.first?.line == 16, "\(problems)")
            return
        }
        let found = try #require(resolution, "\(problems)")
        #expect(
            PlainSentence.all(of: found, try ExampleResolutionTests.book("en")) == [
                "Fridge: not more than 8 °C for longer than 30 min. Where less than 80 % of that time was measured, we do not know. Protects people. Counted by: fridge/temperature. Waits for daylight."
            ])
    }
}
