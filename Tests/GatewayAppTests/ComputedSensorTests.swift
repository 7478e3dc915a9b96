import Alerting
import Foundation
import GatewayModel
import Limits
import MQTTIngest
import Metering
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Virtual sensors: sums, differences, ratios and means of others.
@Suite("Virtual sensors", .serialized)
struct ComputedSensorTests {
    private let folder: TemporaryFolder
    /// 2026-11-10, noon in Madrid.
    private let begin = Instant(seconds: 1_794_308_400)

    private static let sensors = """
          - {id: well-1/pumped, resource: water, quantity: volume, role: input, unit: m3, visibility: community, device: a, channel: energy_total}
          - {id: well-2/pumped, resource: water, quantity: volume, role: input, unit: m3, visibility: community, device: b, channel: energy_total}
          - {id: bed-1/soil, resource: garden, quantity: soil_moisture, role: condition, unit: "%", visibility: community}
          - {id: bed-2/soil, resource: garden, quantity: soil_moisture, role: condition, unit: "%", visibility: community}
          - {id: bed-3/soil, resource: garden, quantity: soil_moisture, role: condition, unit: "%", visibility: community}
          - {id: wells/pumped, resource: water, quantity: volume, role: condition, unit: L, visibility: community, compute: {sum: [well-1/pumped, well-2/pumped]}}
          - {id: beds/soil, resource: garden, quantity: soil_moisture, role: condition, unit: "%", visibility: community, compute: {mean: [bed-1/soil, bed-2/soil, bed-3/soil]}}
        """

    init() throws {
        folder = try TemporaryFolder("computed")
    }

    private func configuration(_ sensors: String) -> String {
        """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["tele/+/SENSOR"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        sensors:
        \(sensors)

        """
    }

    private func measurement(_ sensor: String, _ value: Int64, at seconds: Int64) -> GatewayModel.Measurement {
        GatewayModel.Measurement(
            sensor: SensorID(rawValue: sensor), time: begin.advanced(bySeconds: seconds),
            figure: .level(DecimalValue(value)))
    }

    @Test("A mean goes on while half of its parts are heard; anything else needs all of them")
    func levels() throws {
        let (parsed, problems) = ConfigurationFile(file: "gateway.yaml").parse(configuration(Self.sensors))
        #expect(problems.isEmpty)
        var room = ComputedRoom(sensors: try #require(parsed).sensors.map(\.sensor))
        func figures(_ found: [GatewayModel.Measurement]) -> [String] {
            found.map { if case .level(let value) = $0.figure { "\($0.sensor) \(value)" } else { "" } }
        }
        #expect(figures(room.receive(measurement("bed-1/soil", 20, at: 0))).isEmpty)
        #expect(figures(room.receive(measurement("bed-2/soil", 30, at: 60))) == ["beds/soil 25"])
        #expect(figures(room.receive(measurement("bed-3/soil", 41, at: 120))) == ["beds/soil 30.333333"])
        // Two of three fell silent.
        #expect(figures(room.receive(measurement("bed-3/soil", 41, at: 9000))).isEmpty)
    }

    @Test("Values of a ratio and a difference, and what cannot be computed")
    func values() {
        func value(_ kind: Computation.Kind, _ parts: [Int64]) -> DecimalValue? {
            Computation(kind: kind, parts: []).value(of: parts.map { DecimalValue($0) })
        }
        #expect(value(.difference, [10, 3, 2]) == DecimalValue(5))
        #expect(value(.ratio, [3, 4]) == DecimalValue(mantissa: 75, scale: 2))
        #expect(value(.ratio, [3, 0]) == nil)
        #expect(value(.sum, [.max, 1]) == nil)
    }

    @Test(
        "A virtual sensor that cannot be is named with its reason",
        arguments: [
            ("{sum: [well-1/pumped, well-9/pumped]}", "did you mean 'well-1/pumped'?"),
            ("{sum: [well-1/pumped, bed-1/soil]}", "give the virtual sensor a unit"),
            ("{ratio: [well-1/pumped, well-2/pumped, bed-1/soil]}", "'ratio' needs two sensors"),
            ("{sum: [wells/pumped, well-1/pumped]}", "which is no measured sensor"),
            ("{sum: [well-1/pumped, house-1/water]}", "which is a household's"),
        ])
    func refused(compute: String, expected: String) throws {
        let more = """

              - {id: house-1/water, resource: water, quantity: volume, role: consumption, unit: m3}
              - {id: x/y, resource: water, quantity: volume, role: condition, unit: m3, visibility: community, compute: \(compute)}
            """
        let (_, problems) = ConfigurationFile(file: "gateway.yaml").parse(configuration(Self.sensors + more))
        #expect(problems.contains { $0.description.contains(expected) }, "\(problems)")
    }

    @Test("A sum of registers is limited like any sensor, live and after a restart, and its days add up the parts'")
    func budget() throws {
        try configuration(Self.sensors.replacing("unit: m3", with: "unit: kWh").replacing("unit: L", with: "unit: Wh"))
            .write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        let site = try Site.load(configFile: folder.file("gateway.yaml"))
        let decision = """
            ---
            number: 1
            community: test
            assembly: 2026-05-03
            decided: by consent
            in_force_from: 2026-05-04
            review_by: 2099-05-02
            limits:
              - id: wells
                title: {en: Both wells}
                bound: at_most
                protects: resource
                resource: water
                floor: tank
                sensors: [wells/pumped]
                budget: {amount: 20 kWh, per: month}
                priority: today
              - {id: tank, title: Tank, bound: at_least, protects: people, resource: water, sensors: [wells/pumped], budget: {amount: 1 Wh, per: month}, priority: assembly}
            ---
            Not too much.

            """
        var office = try Office.open(site: site, now: begin)
        let reply = office.perform(
            .adopt(fileName: "1.md", bytes: Data(decision.utf8)), by: Actor(account: "t"), now: begin)
        #expect(reply.isDone, "\(reply.lines)")
        func read(_ device: String, _ total: Int, at hours: Int64) throws {
            let now = begin.advanced(bySeconds: hours * 3600)
            let payload = Array("{\"ENERGY\":{\"Total\":\(total)}}".utf8)
            let message = InboundMessage(topic: "tele/\(device)/SENSOR", payload: payload, receivedAt: now)
            _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
            try office.pipeline.commit(packets: [], session: 1, now: now)
            office.housekeepIfDue(now: now)
        }
        try read("a", 100, at: 1)
        try read("b", 500, at: 1)
        try read("a", 108, at: 2)
        try read("b", 509, at: 30)
        #expect(try office.store.alerts(openOnly: true).isEmpty)
        office.close()
        office = try Office.open(site: site, now: begin.advanced(bySeconds: 100 * 3600))
        try read("a", 112, at: 101)
        #expect(try office.store.alerts(openOnly: true).map(\.state) == [.raised])
        let day = try ComputedDays(store: office.store, sensors: SensorDirectory(office.store)).dayUse(
            of: try #require(office.pipeline.state.sensors.sensor(SensorID(rawValue: "wells/pumped"))),
            from: site.zone.date(at: begin), through: site.zone.date(at: begin).adding(days: 1))
        #expect(day.map { "\($0.use.amount) \($0.use.isLowerBound)" } == ["8000 false", "9000 true"])
        office.close()
    }
}
