import Foundation
import GatewayModel
import Storage
import Testing

@testable import GatewayApp

/// The fourth value, on paper and in a night.
extension ValueTests {
    @Test(
        "4 Vulnerable first: a ceiling on water without a minimum for people is refused, whatever its rule and number")
    func vulnerableFirst() throws {
        let office = try village.office()
        let first = try village.found(in: office)
        let rules = [
            "rule: not more than 10 L per person per day", "rule: not more than 5 m3 per month",
            "rolling: {amount: 9 m3, days: 30}",
            "turn: {minutes: 15, flow: 1 L/min}", "closed_hours: {hours: between 10:00 and 16:00, amount: 1 L}",
            "comparison: {with: last_year, share: 120 %, unit: m3}", "share: {of: [well/water], share: 80 %, unit: m3}",
        ]
        for rule in rules {
            let path = try village.write(2, previous: first, extra: "persons_served: {all: 40}\n")
            let limit =
                "limits:\n  - {id: a, title: A, bound: at_most, protects: resource, resource: water, sensors: [well/water], priority: today, "
            let text = try String(contentsOfFile: path, encoding: .utf8)
                .replacing("limits: []", with: limit + rule + "}")
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            try village.sign(path, ["rosa", "jordi", "amina"])
            let reply = try village.adopt(path, in: office)
            #expect(!reply.isDone && reply.lines.joined().contains("names no floor"), "\(rule): \(reply.lines)")
        }
        office.close()
    }

    @Test(
        "4 Vulnerable first: where people go short while much is used, that wakes, outranks the rest, and ends with either"
    )
    func peopleBeforeSaving() throws {
        let office = try village.office()
        _ = try decide(in: office)
        var random = SystemRandomNumberGenerator()
        let days = (0..<12).map { _ in (low: Bool.random(using: &random), much: Bool.random(using: &random)) }
        // Each pair of states is met at least once.
        let walk = [(false, false), (true, true), (false, true), (true, false)] + days
        var register: Int64 = 1000
        for (day, (low, much)) in walk.enumerated() {
            let noon = Double(day) + 2
            register += day == 0 ? 0 : much ? 6 : 2
            let readings = [("well/water", register), ("tank/level", low ? 90 : 120)].map {
                HandReading(
                    sensor: SensorID(rawValue: $0), value: DecimalValue($1), unit: nil, time: village.time(noon))
            }
            try village.perform(.addReadings(readings), in: office, at: noon)
            _ = office.tick(now: village.time(noon))
            try office.pipeline.commit(packets: [], session: 0, now: village.time(noon))
            try office.makeUpIfDue(now: village.time(noon))
            try office.pipeline.commit(packets: [], session: 0, now: village.time(noon))
            let open = try office.store.alerts(openOnly: true).filter { $0.returnedAt == nil }
            let risk = open.first { $0.cause == .box(.peopleAtRisk) }
            #expect((risk != nil) == (low && much), "day \(day) of \(walk)")
            guard let risk else { continue }
            #expect(risk.priority == .now && open.allSatisfy { $0.priority >= risk.priority }, "\(open)")
            // Whoever is called hears that everybody gets enough first, and nowhere that less is to be used.
            let told = try office.store.outboxEntries().filter { $0.item.alert == risk.id }.map(\.item.body)
            #expect(!told.isEmpty && told.allSatisfy { $0.contains("see that everybody has enough") }, "\(told)")
        }
        office.close()
    }
}
