import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Something runs in a home and never stops: who hears of it, and when.
@Suite("A leak in a home", .serialized)
struct LeakAtHomeTests {
    private static let sensors =
        AlertVillage.plugs + """

              - {id: house-7/energy, resource: energy, quantity: active_energy, role: consumption, unit: kWh, place: house-07, name: {en: Heater}, device: home, channel: energy}
              - {id: house-8/energy, resource: energy, quantity: active_energy, role: consumption, unit: kWh, place: house-08, device: other, channel: energy}
            """

    private static func decision(_ protects: String) -> Data {
        Data(
            """
            ---
            number: 2
            community: test
            assembly: 2026-06-07
            decided: by consent
            in_force_from: 2026-06-08
            review_by: 2099-05-02
            limits:
              - id: never-stops
                title: {en: Something never stops}
                bound: at_most
                protects: \(protects)
                resource: energy
                sensors: [house-7/energy, house-8/energy]
                continuous_flow: {at_least: 0.1 kWh, every: 1 h, for: 3 h}
                priority: today
                response: {en: Look at the heater.}
            ---
            Something that never stops.

            """.utf8)
    }

    private func village(_ protects: String, folder: TemporaryFolder) throws -> AlertVillage {
        let village = try AlertVillage(
            """
              - {name: home-8, kind: files, audience: person, household: house-08, folder: \(folder.path)/home-8}
              - {name: members, kind: files, audience: members, folder: \(folder.path)/members}
            """, sensors: Self.sensors)
        let said = try village.say("Rosa", .adopt(fileName: "2.md", bytes: Self.decision(protects)))
        try #require(said[0] == "done", "\(said)")
        return village
    }

    /// Lets a device use something in each of five hours.
    private func run(_ device: String, in village: AlertVillage, from hour: Int64 = 0) throws {
        for step in 0...20 {
            try village.hear(
                "{\"energy\": \(100 + step / 4).\(step % 4 * 25)}", of: device, at: hour * 3600 + Int64(step) * 900)
        }
    }

    private func told(_ village: AlertVillage, _ destination: String) throws -> [String] {
        try village.told(destination).filter { $0.contains("never stops") || $0.contains("slip") }
    }

    @Test("The home hears of it first and alone; a home that nothing reaches gets a slip")
    func homeFirst() throws {
        let folder = try TemporaryFolder("leak")
        let village = try village("resource", folder: folder)
        try run("other", in: village)
        #expect(try told(village, "home-8").count == 1)
        #expect(try told(village, "stewards").isEmpty && told(village, "members").isEmpty)
        try run("home", in: village, from: 6)
        #expect(try told(village, "stewards") == ["A slip for a home"])
        #expect(try told(village, "home-8").count == 1 && told(village, "members").isEmpty)
        let slip = try #require(
            try village.office.store.outboxEntries().last { $0.item.type == "household.slip" }?.item)
        #expect(!slip.body.contains("07") && slip.alert == nil)

        let recall = """
            ---
            number: 3
            community: test
            assembly: 2026-11-08
            decided: by consent
            in_force_from: 2026-11-08
            review_by: 2027-11-07
            limits: []
            recalls: [Amina]
            ---
            Amina has moved away.

            """
        #expect(try village.say("keeper", .adopt(fileName: "3.md", bytes: Data(recall.utf8)))[0] == "done")
        let site = village.site
        village.office.close()
        let page = try HouseholdDesk(site: site).slips(all: false, enteredFor: "Rosa")
        #expect(page.contains("For the people of house-07") && page.contains("Something never stops (Heater), since"))
        #expect(page.contains("ask Rosa, Jordi.") && !page.contains("Amina"))
        #expect(page.contains("First: Look at the heater.") && !page.contains("house-08") && !page.contains("slips."))
        #expect(try HouseholdDesk(site: site).slips(all: true, enteredFor: "Rosa").contains("house-08"))
        let shown = try HouseholdDesk(site: site).show("house-7/energy")
        #expect(shown.contains { $0.contains("Rosa") && $0.contains("a slip for the home itself") })
    }

    @Test("The stewards hear of it, without the home's name, once the commons goes short of the same")
    func commons() throws {
        let folder = try TemporaryFolder("leak")
        let village = try village("resource", folder: folder)
        try run("other", in: village)
        #expect(try told(village, "stewards").isEmpty)
        let number = try #require(try village.office.store.alerts(openOnly: true).last?.number)
        // More than what the plug may take is no want; the cold store without current is.
        try village.read(150)
        try village.wait(until: 6 * 3600)
        #expect(try told(village, "stewards").isEmpty)
        try village.read(10, of: "cold")
        try village.wait(until: 6 * 3600 + 60)
        try village.restart()
        try village.wait(until: 6 * 3600 + 120)
        #expect(try told(village, "stewards") == ["TODAY \(number): Something never stops"])
        #expect(try told(village, "members").isEmpty && told(village, "home-8").count == 2)
        #expect(try village.entries(number).count { $0 == "told_stewards" } == 1)
        let item = try #require(
            try village.office.store.outboxEntries().last {
                $0.item.destination == "stewards" && $0.item.title.contains("never stops")
            }?.item)
        #expect(!item.body.contains("house-8") && !item.body.contains("house-08"))
    }

    @Test("Where people are at risk the home and the stewards hear of it at once")
    func people() throws {
        let folder = try TemporaryFolder("leak")
        let village = try village("people", folder: folder)
        try run("other", in: village)
        #expect(try told(village, "stewards").count == 1 && told(village, "home-8").count == 1)
        #expect(try told(village, "members").isEmpty)
    }

    @Test("What the home used is explained to nobody who does not say why, and the home sees who looked")
    func explained() throws {
        let folder = try TemporaryFolder("leak")
        let village = try village("resource", folder: folder)
        try run("other", in: village)
        let number = try #require(
            try village.office.store.alerts(openOnly: false).first { $0.subject.hasPrefix("house-8") }?.number)
        village.office.close()
        let desk = AlertDesk(site: village.site)
        let plain = try desk.explain(number, json: false)
        #expect(plain.contains { $0.hasPrefix("What was measured is a home's.") })
        let json = try #require(try desk.explain(number, json: true).first)
        let listed = try desk.lines(all: true, json: true).filter { $0.contains("house-8") }
        #expect(listed.count == 1 && listed.allSatisfy { !$0.contains("peak") }, "\(listed)")
        for text in plain + [json] { #expect(!text.contains("kWh at") && !text.contains("\"evidence\""), "\(text)") }
        #expect(
            try HouseholdDesk(site: village.site).show("house-8/energy").contains { $0.contains("asked us") } == false)
        let shown = try desk.explain(number, json: true, why: "the people asked us to look")
        let object = try JSONSerialization.jsonObject(with: Data(shown.joined().utf8)) as? [String: Any]
        let evidence = try #require(object?["evidence"] as? [[String: Any]])
        #expect(
            !evidence.isEmpty && evidence.allSatisfy { ($0["time"] as? String)?.hasSuffix("Z") == true }, "\(shown)")
        #expect(try HouseholdDesk(site: village.site).show("house-8/energy").contains { $0.contains("asked us") })
    }
}
