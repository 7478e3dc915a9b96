import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What a home's alert means for those on duty.
@Suite("Handed over at the change of duty", .serialized)
struct HandedOverTests {
    private static let sensors =
        AlertVillage.plugs + """

              - {id: house-7/power, resource: energy, quantity: active_power, role: condition, unit: W, place: house-07, device: home, channel: power}
              - {id: house-8/power, resource: energy, quantity: active_power, role: condition, unit: W, place: house-08, device: other, channel: power}
            """

    private static let decision = Data(
        """
        ---
        number: 2
        community: test
        assembly: 2026-06-07
        decided: by consent
        in_force_from: 2026-06-08
        review_by: 2099-05-02
        limits:
          - {id: air, title: Air, bound: at_most, protects: people, resource: energy, sensors: [house-7/power], instant: {value: 100 W, deadband: 10 W}, priority: now}
          - {id: fuse, title: Fuse, bound: at_most, protects: equipment, resource: energy, sensors: [house-8/power], instant: {value: 100 W, deadband: 10 W}, priority: now}
        ---
        Two limits.

        """.utf8)

    @Test(
        "A home's alert to which stewards were called is handed over by its number; one that is the home's alone is not"
    )
    func homes() throws {
        let stewards = ["Rosa", "Jordi"].map {
            "{name: \($0), mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}"
        }
        let village = try AlertVillage(
            "duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}",
            stewards: "[\(stewards.joined(separator: ", "))]", sensors: Self.sensors)
        for person in ["Rosa", "Jordi"] { #expect(try village.test(person)[0] == "done") }
        try #require(try village.say("Rosa", .adopt(fileName: "2.md", bytes: Self.decision))[0] == "done")
        try village.wait(until: 60)
        try village.read(150, of: "home")
        try village.read(150, of: "other")
        let open = try village.office.store.alerts(openOnly: true)
        let people = try #require(open.first { $0.subject == "house-7/power" }).number
        let alone = try #require(open.first { $0.subject == "house-8/power" }).number
        // Monday, 16 November, six in the evening.
        try village.wait(until: (6 * 24 + 6) * 3600 + 1)
        let items = try village.office.store.outboxEntries().map(\.item)
        let body = try #require(items.last { $0.title.hasSuffix("On duty now: Jordi") }?.body)
        #expect(body.contains("\(people) (") && !body.contains("\(alone) (") && !body.contains("house-"), "\(body)")
    }
}
