import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Nobody changes alone and unseen what others are called for or what is counted.
@Suite("What one steward does is told to the others", .serialized)
struct ToldToOthersTests {
    private static let sensors =
        AlertVillage.plugs + """

              - {id: main/energy, resource: energy, quantity: energy, role: input, unit: kWh, visibility: community, device: main, channel: energy_total, meter: {digits: 5, maximum_per_hour: 9000}}
              - {id: home-1/energy, resource: energy, quantity: energy, role: consumption, unit: kWh, visibility: household, place: home-1, device: home, channel: energy_total, meter: {digits: 5, maximum_per_hour: 9000}}
            """

    private func village(_ folder: TemporaryFolder) throws -> AlertVillage {
        let stewards = ["rosa", "jordi"].map { "{name: \($0.capitalized), reach: [\($0)]}" }.joined(separator: ", ")
        return try AlertVillage(
            """
              - {name: rosa, kind: files, audience: stewards, folder: \(folder.path)/rosa}
              - {name: jordi, kind: files, audience: stewards, folder: \(folder.path)/jordi}
              - {name: board, kind: files, audience: members, folder: \(folder.path)/board}
            """, stewards: "[\(stewards)]", sensors: Self.sensors)
    }

    /// What was told to a destination by one act of a steward: type, and the words.
    private func told(_ village: AlertVillage, _ destination: String, by command: Command) throws -> [String] {
        let before = Set(try village.office.store.outboxEntries().map(\.item.key))
        try #require(try village.say("Rosa", command)[0] == "done")
        return try village.office.store.outboxEntries()
            .filter { !before.contains($0.item.key) && $0.item.destination == destination }
            .map { "\($0.item.type): \($0.item.body)" }
    }

    private func meter(_ device: String, _ figures: [Int], in village: AlertVillage) throws {
        for (index, figure) in figures.enumerated() {
            let message = InboundMessage(
                topic: "tele/\(device)/SENSOR", payload: Array("{\"ENERGY\":{\"Total\":\(figure)}}".utf8),
                receivedAt: village.now.advanced(bySeconds: Int64(index) * 60))
            _ = village.office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
            try village.commit()
        }
        try village.wait(until: 600 + village.now.milliseconds(since: AlertVillage.begin) / 1000)
        village.office.housekeepIfDue(now: village.now)
    }

    @Test(
        "A pause, a close, a switch-off and a meter confirmation reach the other steward, with who and why",
        arguments: ["jordi", "stewards"])
    func fourActs(_ destination: String) throws {
        let folder = try TemporaryFolder("told")
        let village = try village(folder)
        try village.read(150)
        let until = village.now.advanced(bySeconds: 3 * 3600)
        let pause = try told(
            village, destination, by: .answer(alert: 1, answer: .pause(until: until, why: "known work")))
        #expect(
            pause == [
                "alert.paused: Rosa paused this until 2026-11-10 15:00: plug/power: Power of the plug. Why: known work. 2 readings agree. First: Switch it off."
            ])
        try village.read(20)
        let close = try told(village, destination, by: .answer(alert: 1, answer: .resolve(.knownWork, note: nil)))
        #expect(close == ["alert.closed: Closed by Rosa: plug/power: Power of the plug. Cause: known work."])
        let off = try told(
            village, destination,
            by: .switchAlerts(subject: "plug/power", off: SwitchOffTerms(until: until, why: "repair")))
        #expect(
            off.count == 1
                && off.first?.hasPrefix("alerts.off: Rosa switched off the alerts of “plug/power” until") == true)
        #expect(off.first?.contains("Why: repair") == true)
        let on = try told(village, destination, by: .switchAlerts(subject: "plug/power", off: nil))
        #expect(on.count == 1 && on.first?.hasPrefix("alerts.on:") == true)

        try meter("main", [9800, 9870, 3, 20], in: village)
        let answer = MeterAnswer(
            sensor: SensorID(rawValue: "main/energy"), at: nil, kind: nil, isConfirmed: true, use: DecimalValue(8))
        let confirmed = try told(village, destination, by: .decideMeter(answer))
        #expect(confirmed.count == 1)
        #expect(
            confirmed.first?.hasPrefix(
                "steward.meter_confirmed: Rosa confirmed on the meter “main/energy”: meter replaced on")
                == true, "\(confirmed)")
        #expect(confirmed.first?.contains("Counted: 8 kWh.") == true, "\(confirmed)")
    }

    @Test("Of a home's meter the stewards hear that somebody confirmed something, and no figure; members hear nothing")
    func aHome() throws {
        let folder = try TemporaryFolder("told")
        let village = try village(folder)
        try meter("home", [9800, 9870, 3, 20], in: village)
        let answer = MeterAnswer(
            sensor: SensorID(rawValue: "home-1/energy"), at: nil, kind: nil, isConfirmed: true, use: DecimalValue(8))
        let told = try told(village, "jordi", by: .decideMeter(answer))
        #expect(told.count == 1)
        #expect(told.first?.contains("Rosa confirmed on the meter “a home”") == true, "\(told)")
        #expect(told.first?.contains("home-1") == false && told.first?.contains("8 kWh") == false)
        #expect(try village.told("board").isEmpty)
    }
}
