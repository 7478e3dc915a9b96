import Alerting
import Foundation
import GatewayModel
import MQTTIngest
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A meter that was away, and what it is said to have used when it is back: live, after a restart, tried and in the report.
@Suite("A meter that was away", .serialized)
struct CarriedUseLifeTests {
    private let folder: TemporaryFolder
    private let site: Site
    /// 2026-11-10, noon in Madrid.
    private let begin = Instant(seconds: 1_794_308_400)

    init() throws {
        folder = try TemporaryFolder("carried")
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
          - {id: sun/made, resource: energy, quantity: energy, role: production, unit: kWh, visibility: community, device: sun, channel: energy_total}
          - {id: all/energy, resource: energy, quantity: energy, role: condition, unit: Wh, visibility: community, compute: {sum: [grid/bought, sun/made]}}

        """.write(toFile: file, atomically: true, encoding: .utf8)
        site = try Site.load(configFile: file)
    }

    private func decision(_ limits: String...) -> String {
        """
        ---
        number: 1
        community: test
        assembly: 2026-05-03
        decided: by consent
        in_force_from: 2026-05-04
        review_by: 2099-05-02
        limits:
        \(limits.joined(separator: "\n"))
        ---
        Not too much.

        """
    }

    private static func limit(
        _ id: String, _ rule: String, bound: String = "at_most", sensor: String = "grid/bought"
    ) -> String {
        "  - {id: \(id), title: {en: T-\(id)}, bound: \(bound), protects: people, resource: energy, sensors: [\(sensor)], \(rule), priority: today}"
    }

    private static let daily = limit("daily", "budget: {amount: 5 kWh, per: day}")

    private func time(_ days: Double) -> Instant { begin.advanced(bySeconds: Int64((days * 86_400).rounded())) }

    private func office(at days: Double) throws -> Office { try Office.open(site: site, now: time(days)) }

    private func adopt(_ text: String, in office: Office) throws {
        let reply = office.perform(
            .adopt(fileName: "1.md", bytes: Data(text.utf8)), by: Actor(account: "test"), now: time(0))
        #expect(reply.isDone, "\(reply.lines)")
        try office.pipeline.commit(packets: [], session: 1, now: time(0))
        office.housekeepIfDue(now: time(0))
    }

    private func read(_ total: Double, _ device: String = "meter", in office: Office, at days: Double) throws {
        let payload = Array("{\"ENERGY\":{\"Total\":\(total)}}".utf8)
        let message = InboundMessage(topic: "tele/\(device)/SENSOR", payload: payload, receivedAt: time(days))
        _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        _ = office.pipeline.tick(now: time(days))
        try office.pipeline.commit(packets: [], session: 1, now: time(days))
    }

    /// The night after a day, in which everything is told that can be.
    private func night(_ office: Office, at days: Double) throws {
        for step in 0..<3 {
            let now = time(days + Double(step) / 10_000)
            _ = office.tick(now: now)
            office.housekeepIfDue(now: now)
            try office.makeUpIfDue(now: now)
            try office.pipeline.commit(packets: [], session: 1, now: now)
        }
    }

    /// What was told of a limit, with the figure.
    private func told(_ office: Office, _ limit: String = "daily") throws -> [String] {
        try office.store.transitions(from: .min, until: time(90))
            .filter { $0.limit.limit == limit }.map { "\($0.change) \($0.value ?? .zero)" }
    }

    /// Kept, near, passed and unknown days of a limit in a month's report.
    private func days(_ title: String, _ office: Office, month: Int = 11, at now: Double) throws -> [Int] {
        let text = try Papers(
            site: site, store: office.store, month: CalendarMonth(year: 2026, month: month), now: time(now)
        ).report(.markdown, language: "en")
        let row = try #require(text.filter { $0 != "\\" }.split(separator: "\n").first { $0.hasPrefix("| \(title) |") })
        return try row.split(separator: "|")[2...5].map {
            try #require(Int($0.trimmingCharacters(in: .whitespaces)))
        }
    }

    /// Passed and unknown days of the only limit of a decision, tried through a day of November.
    private func tried(_ text: String, through day: Int) throws -> [Int?] {
        let file = folder.file("tried.md")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        try TrialDesk(site: site).write(
            file: file, since: "2026-11-01", until: "2026-11-\(day)", form: "json", language: "en", to: file + ".out")
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file + ".out")))
        let limit = try #require((json as? [String: Any])?["limits"] as? [[String: Any]]).first
        return [limit?["days_passed"] as? Int, limit?["days_unknown"] as? Int]
    }

    @Test(
        "A meter that was away for five days does not pass a daily budget when it comes back, also after a restart",
        arguments: [false, true])
    func away(restarts: Bool) throws {
        var office = try office(at: 0)
        try adopt(decision(Self.daily), in: office)
        func restart(at days: Double) throws {
            guard restarts else { return }
            office.close()
            office = try self.office(at: days)
        }
        try read(1000, in: office, at: 0)
        try read(1002, in: office, at: 0.04)
        try restart(at: 3)
        // The fifteenth: 18 kWh since the tenth.
        try read(1020, in: office, at: 5)
        #expect(try told(office).isEmpty)
        try restart(at: 5.01)
        try read(1024, in: office, at: 5.04)
        #expect(try told(office).isEmpty)
        try night(office, at: 5.52)
        try restart(at: 5.6)
        #expect(try told(office).isEmpty)
        // The tenth was kept. Of the fifteenth, and of the days between, we do not know.
        let found = try days("T-daily", office, at: 5.7)
        #expect(found[2] == 0 && found[3] == 14, "\(found)")
        #expect(try tried(decision(Self.daily), through: 15) == [0, 14])
        // What the meter shows from now on counts.
        try read(1030, in: office, at: 5.72)
        #expect(try told(office).isEmpty)
        try read(1036, in: office, at: 5.75)
        #expect(try told(office) == ["raised 6"])
        office.close()
    }

    @Test("What is used after the meter is back passes at once, and the report and a trial say the same")
    func pastAllTheSame() throws {
        let office = try office(at: 0)
        try adopt(decision(Self.daily), in: office)
        try read(1000, in: office, at: 0)
        try read(1018, in: office, at: 5)
        try read(1021, in: office, at: 5.04)
        #expect(try told(office).isEmpty)
        try read(1024, in: office, at: 5.08)
        #expect(try told(office) == ["raised 6"])
        try night(office, at: 5.52)
        let found = try days("T-daily", office, at: 5.7)
        #expect(found[2] == 1)
        #expect(try tried(decision(Self.daily), through: 15)[0] == 1)
        office.close()
    }

    @Test("A counter that showed zero for days and comes back says no more of its last day than one that was away")
    func falseZeros() throws {
        let office = try office(at: 0)
        try adopt(decision(Self.daily), in: office)
        try read(1000, in: office, at: 0)
        try read(1002, in: office, at: 0.04)
        for day in 1...4 { try read(0, in: office, at: Double(day)) }
        try read(0, in: office, at: 4.98)
        try read(1020, in: office, at: 5)
        #expect(try told(office).isEmpty)
        try read(1026, in: office, at: 5.04)
        #expect(try told(office) == ["raised 6"])
        office.close()
    }

    @Test(
        "A month's budget in which the whole gap lies is exact and passes; in the month that began in a gap it is not")
    func month() throws {
        let monthly = Self.limit("monthly", "budget: {amount: 20 kWh, per: month}")
        var office = try office(at: 0)
        try adopt(decision(monthly), in: office)
        try read(1000, in: office, at: 0)
        try read(1021, in: office, at: 10)
        #expect(try told(office, "monthly") == ["raised 21"])
        // Away from 20 November to 5 December.
        try read(1051, in: office, at: 25)
        try night(office, at: 25.52)
        #expect(try told(office, "monthly") == ["raised 21", "returned 21"])
        office.close()
        // A restart of the twelfth knows the fifth from its stored day alone.
        office = try self.office(at: 32)
        for hour in 0...20 { try read(1051 + Double(hour), in: office, at: 32 + Double(hour) / 24) }
        #expect(try told(office, "monthly") == ["raised 21", "returned 21"])
        try read(1072, in: office, at: 32 + 21.0 / 24)
        #expect(try told(office, "monthly") == ["raised 21", "returned 21", "raised 21"])
        try night(office, at: 33.52)
        let (november, december) = try (
            days("T-monthly", office, at: 33.6), days("T-monthly", office, month: 12, at: 33.6)
        )
        // The twentieth was measured, and the thirteenth; what passed in December was used by then for sure.
        #expect(november[2] == 1)
        #expect(december == [0, 0, 1, 12])
        office.close()
    }

    @Test("A minimum that was missed is not reached by what a gap brought from other days")
    func floor() throws {
        let minimum = Self.limit("least", "budget: {amount: 5 kWh, per: day}", bound: "at_least")
        let office = try office(at: 0)
        try adopt(decision(minimum), in: office)
        try read(1000, in: office, at: 0)
        try read(1001, in: office, at: 0.04)
        try night(office, at: 0.52)
        #expect(try told(office, "least") == ["raised 1"])
        try read(1020, in: office, at: 5)
        try night(office, at: 5.52)
        #expect(try told(office, "least") == ["raised 1"])
        for hour in 0...10 { try read(1020 + Double(hour), in: office, at: 6 + Double(hour) / 24) }
        try night(office, at: 6.52)
        let least = try told(office, "least")
        #expect(least == ["raised 1", "returned 10"], "\(least)")
        let found = try days("T-least", office, at: 6.6)
        #expect(found[2] == 1)
        office.close()
    }

    @Test("A sum of meters carries what its parts do")
    func sum() throws {
        let together = Self.limit("daily", "budget: {amount: 5 kWh, per: day}", sensor: "all/energy")
        let office = try office(at: 0)
        try adopt(decision(together), in: office)
        try read(1000, in: office, at: 0)
        try read(500, "sun", in: office, at: 4.9)
        try read(1018, in: office, at: 5)
        try read(503, "sun", in: office, at: 4.94)
        try read(504, "sun", in: office, at: 5.01)
        #expect(try told(office).isEmpty)
        try night(office, at: 5.52)
        #expect(try tried(decision(together), through: 15)[0] == 0)
        let whole = try #require(office.pipeline.state.sensors.sensor(SensorID(rawValue: "all/energy")))
        let day = CalendarDate(year: 2026, month: 11, day: 15)
        let use = try ComputedDays(store: office.store, sensors: office.pipeline.state.sensors)
            .dayUse(of: whole, from: day, through: day).first?.use
        #expect(use?.amount == DecimalValue(22_000))
        #expect(use?.carried == CarriedUse(amount: DecimalValue(18_000), since: day.adding(days: -5)))
        office.close()
    }
}
