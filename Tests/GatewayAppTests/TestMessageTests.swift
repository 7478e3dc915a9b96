import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Test messages to stewards, on a real store.
@Suite("Test messages", .serialized)
struct TestMessageTests {
    @Test("Two test messages to one steward in the same millisecond are two alerts with a notice each")
    func twoTests() throws {
        let folder = try TemporaryFolder("duty")
        let village = try AlertVillage(
            """
              - {name: jordi, kind: files, audience: stewards, folder: \(folder.path)/jordi}
            duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}
            """,
            stewards: """

                  - {name: Rosa, mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
                  - {name: Jordi, reach: [jordi], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
                """)
        for _ in 0..<2 { try village.say("Rosa", .testAlarm(steward: "Jordi")) }
        let alerts = try village.office.store.alerts(openOnly: false).filter { $0.cause == .box(.testAlarm) }
        #expect(alerts.map(\.number) == [1, 2] && alerts.map(\.state) == [.closed, .raised])
        #expect(Set(alerts.map(\.id)).count == 2 && Set(alerts.map(\.onset)).count == 1)
        let calls = try village.office.store.outboxEntries().filter {
            $0.item.destination == "jordi" && $0.item.type == "alert.raised"
        }
        #expect(calls.map(\.item.alert) == alerts.map(\.id) && Set(calls.map(\.item.key)).count == 2)
        try village.letGo(of: try #require(alerts.last))
        #expect(try village.say("Jordi", .answer(alert: 1, answer: .take))[0] == "refused")
        #expect(try village.say("Jordi", .answer(alert: 2, answer: .take))[0] == "done")
    }
}
