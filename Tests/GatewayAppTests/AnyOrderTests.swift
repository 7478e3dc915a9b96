import GatewayModel
import Limits
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Readings arrive in whatever order networks and people bring them.
@Suite("Any order of arrival", .serialized)
struct AnyOrderTests {
    private let resolution: Resolution

    init() throws {
        let (read, problems) = ResolutionFile.parse(
            Array(
                """
                ---
                number: 2
                community: test
                assembly: 2026-11-01
                decided: by consent
                in_force_from: 2026-11-01
                review_by: 2027-11-01
                \(ValueFixture.limits)
                  - {id: week, title: {en: Week}, bound: at_most, protects: resource, resource: water, sensors: [well/water], floor: tank, rolling: {amount: 9 m3, days: 3}, priority: today}
                  - {id: falls, title: {en: Falls}, bound: at_most, protects: equipment, resource: water, sensors: [tank/level], rate: {change: 30 cm, within: 8 h, direction: falls}, priority: today}
                  - {id: month, title: {en: Month}, bound: at_most, protects: resource, resource: water, sensors: [well/water], floor: tank, budget: {amount: 20 m3, per: month}, priority: today}
                  - {id: weekdays, title: {en: Weekdays}, bound: at_most, protects: resource, resource: water, sensors: [well/water], floor: tank, days: Tuesday and Thursday, budget: {amount: 3 m3, per: day}, priority: today}
                  - {id: often, title: {en: Often}, bound: at_most, protects: resource, resource: water, sensors: [well/water, house-1/water], floor: tank, use_days: {amount: 3 m3, most: 1, in_any: 3}, priority: today}
                  - {id: turns, title: {en: Turns}, bound: at_most, protects: resource, resource: water, sensors: [well/water, house-1/water], floor: tank, turns: {amount: 3 m3, order: as_listed, from: 2026-11-10}, priority: today}
                ---
                x

                """.utf8), fileName: "2.md")
        resolution = try #require(read, "\(problems)")
    }

    /// What every limit would have found after the readings came in this order,.
    private func found(_ arrivals: [HandReading], days: Int) throws -> [Trial] {
        let village = try SigningVillage(sensors: ValueFixture.sensors)
        let office = try village.office()
        defer { office.close() }
        let end = Double(days)
        for reading in arrivals { try village.perform(.addReadings([reading]), in: office, at: end) }
        try office.housekeep(now: village.time(end + 1))
        try office.pipeline.commit(packets: [], session: 0, now: village.time(end + 1))
        let zone = village.site.zone
        let run = TrialRun(
            store: office.store, sensors: try SensorDirectory(office.store), zone: zone,
            from: zone.date(at: village.time(0)), through: zone.date(at: village.time(end - 1)))
        return try run.trials(of: resolution.limits.map { ($0, resolution.scale) })
    }

    @Test("Every limit finds the same whatever the order")
    func same() throws {
        let days = 8
        let village = try SigningVillage(sensors: ValueFixture.sensors)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<3 {
            var register: Int64 = 1000
            var home: Int64 = 100
            var readings: [HandReading] = []
            for step in 0..<days * 4 {
                let time = village.time(Double(step) / 4)
                register += Int64.random(in: 0...2, using: &random)
                readings.append(
                    HandReading(
                        sensor: SensorID(rawValue: "well/water"), value: DecimalValue(register), unit: nil, time: time))
                home += Int64.random(in: 0...2, using: &random)
                readings.append(
                    HandReading(
                        sensor: SensorID(rawValue: "house-1/water"), value: DecimalValue(home), unit: nil, time: time))
                readings.append(
                    HandReading(
                        sensor: SensorID(rawValue: "tank/level"),
                        value: DecimalValue(Int64.random(in: 60...180, using: &random)), unit: nil, time: time))
            }
            let inOrder = try found(readings, days: days)
            #expect(inOrder.count == 8)
            #expect(inOrder.contains { !$0.episodes.isEmpty })
            for _ in 0..<3 {
                #expect(try found(readings.shuffled(using: &random), days: days) == inOrder)
            }
        }
    }
}
