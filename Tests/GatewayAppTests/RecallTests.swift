import Alerting
import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Stewards whom a decision of the assembly recalls, on a real store; the configuration is not touched.
@Suite("Recall by decision", .serialized)
struct RecallTests {
    private static let stewards = """

          - {name: Rosa, reach: [rosa], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
          - {name: Jordi, reach: [jordi], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
        """

    private func village(hasDuty: Bool = true, stewards: String = RecallTests.stewards) throws -> AlertVillage {
        let duty = hasDuty ? "duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}" : ""
        return try AlertVillage(
            """
              - {name: rosa, kind: files, audience: stewards, folder: rosa}
              - {name: jordi, kind: files, audience: stewards, folder: jordi}
            \(duty)
            """, stewards: stewards)
    }

    private func adopt(
        _ number: Int, _ keys: String, from: String = "2026-11-08", in village: AlertVillage
    ) throws -> [String] {
        let text = """
            ---
            number: \(number)
            community: test
            assembly: 2026-11-08
            decided: by consent
            in_force_from: \(from)
            review_by: 2027-11-07
            limits: []
            \(keys)
            ---
            The assembly has decided about Rosa and Jordi.

            """
        return try village.say("keeper", .adopt(fileName: "\(number).md", bytes: Data(text.utf8)))
    }

    private func hears(_ destination: String, in village: AlertVillage, _ site: Site? = nil) -> Bool {
        StewardMandate(site: site ?? village.site, store: village.office.store, now: village.now)
            .refusal(destination: destination, now: village.now) == nil
    }

    @Test("adoption ends duty, answers, links and notices at once, and a replaced decision brings nobody back")
    func atOnce() throws {
        let village = try village()
        try village.read(150)
        let alert = try #require(try village.office.store.alerts(openOnly: true).last)
        let store = village.office.store
        let tokens = try ["Rosa", "Jordi"].map {
            try store.makeAnswerLink(person: $0, alert: alert.id, at: village.now)
        }
        func links() throws -> [Bool] { try tokens.map { try store.answerLink(token: $0) != nil } }
        func mandates() -> [Bool] {
            ["Rosa", "Jordi"].map {
                village.office.pipeline.state.alerts.policy.roster?.hasMandate($0, at: village.now) == true
            }
        }
        #expect(try links() == [true, true] && mandates() == [true, true])
        #expect(hears("rosa", in: village) && hears("jordi", in: village))

        #expect(try village.say("Jordi", .answer(alert: alert.number, answer: .take))[0] == "done")
        let said = try adopt(2, "recalls: [Jordi]", in: village)
        #expect(said[0] == "done" && said.contains { $0.contains("no longer stewards from 2026-11-08 on: Jordi") })
        #expect(try links() == [true, false] && mandates() == [true, false])
        #expect(hears("rosa", in: village) && !hears("jordi", in: village))
        #expect(try village.told().contains("Recalled: Jordi"))
        // Nobody counts on somebody who does not go any more.
        let open = try #require(try store.alert(number: alert.number))
        #expect(
            open.takenBy == nil && open.state == .raised
                && open.entries.last { $0.kind == .freed }?.person == "Jordi")
        let refused = try village.say("Jordi", .answer(alert: alert.number, answer: .take))
        #expect(refused[0] == "refused" && refused[1].contains("recalled by a decision"))
        #expect(try village.say("Rosa", .answer(alert: alert.number, answer: .take))[0] == "done")
        // Names stand in the record book nowhere but where they can be erased.
        #expect(try store.recordEntries().allSatisfy { !$0.entry.facts.values.joined().contains("Jordi") })

        #expect(try adopt(3, "supersedes: [2]", in: village)[0] == "done")
        #expect(mandates() == [true, false] && !hears("jordi", in: village))
        // The last one that is left: still nobody hears who was recalled.
        #expect(try adopt(4, "recalls: [Rosa]", in: village)[0] == "done")
        #expect(mandates() == [false, false] && !hears("rosa", in: village) && !hears("jordi", in: village))
        #expect(try village.say("Rosa", .answer(alert: alert.number, answer: .take))[0] == "refused")
        try village.restart()
        #expect(mandates() == [false, false])

        // A mandate that a later decision gives counts, also where it ends all others of that person.
        #expect(try adopt(5, "recalls: [Rosa]", in: village)[0] == "done")
        let file = village.folder.file("gateway.yaml")
        try String(contentsOfFile: file, encoding: .utf8)
            .replacing(
                "name: Rosa, reach: [rosa], mandate: {decision: 1",
                with: "name: Rosa, reach: [rosa], mandate: {decision: 5"
            )
            .write(toFile: file, atomically: true, encoding: .utf8)
        let fresh = try Site.load(configFile: file)
        try village.office.reload(fresh, now: village.now)
        #expect(mandates() == [true, false])
        #expect(hears("rosa", in: village, fresh) && !hears("jordi", in: village, fresh))
        #expect(try village.say("Rosa", .answer(alert: alert.number, answer: .take))[0] == "done")
    }

    @Test("a recall of a later day begins on that day, and one without a duty list ends answers and notices too")
    func laterAndWithout() throws {
        let later = try village()
        #expect(try adopt(2, "recalls: [Jordi]", from: "2026-11-12", in: later)[0] == "done")
        #expect(hears("jordi", in: later))
        try later.wait(until: 2 * 86_400)
        #expect(!hears("jordi", in: later) && hears("rosa", in: later))
        #expect(later.office.pipeline.state.alerts.policy.roster?.hasMandate("Jordi", at: later.now) == false)

        let plain = try village(
            hasDuty: false, stewards: "[{name: Rosa, reach: [rosa]}, {name: Jordi, reach: [jordi]}]")
        try plain.read(150)
        let number = try #require(try plain.office.store.alerts(openOnly: true).last?.number)
        #expect(try adopt(2, "recalls: [Jordi]", in: plain)[0] == "done")
        #expect(!hears("jordi", in: plain) && hears("rosa", in: plain))
        #expect(try plain.say("Jordi", .answer(alert: number, answer: .take))[0] == "refused")
        #expect(try plain.say("Rosa", .answer(alert: number, answer: .take))[0] == "done")
    }

    @Test("who was recalled stands on nothing that is printed, and gets no sheet", arguments: [true, false])
    func printed(hasDuty: Bool) throws {
        let village = try village(hasDuty: hasDuty)
        let desk = DutyDesk(site: village.site)
        #expect(try desk.phones(language: nil).contains("Jordi"))
        #expect(try desk.sheet(of: "Rosa").contains("On the list with you: Jordi."))
        #expect(try adopt(2, "recalls: [Jordi]", in: village)[0] == "done")
        let phones = try desk.phones(language: nil)
        #expect(phones.contains("1. Rosa: no number") && !phones.contains("Jordi"))
        #expect(try !desk.sheet(of: "Rosa").contains("On the list with you"))
        let refusal = #expect(throws: AppError.self) { try desk.sheet(of: "Jordi") }
        let words = "\(try #require(refusal))"
        #expect(words.contains("the mandate of 'Jordi' has ended") && words.contains("may answer are Rosa"))
        #expect(try adopt(3, "recalls: [Rosa]", in: village)[0] == "done")
        #expect(try desk.phones(language: nil).contains("No steward may answer at present"))
    }

    @Test("a name that is nearly a steward's is refused; whoever left the configuration is recalled all the same")
    func names() throws {
        let village = try village()
        #expect(try adopt(2, "recalls: [Jordy]", in: village).contains { $0.contains("did you mean “Jordi”") })
        #expect(try adopt(2, "recalls: [Rosa, Rosa]", in: village)[0] == "refused")
        #expect(try adopt(2, "recalls: ['7']", in: village)[0] == "refused")
        #expect(try adopt(2, "recalls: [Quimeta]", in: village)[0] == "done")
    }
}
