import GatewayModel
import Testing

@testable import Limits

/// Several places at once, by number and by share, some of them silent.
@Suite("Several places at once")
struct SitesTests {
    private typealias Fixture = EngineFixture

    private static let wells = (1...6).map { number in
        Sensor(
            id: SensorID(rawValue: "well-\(number)/level"), resource: "water", quantity: "level", role: .storage,
            visibility: .community, unit: Unit("cm"), rhythm: Rhythm(interval: 3600, silentAfter: 7200))
    }

    /// What is told of levels at these hours, the clock going on by the hour; a level of nil is silence.
    private func told(
        _ at: Limit.SiteCount, _ levels: [[Int64?]], for delay: Int64 = 0, restart: Int? = nil
    ) -> [String] {
        let wells = Array(Self.wells.prefix(levels.count))
        let limit = Fixture.limit(
            .sites(value: DecimalValue(300), deadband: .zero, at: at, onDelay: delay), bound: .atLeast,
            sensors: wells)
        func engine(_ startedAt: Instant) -> LimitEngine {
            LimitEngine(
                limits: [Fixture.inForce(limit)], sensors: wells, zone: Fixture.zone, lastSeen: [:],
                startedAt: startedAt)
        }
        var checker = engine(Fixture.noon)
        var found: [LimitTransition] = []
        var taken: [Measurement] = []
        for hour in 0..<(levels.map(\.count).max() ?? 0) {
            let now = Fixture.after(minutes: Int64(hour) * 60)
            if hour == restart {
                checker = engine(now)
                checker.restore(raised: found.last.map { $0.change == .raised ? [$0] : [] } ?? [])
                for measurement in taken { checker.replay(measurement) }
            }
            for (well, list) in zip(wells, levels) {
                guard hour < list.count, let level = list[hour] else { continue }
                let measurement = Fixture.level(level, at: now, sensor: well)
                taken.append(measurement)
                found += checker.receive(measurement, now: now)
            }
            found += checker.tick(now: now.advanced(bySeconds: 1800))
        }
        return found.map { "\($0.brief) \($0.coverage.measured)/\($0.coverage.expected)" }
    }

    @Test("A share is the fewest places that are as much: of three, of six, never none")
    func least() {
        #expect([1, 3, 4, 6, 7].map { Limit.SiteCount.share(1, of: 3).least(of: $0) } == [1, 1, 2, 2, 3])
        #expect([3, 6].map { Limit.SiteCount.share(2, of: 3).least(of: $0) } == [2, 4])
        #expect([1, 3, 200].map { Limit.SiteCount.share(5, of: 1000).least(of: $0) } == [1, 1, 1])
        #expect(Limit.SiteCount.count(2).least(of: 6) == 2)
    }

    @Test("Half of six wells: the third one below raises, and fewer than three below end it")
    func half() {
        let fine: [Int64?] = [350, 350, 350, 350]
        #expect(
            told(
                .share(500, of: 1000),
                [[290, 290, 290, 350], [350, 290, 290, 290], [350, 350, 290, 290], fine, fine, fine])
                == ["raised 120 6/6", "returned 180 6/6"])
    }

    @Test("A silent well is not known: it raises nothing, and ends nothing that it could be part of")
    func silent() {
        let silence: [Int64?] = [nil, nil, nil, nil, nil, nil]
        // Two of three are needed; the second falls silent while below, and one alone is left to know of.
        #expect(
            told(
                .count(2),
                [[290] + silence + [290], [350, 350, 350, 290, 290, 290, 290, 290], Array(repeating: 350, count: 8)])
                == ["raised 420 3/3"])
        // Passed, then one of the two is silent: nobody knows that it is over until it is heard above.
        #expect(
            told(
                .count(2),
                [[290, 290] + silence + [310], Array(repeating: 290, count: 9), Array(repeating: 350, count: 9)])
                == ["raised 0 2/3", "returned 480 3/3"])
        // Of the two that are needed one at most can be below: that is over whatever the silent one does.
        #expect(
            told(
                .count(2),
                [[290, 290] + silence, [290, 290, 290, 290, 310, 310, 310, 310], Array(repeating: 350, count: 8)])
                == ["raised 0 2/3", "returned 240 2/3"])
        // Another one below takes its place before it has lasted: it is not over between.
        #expect(
            told(.count(1), [[290, 290, 350, 350, 350], [350, 290, 290, 290, 290]], for: 3600) == ["raised 0 2/2"])
        // A well that was below before its silence has to be below for the whole time anew.
        #expect(
            told(
                .count(1), [[290, nil, nil, nil, nil, nil, 290, 290, 290, 290], Array(repeating: 350, count: 10)],
                for: 3 * 3600) == ["raised 360 2/2"])
    }

    @Test("A restart at any hour says the same as none")
    func restart() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<60 {
            let levels = (0..<4).map { _ in
                (0..<20).map { _ in ([nil, 290, 290, 310, 350] as [Int64?]).randomElement(using: &random) ?? nil }
            }
            let whole = told(.share(1, of: 3), levels, for: 3600)
            let hour = Int.random(in: 1..<20, using: &random)
            #expect(told(.share(1, of: 3), levels, for: 3600, restart: hour) == whole, "\(levels), restart at \(hour)")
        }
    }
}
