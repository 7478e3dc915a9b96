import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Whom the stewards' telephones and papers belong to.
@Suite("Who is reached", .serialized)
struct DutyReachTests {
    @Test("The telephone list stands on paper at each change of duty, whoever is on duty first")
    func phones() throws {
        let village = try AlertVillage(
            """
              - {name: paper, kind: printer, audience: stewards, queue: wall}
            duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}
            """,
            stewards: """

                  - {name: Rosa, phone: "600 111 222", mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
                  - {name: Jordi, mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
                  - {name: Amina, phone: "600 333 444"}
                """)
        for person in ["Rosa", "Jordi"] { try village.test(person) }
        try village.restart()
        try village.wait(until: 60)
        try village.wait(until: (6 * 24 + 6) * 3600 + 1)
        let lists = try village.office.store.outboxEntries().filter { $0.item.type == "duty.phones" }
        // Once when there is somebody on duty at all, and once when it changes.
        #expect(lists.map(\.item.destination) == ["paper", "paper"])
        #expect(lists.first?.item.body.contains("1. Rosa: 600 111 222") == true)
        #expect(lists.last?.item.title == "Telephone list of Test")
        let lines = lists.last?.item.body.split(separator: "\n").dropFirst().map(String.init)
        #expect(
            lines == [
                "1. Jordi: no number   ______", "2. Rosa: 600 111 222   ______",
            ])
        // Amina has no mandate while others have one: she is not called, and may not answer.
        let wall = try DutyDesk(site: village.site).phones(language: nil)
        #expect(wall.contains("Rosa: 600 111 222") && !wall.contains("Amina"))
        #expect(try !village.told("stewards").contains("Telephone list of Test"))
    }

    @Test("The telephone of a recalled steward hears nothing more; without any mandate everybody goes on hearing")
    func recalledHearsNothing() throws {
        let folder = try TemporaryFolder("duty")
        let village = try AlertVillage(
            """
              - {name: rosa, kind: files, audience: stewards, folder: \(folder.path)/rosa}
              - {name: jordi, kind: files, audience: stewards, folder: \(folder.path)/jordi}
            duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}
            """,
            stewards: """

                  - {name: Rosa, reach: [rosa], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
                  - {name: Jordi, reach: [jordi], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
                """)
        let file = village.folder.file("gateway.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let mandates = StewardMandate(site: village.site, store: village.office.store, now: village.now)
        func refusals(_ change: (String) -> String) throws -> [String?] {
            try change(text).write(toFile: file, atomically: true, encoding: .utf8)
            mandates.reload(try Site.load(configFile: file), now: village.now)
            return ["rosa", "jordi", "stewards"].map { mandates.refusal(destination: $0, now: village.now) }
        }
        #expect(try refusals { $0 } == [nil, nil, nil])
        let jordi = "reach: [jordi], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}"
        let ended = jordi.replacing("2027-05-02", with: "2026-11-09")
        #expect(try refusals { $0.replacing(jordi, with: ended) } == [nil, "its steward has no mandate", nil])
        #expect(
            try refusals {
                $0.replacing("{name: Jordi, \(jordi)}", with: "{name: Pau, reach: [jordi]}").replacing(
                    "turn: [Rosa, Jordi]", with: "turn: [Rosa]")
            }
                == [nil, "its steward has no mandate", nil])
        #expect(try refusals { $0.replacing("until: 2027-05-02", with: "until: 2026-11-09") } == [nil, nil, nil])
        // The person's line is gone and the destination is not: also after a start it is not everybody's.
        let without = text.replacing("{name: Jordi, \(jordi)}", with: "{name: Pau}")
            .replacing("turn: [Rosa, Jordi]", with: "turn: [Rosa]")
        try without.write(toFile: file, atomically: true, encoding: .utf8)
        let later = StewardMandate(
            site: try Site.load(configFile: file), store: village.office.store, now: village.now)
        #expect(later.refusal(destination: "jordi", now: village.now) != nil)
        #expect(later.refusal(destination: "rosa", now: village.now) == nil)
    }
}
