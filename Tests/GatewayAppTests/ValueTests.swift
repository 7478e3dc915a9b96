import Alerting
import Foundation
import GatewayModel
import Limits
import MQTTIngest
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// The eight values that the program is built for, each as a property that a change could break.
@Suite("Values", .serialized)
struct ValueTests {
    let village: SigningVillage
    init() throws {
        village = try SigningVillage(sensors: ValueFixture.sensors)
    }

    /// Decision 2 with two limits, signed by three of five.
    func decide(in office: Office) throws -> String {
        let first = try village.found(in: office)
        let path = try village.write(2, previous: first)
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing("limits: []", with: ValueFixture.limits)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try village.sign(path, ["rosa", "jordi", "amina"])
        let reply = try village.adopt(path, in: office)
        #expect(reply.isDone, "\(reply.lines)")
        return path
    }

    private func inForce(_ office: Office, days: Int = 0) throws -> [LimitInForce] {
        let date = village.site.zone.date(at: village.time(Double(days)))
        return try StageKeeper(office.store)
            .limits(on: date, LimitsInForce(LimitRegister(site: village.site).adopted(in: office.store)))
    }

    /// A level that passes the tank's minimum, and one that keeps it.
    private func level(_ value: Int64, in office: Office, at days: Double) throws {
        let reading = HandReading(
            sensor: SensorID(rawValue: "tank/level"), value: DecimalValue(value), unit: nil, time: village.time(days))
        try village.perform(.addReadings([reading]), in: office, at: days)
        _ = office.tick(now: village.time(days))
        try office.pipeline.commit(packets: [], session: 1, now: village.time(days))
    }

    @Test("1 Collective decision: no act, no message and no altered decision changes what is in force")
    func collectiveDecision() throws {
        let office = try village.office()
        let path = try decide(in: office)
        let before = try inForce(office)
        #expect(before.count == 2)
        let well = try #require(office.pipeline.state.sensors.sensor(SensorID(rawValue: "well/water")))
        let acts: [Command] = [
            .assign(sensor: well, device: "x", channel: "y"), .rebind(old: "w", new: "z"),
            .setAside(sensor: well.id, from: village.time(0), until: village.time(1), why: "test"),
            .closeReport(CalendarMonth(year: 2026, month: 10)), .setClock(SystemClock.now()), .overview,
            .answer(alert: 1, answer: .resolve(.real, note: nil)),
        ]
        for act in acts { try village.perform(act, in: office, at: 0.1) }
        let topics = ["commons/limits/set", "commons/limits/2/tank", "limits/adopt", "homeassistant/number/limit/set"]
        for topic in topics {
            let message = InboundMessage(topic: topic, payload: Array("5".utf8), receivedAt: village.time(0.2))
            _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        }
        try office.pipeline.commit(packets: [], session: 1, now: village.time(0.2))
        // The same signatures under a text with one character changed, at any place.
        let bytes = village.bytes(path)
        let signatures = SignatureFolder.files(for: path)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var altered = bytes
            let place = Int.random(in: altered.indices, using: &random)
            altered[place] = altered[place] == 0x31 ? 0x32 : 0x31
            var text = String(decoding: altered, as: UTF8.self)
            if Bool.random(using: &random) { text = text.replacing("number: 2", with: "number: 3") }
            let reply = office.perform(
                .adopt(fileName: "3.md", bytes: Data(text.utf8), signatures: signatures), by: Actor(account: "keeper"),
                now: village.time(0.3))
            #expect(!reply.isDone)
        }
        #expect(try inForce(office) == before)
        office.close()
    }

    @Test("2 Transparency: every alert tells limit, decision, readings; the report lists every limit in force")
    func transparency() throws {
        let office = try village.office()
        _ = try decide(in: office)
        try level(120, in: office, at: 0.2)
        try level(90, in: office, at: 0.3)
        let alerts = try office.store.alerts(openOnly: false).filter {
            if case .limit = $0.cause { true } else { false }
        }
        #expect(alerts.count == 1)
        for alert in alerts {
            let lines = try AlertDesk(site: village.site).explain(alert.number, json: false).joined(separator: "\n")
            for part in ["The tank: never less than 100 cm", "2", "2026-11-01", "tank/level", "90"] {
                #expect(lines.contains(part), "\(part) in \(lines)")
            }
        }
        let report = try Papers(
            site: village.site, store: office.store, month: CalendarMonth(year: 2026, month: 11), now: village.time(1)
        ).report(.html, language: "en")
        for entry in try inForce(office) { #expect(report.contains(entry.limit.titles["en"] ?? "?")) }
        office.close()
    }

    @Test(
        "3 Accountability: whoever acts stands in the record book with means and time, and the chain holds from its start"
    )
    func accountability() throws {
        let office = try village.office()
        _ = try decide(in: office)
        try level(90, in: office, at: 0.3)
        let number = try #require(try office.store.alerts(openOnly: true).first?.number)
        let answers: [AlertAnswer] = [.take, .note("valve was open")]
        let known = try office.store.recordEntries().count
        for answer in answers {
            try village.perform(.answer(alert: number, answer: answer), in: office, at: 0.4, by: "Rosa")
        }
        let entries = try office.store.recordEntries().dropFirst(known).map(\.entry)
        #expect(entries.count == answers.count)
        for entry in entries {
            #expect(entry.erasable["person"] == "Rosa" && entry.facts["means"] == "console", "\(entry)")
            #expect(entry.at == village.time(0.4))
        }
        #expect(try office.store.verifyRecordBook().isIntact)
        office.close()
    }

    @Test("5 Ecological limits: with anything missing no day is said to keep a ceiling, and none to miss a minimum")
    func ecologicalLimits() throws {
        var random = SystemRandomNumberGenerator()
        let sensors = (0..<3).map {
            Sensor(
                id: SensorID(rawValue: "well-\($0)/water"), resource: "water", quantity: "volume", role: .input,
                visibility: .community, unit: Unit("m3"))
        }
        let start = CalendarDate(year: 2026, month: 3, day: 1)
        for _ in 0..<500 {
            var table = DayTable(sensors: sensors)
            var isWhole = true
            var total: Int64 = 0
            for sensor in sensors {
                for day in 0..<5 {
                    switch Int.random(in: 0..<8, using: &random) {
                    case 0: isWhole = false
                    case 1:
                        isWhole = false
                        table.set(
                            DayTable.Use(amount: DecimalValue(4), measuredPermille: 400), of: sensor.id,
                            on: start.adding(days: day))
                        total += 4
                    default:
                        table.set(DayTable.Use(amount: DecimalValue(4)), of: sensor.id, on: start.adding(days: day))
                        total += 4
                    }
                }
            }
            let bound = Int64.random(in: 20...60, using: &random)
            for side in Bound.allCases {
                let limit = Limit(
                    id: "a", titles: [:], bound: side, protects: .resource, resource: "water",
                    sensors: sensors.map(\.id),
                    unit: Unit("m3"), rule: .rolling(amount: DecimalValue(bound), days: 5, basis: .total),
                    priority: .today)
                let state = DayRules.judge(limit, Scale(persons: nil), on: start.adding(days: 4), table).first?.state
                switch side {
                case .atMost: #expect(state == (total > bound ? .past : isWhole ? .within : .unknown))
                case .atLeast: #expect(state == (total >= bound ? .within : isWhole ? .past : .unknown))
                }
            }
        }
    }

    @Test(
        "6 No central boss: with every link cut the box begins, counts, warns, reports, and takes orders from no topic")
    func noCentralBoss() throws {
        var office = try village.office()
        _ = try decide(in: office)
        office.close()
        // No broker answers, no destination is reached: it begins all the same.
        office = try village.office(at: 1)
        try level(80, in: office, at: 1.1)
        #expect(try office.store.alerts(openOnly: true).contains { $0.subject == "tank/level" })
        let report = try Papers(
            site: village.site, store: office.store, month: CalendarMonth(year: 2026, month: 11), now: village.time(2)
        ).report(.markdown, language: "en")
        #expect(report.contains("The tank"))
        let prefix = village.site.configuration.broker.prefix
        #expect(village.site.configuration.broker.topics.allSatisfy { !$0.hasPrefix(prefix + "/") && $0 != "#" })
        office.close()
    }

    @Test("7 Privacy: nothing that is published names a home, neither papers nor notices to stewards and members")
    func privacy() throws {
        let office = try village.office()
        _ = try decide(in: office)
        let home = SensorID(rawValue: "house-1/water")
        for day in 0..<4 {
            let reading = HandReading(
                sensor: home, value: DecimalValue(Int64(100 + day * 3)), unit: nil, time: village.time(Double(day)))
            try village.perform(.addReadings([reading]), in: office, at: Double(day))
        }
        office.pipeline.box(
            .sensorSilent, subject: home.rawValue, isActive: true, onset: village.time(3),
            ["place": "house-1", "visibility": "household"], village.time(4))
        try office.pipeline.commit(packets: [], session: 1, now: village.time(4))
        try level(90, in: office, at: 4.1)
        let papers = try Papers(
            site: village.site, store: office.store, month: CalendarMonth(year: 2026, month: 11), now: village.time(5))
        let published =
            ["en", "es"].flatMap { language in
                [
                    papers.report(.html, language: language), papers.report(.json, language: language),
                    papers.report(.csv, language: language), papers.agenda(.markdown, language: language),
                    papers.agenda(.json, language: language), papers.calendar(language: language),
                ]
            } + (try office.store.outboxEntries()).map { $0.item.title + $0.item.body + $0.item.dataJSON }
        for text in published { #expect(!text.contains("house-1")) }
        #expect(published.count > 12)
        office.close()
    }

    @Test(
        "8 Emergency: whatever is proposed, only a tighter number as far as decided, for a ceiling, until the assembly")
    func emergency() throws {
        let office = try village.office()
        let previous = Fingerprint.sha256(village.bytes(try decide(in: office)))
        let next = CalendarDate(year: 2026, month: 12, day: 6)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<60 {
            let limit = Bool.random(using: &random) ? "2/water" : "2/tank"
            let amount = Int.random(in: 20...140, using: &random)
            let until = CalendarDate(year: 2026, month: 11, day: 10).adding(
                days: Int.random(in: 0...60, using: &random))
            let unit = limit == "2/water" ? "L" : "cm"
            let (measure, _) = ResolutionFile.parse(
                Array(
                    """
                    ---
                    number: 3
                    community: test
                    assembly: 2026-11-01
                    decided: by the stewards
                    in_force_from: 2026-11-10
                    review_by: 2027-11-01
                    previous: \(previous)
                    limits: []
                    emergency: {limit: \(limit), amount: \(amount) \(unit), until: \(until)}
                    ---
                    x

                    """.utf8), fileName: "3.md")
            let isGood = limit == "2/water" && (60..<100).contains(amount) && until <= next
            let problem = try measure.flatMap { try office.misfit(of: $0, now: village.time(0.3)) }
            #expect((measure != nil && problem == nil) == isGood, "\(limit) \(amount) \(until): \(problem ?? "-")")
        }
        office.close()
    }
}
