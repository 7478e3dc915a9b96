import Alerting
import Foundation
import GatewayModel
import MQTTIngest
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Budgets and adoption across restarts, on a real store; time is a parameter.
@Suite("A budget's life", .serialized)
struct BudgetLifeTests {
    private let folder: TemporaryFolder
    private let site: Site
    /// 2026-11-10, noon in Madrid.
    private let begin = Instant(seconds: 1_794_308_400)

    init() throws {
        folder = try TemporaryFolder("budget")
        let file = folder.file("gateway.yaml")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["tele/+/SENSOR"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        sensors:
          - {id: grid/bought, resource: energy, quantity: energy, role: input, unit: kWh, visibility: community, device: meter, channel: energy_total}
          - {id: main/water, resource: water, quantity: volume, role: input, unit: m3, visibility: community, device: "1", channel: total_volume}

        """.write(toFile: file, atomically: true, encoding: .utf8)
        site = try Site.load(configFile: file)
    }

    private func decision(
        _ number: Int, amount: String = "100 kWh", from: String = "2026-05-04", extra: String = "", limit: String = ""
    ) -> Data {
        Data(
            """
            ---
            number: \(number)
            community: test
            assembly: 2026-05-03
            decided: by consent
            in_force_from: \(from)
            review_by: 2099-05-02
            \(extra)limits:
              - id: bought
                title: {en: Energy bought}
                bound: at_most
                protects: resource
                resource: energy
                sensors: [grid/bought]
                budget: {amount: \(amount), per: month}
                priority: today
                response:
                  en: Talk about it.
            \(limit)---
            Not too much.

            """.utf8)
    }

    private func office(at days: Double) throws -> Office {
        try Office.open(site: site, now: time(days))
    }

    private func time(_ days: Double) -> Instant {
        begin.advanced(bySeconds: Int64(days * 86_400))
    }

    private func adopt(_ number: Int, _ bytes: Data, in office: Office, at days: Double) throws -> CommandReply {
        let reply = office.perform(
            .adopt(fileName: "\(number).md", bytes: bytes), by: Actor(account: "test"), now: time(days))
        try office.pipeline.commit(packets: [], session: 1, now: time(days))
        office.housekeepIfDue(now: time(days))
        return reply
    }

    /// A register reading without a device time.
    private func read(_ kilowattHours: Double, in office: Office, at days: Double) throws {
        let payload = Array("{\"ENERGY\":{\"Total\":\(kilowattHours)}}".utf8)
        let message = InboundMessage(topic: "tele/meter/SENSOR", payload: payload, receivedAt: time(days))
        _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        try tick(office, at: days)
    }

    private func tick(_ office: Office, at days: Double) throws {
        _ = office.pipeline.tick(now: time(days))
        try office.pipeline.commit(packets: [], session: 1, now: time(days))
    }

    private func alerts(_ office: Office) throws -> [String] {
        try office.store.alerts(openOnly: false).map { "\($0.number) \($0.state.rawValue)" }
    }

    @Test("Days without the gateway are made up: the same use passes the budget with and without a stop between")
    func acrossStops() throws {
        var office = try office(at: 0)
        #expect(try adopt(1, decision(1), in: office, at: 0).isDone)
        try read(1000, in: office, at: 0.01)
        try read(1060, in: office, at: 0.1)
        #expect(try alerts(office).isEmpty)
        office.close()
        // Thirteen days later the day of the first readings was never computed by a running gateway.
        office = try self.office(at: 13)
        try read(1090, in: office, at: 13.01)
        #expect(try alerts(office).isEmpty)
        try read(1102, in: office, at: 13.02)
        #expect(try alerts(office) == ["1 raised"])
        office.close()
        // It cannot be closed while the budget is passed; a restart raises nothing anew and knows who goes.
        office = try self.office(at: 13.1)
        let closing = office.perform(
            .answer(alert: 1, answer: .resolve(.falseReading, note: nil)), by: Actor(account: "Rosa"), now: time(13.1))
        #expect(!closing.isDone)
        _ = office.perform(.answer(alert: 1, answer: .take), by: Actor(account: "Rosa"), now: time(13.1))
        try tick(office, at: 13.1)
        #expect(try alerts(office) == ["1 going"])
        office.close()
        office = try self.office(at: 13.2)
        try read(1110, in: office, at: 13.21)
        #expect(try alerts(office) == ["1 going"])
        office.close()
    }

    @Test("A budget adopted in mid-month counts the whole month, with and without a restart", arguments: [true, false])
    func adoptedLate(restarts: Bool) throws {
        var office = try office(at: 0)
        try read(1000, in: office, at: 0.01)
        try read(1300, in: office, at: 1)
        if restarts {
            office.close()
            office = try self.office(at: 2)
        }
        #expect(try adopt(1, decision(1), in: office, at: 2).isDone)
        try tick(office, at: 2.001)
        #expect(try alerts(office) == ["1 raised"])
        // What replaces it ends its alert.
        #expect(try adopt(2, decision(2, amount: "900 kWh", extra: "supersedes: [1]\n"), in: office, at: 3).isDone)
        try tick(office, at: 3.001)
        #expect(try alerts(office) == ["1 returned"])
        office.close()
    }

    /// A night after the day in which everything was told that could be.
    private func night(_ office: Office, at days: Double) throws {
        for step in 0..<3 {
            _ = office.tick(now: time(days + Double(step) / 10_000))
            office.housekeepIfDue(now: time(days + Double(step) / 10_000))
            try tick(office, at: days + Double(step) / 10_000)
        }
    }

    @Test("A budget that begins at midnight in mid-month counts the whole month, as after a restart")
    func begunAtMidnight() throws {
        let office = try office(at: 0)
        #expect(try adopt(1, decision(1, from: "2026-11-12"), in: office, at: 0).isDone)
        try night(office, at: 0)
        try read(1000, in: office, at: 0.01)
        try read(1300, in: office, at: 1)
        #expect(try alerts(office).isEmpty)
        try night(office, at: 1.52)
        #expect(try alerts(office) == ["1 raised"])
        office.close()
    }

    @Test("A minimum that was missed in a week is told also where the box was off on the day after it")
    func offAfterThePeriod() throws {
        let minimum = """
              - {id: enough, title: {en: Enough}, bound: at_least, protects: people, resource: energy, sensors: [grid/bought], budget: {amount: 100 kWh, per: week}, priority: today}

            """
        var office = try office(at: 0)
        #expect(try adopt(1, decision(1, amount: "9000 kWh", limit: minimum), in: office, at: 0).isDone)
        // Half a kilowatt-hour an hour, up to the first hour of Monday the 23rd.
        for hour in 0...(12 * 24 + 12) { try read(1000 + Double(hour) / 2, in: office, at: Double(hour) / 24 + 0.001) }
        try night(office, at: 12.45)
        #expect(try alerts(office).isEmpty)
        office.close()
        office = try self.office(at: 14)
        try night(office, at: 14)
        #expect(try alerts(office) == ["1 raised"])
        #expect(try office.store.alerts(openOnly: true).first?.transition?.value == DecimalValue(84))
        office.close()
        // It is told once.
        office = try self.office(at: 15)
        try night(office, at: 15)
        #expect(try alerts(office) == ["1 raised"])
        office.close()
    }

    @Test("A decision that does not fit what is here is refused with its reason")
    func refusals() throws {
        let office = try office(at: 0)
        let water = """
              - id: water
                title: {en: Water}
                bound: at_most
                protects: resource
                resource: water
                floor: 77/nothing
                sensors: [main/water]
                budget: {amount: 3 m3, per: day}
                priority: today
                response:
                  en: Talk.

            """
        let cases: [(Data, String)] = [
            (decision(1, extra: "supersedes: [55]\n"), "supersedes decision 55, which was never adopted"),
            (decision(1, amount: "3 m3"), "“bought” is in m3, but “grid/bought” measures in kWh"),
            (decision(1, limit: water), "The floor “77/nothing” of “water” is not in force"),
            (
                Data(
                    String(decoding: decision(1), as: UTF8.self).replacing("resource: energy", with: "resource: garden")
                        .utf8),
                "is about garden, but “grid/bought” measures energy"
            ),
        ]
        for (bytes, reason) in cases {
            let reply = try adopt(1, bytes, in: office, at: 0)
            #expect(!reply.isDone)
            #expect(reply.lines.joined().contains(reason), "\(reply.lines)")
        }
        #expect(try office.store.resolutions().isEmpty)
        office.close()
    }

    @Test("What the assembly decides about the box's alerts is in force at once and after a restart")
    func boxAlerts() throws {
        var office = try office(at: 0)
        let rules = "box_alerts: {sensor_silent: {priority: assembly, audience: members}}\n"
        #expect(try adopt(1, decision(1, extra: rules), in: office, at: 0).isDone)
        let expected = [BoxCondition.sensorSilent: BoxAlertRule(priority: .assembly, audience: .members)]
        #expect(office.pipeline.state.alerts.boxRules == expected)
        office.close()
        office = try self.office(at: 1)
        #expect(office.pipeline.state.alerts.boxRules == expected)
        #expect(
            try LimitDesk(site: site).lines(on: "2026-06-01", json: false, language: "en").first
                == "A sensor is silent: next meeting; told to the stewards and the members.")
        office.close()
    }

    @Test("An edited file of an adopted decision changes nothing and is reported")
    func editedFile() throws {
        let office = try office(at: 0)
        #expect(try adopt(1, decision(1), in: office, at: 0).isDone)
        office.close()
        try decision(1, amount: "999 kWh").write(to: URL(fileURLWithPath: folder.file("0001.md")))
        let findings = try Doctor(site: site).examine(brokerConfig: nil)
        #expect(findings.lines.contains { $0.contains("0001.md differs from decision 1 as it was adopted") })
    }

    @Test("A real community cannot run on the demonstration's broker, so that simulated data never enters it")
    func realIsNotSimulated() throws {
        let text = try String(contentsOfFile: GatewayUnderTest.root + "/config/gateway.yaml", encoding: .utf8)
            .replacing("kind: demonstration", with: "kind: real")
        let (configuration, problems) = ConfigurationFile(file: "gateway.yaml").parse(text)
        #expect(configuration == nil)
        #expect(problems.contains { $0.description.contains("the embedded one belongs to the demonstration") })
    }

    @Test("A decision adopted after its first day shows both dates; days that nobody watched are not called kept")
    func adoptedLate() throws {
        let office = try office(at: 0)
        let tank = """
              - {id: night, title: {en: Night}, bound: at_most, protects: equipment, resource: water, sensors: [main/water], night_flow: {flow: 0.5 m3/h, nights: 1}, priority: today}

            """
        let reply = try adopt(1, decision(1, limit: tank), in: office, at: 0)
        #expect(reply.isDone, "\(reply.lines)")
        for day in 0..<4 { try read(1000 + Double(day), in: office, at: Double(day) + 0.01) }
        try office.housekeep(now: time(4))
        let papers = try Papers(
            site: site, store: office.store, month: CalendarMonth(year: 2026, month: 11), now: time(4))
        let text = papers.report(.markdown, language: "en")
        #expect(text.contains("in force from 4 May 2026, entered here on 10 November 2026"))
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| Night |") }
        let cells = try #require(rows.first).split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        let counts = try cells[2...5].map { try #require(Int($0)) }
        // The tenth through the thirteenth are over: of the nine days before, nothing is said.
        #expect(counts.reduce(0, +) == 4)
        office.close()
    }
}
