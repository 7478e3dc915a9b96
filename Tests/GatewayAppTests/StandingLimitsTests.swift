import Foundation
import GatewayModel
import Limits
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What a decision does to what was decided before it, and a measure to the assemblies around it: adopted on a real store.
@Suite("Decisions after decisions", .serialized)
struct StandingLimitsTests {
    private let folder: TemporaryFolder

    private static let floor =
        "  - {id: people, title: P, bound: at_least, protects: people, resource: water, sensors: [taps/water], delivered: {amount: 50 L, per_person: true}, priority: now}"
    private static let cap =
        "  - {id: cap, title: C, bound: at_most, protects: resource, resource: water, sensors: [well/water], floor: 1/people, rule: not more than 60 L per person per day, priority: today}"
    private static let drought =
        "stages:\n  - {id: drought, title: D, resource: water, declared: by_assembly, levels: [{title: one, enter: {use: [well/water], more_than: 9 m3}, leave: by_assembly}]}"

    init() throws {
        folder = try TemporaryFolder("standing")
    }

    private func site(_ assembly: String = "{meets: first Sunday 18:00}") throws -> Site {
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: real}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["tele/+/SENSOR"]}
        assembly: \(assembly)
        stewards: [{name: Rosa}]
        destinations:
          - {name: own, kind: files, audience: stewards, folder: \(folder.path)/own}
        sensors:
          - {id: well/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3, meter: {digits: 9}}
          - {id: taps/water, resource: water, quantity: volume, role: consumption, visibility: community, unit: m3, meter: {digits: 9}}
          - {id: tank/level, resource: water, quantity: level, role: storage, visibility: community, unit: cm}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        return try Site.load(configFile: folder.file("gateway.yaml"))
    }

    /// Noon of a day in November 2026; the assembly met on the 1st, and meets again on 6 December, day 36.
    private func november(_ day: Int, _ hour: Int = 12) -> Instant {
        let zone = Zone(identifier: "Europe/Madrid") ?? .utc
        return zone.start(of: CalendarDate(year: 2026, month: 11, day: 1).adding(days: day - 1))
            .advanced(bySeconds: Int64(hour) * 3600)
    }

    private func decide(
        _ number: Int, _ parts: String, from: String = "2026-11-02", assembly: String = "2026-11-01",
        in office: Office, at now: Instant
    ) throws -> CommandReply {
        let text = """
            ---
            number: \(number)
            community: test
            assembly: \(assembly)
            decided: by consent
            in_force_from: \(from)
            review_by: 2099-05-02
            persons_served: {all: 40}
            \(parts)
            ---
            x

            """
        let reply = office.perform(
            .adopt(fileName: "\(number).md", bytes: Data(text.utf8), signatures: []), by: Actor(account: "test"),
            now: now)
        try office.pipeline.commit(packets: [], session: 0, now: now)
        return reply
    }

    @Test(
        "No decision takes the minimum away from under a ceiling that stands, or raises it above; a renewed one goes on"
    )
    func floors() throws {
        let office = try Office.open(site: site(), now: november(2))
        #expect(try decide(1, "limits:\n" + Self.floor, in: office, at: november(2)).isDone)
        #expect(try decide(2, "limits:\n" + Self.cap, in: office, at: november(2)).isDone)
        let raised = Self.floor.replacing("50 L", with: "80 L")
        #expect(
            try decide(3, "supersedes: [1]\nlimits:\n" + raised, in: office, at: november(3)).lines.first?.hasPrefix(
                "“cap” would allow 60 L a day, and “1/people” guarantees people 80 L.") == true)
        #expect(
            try decide(3, "supersedes: [1]\nlimits: []", in: office, at: november(3)).lines.first?.hasPrefix(
                "With this decision, “2/cap” would stand without its minimum for people, “1/people”.") == true)
        // A minimum that leaves room goes on under its name, and the next one is measured by it.
        let renewed = Self.floor.replacing("50 L", with: "55 L")
        #expect(try decide(3, "supersedes: [1]\nlimits:\n" + renewed, in: office, at: november(3)).isDone)
        #expect(try !decide(4, "supersedes: [3]\nlimits:\n" + raised, in: office, at: november(4)).isDone)
        // Both together may change.
        let both = raised + "\n" + Self.cap.replacing("1/people", with: "people").replacing("60 L", with: "90 L")
        #expect(try decide(4, "supersedes: [2, 3]\nlimits:\n" + both, in: office, at: november(4)).isDone)
        office.close()
    }

    @Test("What an assembly decides is taken over after it met, and counts from its day on at the earliest")
    func dates() throws {
        let office = try Office.open(site: site(), now: november(2))
        let floor = "limits:\n" + Self.floor
        #expect(
            try decide(1, floor, from: "2026-12-07", assembly: "2026-12-06", in: office, at: november(35)).lines
                .first?.hasPrefix("The assembly of 2026-12-06 has not met yet") == true)
        #expect(
            try decide(1, floor, from: "2026-10-20", in: office, at: november(2)).lines.first?.hasPrefix(
                "It would be in force from 2026-10-20, before the assembly of 2026-11-01") == true)
        #expect(try decide(1, floor, from: "2026-11-01", in: office, at: november(1)).isDone)
        office.close()
    }

    @Test(
        "A measure skips no assembly, ends with one that is called earlier, and is that one's first item also when over"
    )
    func emergencies() throws {
        var site = try site()
        var office = try Office.open(site: site, now: november(2))
        #expect(try decide(1, "limits:\n" + Self.floor, in: office, at: november(2)).isDone)
        let form = "allows_emergency: [{limit: cap, tightest: 51 L}]\nlimits:\n" + Self.cap
        #expect(try decide(2, form, in: office, at: november(2)).isDone)
        func measure(_ number: Int, _ amount: Int, from: String, until: String) throws -> CommandReply {
            try decide(
                number, "limits: []\nemergency: {limit: 2/cap, amount: \(amount) L, until: \(until)}", from: from,
                in: office, at: november(10))
        }
        // One that begins after the next assembly is for that assembly to decide.
        #expect(
            try measure(3, 55, from: "2026-12-10", until: "2026-12-20").lines
                == ["A measure ends at the next assembly. 2026-12-20 is later."])
        #expect(try measure(3, 55, from: "2026-11-11", until: "2026-11-13").isDone)
        #expect(try measure(4, 52, from: "2026-11-20", until: "2026-12-06").isDone)
        func amount(_ day: Int) throws -> String? {
            LimitsInForce(try LimitRegister(site: site).adopted(in: office.store))
                .inForce(on: CalendarDate(year: 2026, month: 11, day: 1).adding(days: day - 1))
                .first { $0.reference.limit == "cap" }?.limit.amount?.description
        }
        #expect(try [10, 12, 14, 21, 35].map(amount) == ["60", "55", "60", "52", "52"])
        func items(_ day: Int) throws -> [String] {
            let month = CalendarMonth(of: site.zone.date(at: november(day)))
            return Array(
                try Papers(site: site, store: office.store, month: month, now: november(day))
                    .questions(language: "en").prefix(2))
        }
        let both = ["Emergency measure 3 to ratify: C", "Emergency measure 4 to ratify: C"]
        #expect(try items(25) == both)
        // The assembly is called for 29 November: the measure ends there, and both are its first items.
        office.close()
        site = try self.site("{meets: first Sunday 18:00, moved: [{from: 2026-12-06, to: 2026-11-29}]}")
        office = try Office.open(site: site, now: november(26))
        #expect(try items(26) == both)
        #expect(try [28, 29, 30].map(amount) == ["52", "52", "60"])
        #expect(try items(30).filter(both.contains) == [])
        office.close()
    }

    @Test("People at risk is told when a level begins over a missed minimum, and ends with the level")
    func stageBegins() throws {
        let office = try Office.open(site: site(), now: november(2))
        let tank =
            "  - {id: tank, title: T, bound: at_least, protects: people, resource: water, sensors: [tank/level], instant: {value: 100 cm}, waives_confirmation: true, priority: now}"
        #expect(try decide(1, Self.drought + "\nlimits:\n" + tank, in: office, at: november(2)).isDone)
        let low = HandReading(
            sensor: SensorID(rawValue: "tank/level"), value: DecimalValue(50), unit: nil, time: november(3))
        #expect(office.perform(.addReadings([low]), by: Actor(account: "test"), now: november(3)).isDone)
        _ = office.tick(now: november(3))
        try office.pipeline.commit(packets: [], session: 0, now: november(3))
        func risk() throws -> [Bool] {
            try office.store.alerts(openOnly: false).filter { $0.cause == .box(.peopleAtRisk) }
                .map { $0.returnedAt == nil }
        }
        #expect(try office.store.alerts(openOnly: true).count == 1)
        #expect(try risk() == [])
        let level = "limits: []\ndeclares: [{stages: 1/drought, level: 1}]"
        #expect(try decide(2, level, from: "2026-11-03", in: office, at: november(3, 14)).isDone)
        #expect(try risk() == [true])
        #expect(
            try decide(3, "limits: []\nsupersedes: [2]", from: "2026-11-03", in: office, at: november(3, 16)).isDone)
        #expect(try risk() == [false])
        office.close()
    }

    @Test("Whoever adopts new stages in place of old ones hears which level ends with them, unless it is declared anew")
    func renewedStages() throws {
        let office = try Office.open(site: site(), now: november(2))
        #expect(try decide(1, Self.drought + "\nlimits: []", in: office, at: november(2)).isDone)
        let level = "limits: []\ndeclares: [{stages: 1/drought, level: 1}]"
        #expect(try decide(2, level, from: "2026-11-03", in: office, at: november(3)).isDone)
        let told = try ExplainDesk(site: site()).lines("1/drought", at: nil, now: november(3)).lines
        #expect(told.contains { $0.hasSuffix("; 1/drought is at level 1 since 2026-11-03.") }, "\(told)")
        let declared = try decide(
            3, "supersedes: [1]\ndeclares: [{stages: 3/drought, level: 1}]\n" + Self.drought + "\nlimits: []",
            from: "2026-11-04", in: office, at: november(4))
        #expect(declared.isDone && !declared.lines.contains { $0.contains("ends with decision") }, "\(declared.lines)")
        let silent = try decide(
            4, "supersedes: [3]\n" + Self.drought + "\nlimits: []", from: "2026-11-05", in: office, at: november(5))
        #expect(
            silent.lines.last
                == "Level 1 of “3/drought” ends with decision 3. If it is to go on, declare it anew (declares:).")
        office.close()
    }
}
