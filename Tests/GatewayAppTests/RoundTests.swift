import Delivery
import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// The weekly round goes out by itself: once, in time, and never from a week that is over.
@Suite("The weekly round by itself", .serialized)
struct RoundTests {
    private static let day: Int64 = 86_400
    /// Wednesday, the day after the village's begin, at nine in the morning in Madrid, in seconds after it.
    private static let wednesday: Int64 = 21 * 3600
    private static let sensors = """
              - {id: tank/level, resource: water, quantity: level, role: condition, unit: m, visibility: community, place: tank, visited_by: water duty, device: "24e124126c410001", channel: depth, rhythm: {interval: 15 min, silent_after: 1 h}}
              - {id: home-1/power, resource: energy, quantity: active_power, role: consumption, unit: W, visibility: household, place: home-1, device: plug, channel: power, rhythm: {interval: 15 min, silent_after: 1 h}}
              - {id: cold/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: pantry, device: cold, channel: power}
              - {id: plug/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: kitchen, device: other, channel: power}
        """

    private func village(_ folder: TemporaryFolder, _ more: String, stewards: String? = nil) throws -> AlertVillage {
        let extra = """
              - {name: rosa, kind: files, audience: stewards, folder: \(folder.path)/rosa}
              - {name: board, kind: files, audience: members, folder: \(folder.path)/board}
              - {name: home-1, kind: files, audience: person, household: home-1, folder: \(folder.path)/home}
            \(more)
            """
        guard let stewards else { return try AlertVillage(extra, sensors: Self.sensors) }
        return try AlertVillage(extra, stewards: stewards, sensors: Self.sensors)
    }

    private func rounds(_ village: AlertVillage) throws -> [OutboxItem] {
        try village.office.store.outboxEntries().map(\.item).filter { $0.type == "duty.round" }
    }

    /// The tank and a home are heard once and then no more.
    private func fallSilent(_ village: AlertVillage) throws {
        village.office.pipeline.changeState { $0.silence.listen(true, now: village.now) }
        try village.wait(until: 60)
        try village.wait(until: 3 * 3600)
    }

    @Test(
        "It is sent at its time to every destination of the stewards, once, whatever is restarted, and again next week")
    func onceAWeek() throws {
        let folder = try TemporaryFolder("round")
        let village = try village(folder, "round: {at: Wednesday 09:00}")
        try fallSilent(village)
        try village.wait(until: Self.wednesday - 1)
        #expect(try rounds(village).isEmpty)
        try village.wait(until: Self.wednesday + 5)
        #expect(try rounds(village).map(\.destination) == ["stewards", "rosa"])
        let text = try #require(try rounds(village).first)
        #expect(text.title == "This week's round (2026-11-11)")
        #expect(text.body.contains("tank: tank/level: silent, overdue since") && text.body.contains("(water duty)"))
        #expect(text.body.contains("Homes where something is silent or a battery is low: 1."))
        #expect(!text.body.contains("home-1"))
        try village.restart()
        try village.wait(until: Self.wednesday + 3600)
        #expect(try rounds(village).count == 2)
        try village.wait(until: Self.wednesday + 7 * Self.day + 5)
        #expect(
            try rounds(village).map(\.title).suffix(2) == Array(repeating: "This week's round (2026-11-18)", count: 2))
        #expect(try rounds(village).count == 4)
    }

    @Test("After an outage it is made up for within a day, as things are then; later than that the next week's is sent")
    func outages() throws {
        let folder = try TemporaryFolder("round")
        let village = try village(folder, "round: {at: Wednesday 09:00, to: [board]}")
        try village.restart()
        try village.wait(until: Self.wednesday + 20 * 3600)
        #expect(try rounds(village).map(\.destination) == ["board"])
        #expect(try rounds(village).first?.body == "Nothing has to be visited.")
        // Off for a week and two days.
        try village.restart()
        try village.wait(until: Self.wednesday + 9 * Self.day)
        #expect(try rounds(village).count == 1)
        try village.wait(until: Self.wednesday + 14 * Self.day)
        #expect(try rounds(village).count == 2)
        // What waited for its destination meanwhile is of no use any more.
        let waiting = try #require(try rounds(village).first)
        let store = village.office.store
        #expect(RunningParts.recheck(waiting, now: waiting.createdAt.advanced(bySeconds: 2 * Self.day), store) == .send)
        #expect(RunningParts.recheck(waiting, now: waiting.createdAt.advanced(bySeconds: 4 * Self.day), store) != .send)
    }

    @Test(
        "Of the destinations that reach one steward alone only that of the person on duty gets it, who is named there")
    func personOnDuty() throws {
        let folder = try TemporaryFolder("round")
        let stewards = ["Rosa", "Jordi"].map {
            "{name: \($0), reach: [\($0.lowercased())], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}"
        }
        let village = try village(
            folder,
            """
              - {name: jordi, kind: files, audience: stewards, folder: \(folder.path)/jordi}
            duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}
            round: {at: Wednesday 09:00}
            """, stewards: "[\(stewards.joined(separator: ", "))]")
        for person in ["Rosa", "Jordi"] { try village.test(person) }
        try village.wait(until: Self.wednesday + 5)
        #expect(try rounds(village).map(\.destination) == ["stewards", "rosa"])
        #expect(try rounds(village).first?.body.hasPrefix("On duty: Rosa.\n") == true)
        try village.wait(until: Self.wednesday + 7 * Self.day + 5)
        #expect(try rounds(village).map(\.destination).suffix(2) == ["stewards", "jordi"])
    }

    @Test("A device that tells no percentage, only that its battery is low, is on the round until it is changed")
    func lowWithoutPercentage() throws {
        let village = try AlertVillage()
        let desk = RoundDesk(site: village.site)
        try village.hear("{\"power\": 5, \"battery_low\": true}", of: "plug", at: 10)
        let lines = try desk.lines(json: false, now: village.now)
        #expect(lines.count == 1 && lines[0].hasPrefix("kitchen: plug/power: battery low"), "\(lines)")
        try village.hear("{\"power\": 5, \"battery_low\": false}", of: "plug", at: 20)
        #expect(try desk.lines(json: false, now: village.now) == ["Nothing has to be visited."])
    }

    @Test("A time that is none, and a destination that is not there or a household's, are named with their line")
    func problems() throws {
        let base = try String(contentsOfFile: GatewayUnderTest.root + "/config/gateway.yaml", encoding: .utf8)
        func problem(_ round: String) -> String {
            let (_, problems) = ConfigurationFile(file: "g.yaml").parse(base + "\nround: \(round)\n")
            return problems.map { "\($0)" }.joined(separator: "\n")
        }
        #expect(problem("{at: Monday 09:00, to: [notices]}") == "")
        #expect(problem("{at: sometimes}").contains("'sometimes' is not understood"))
        #expect(problem("{at: Monday 09:00, to: [notice]}").contains("did you mean 'notices'?"))
        #expect(problem("{to: [notices]}").contains("at"))
    }
}
