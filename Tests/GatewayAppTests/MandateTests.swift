import Alerting
import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A mandate is what a decision of the assembly gives, and not any number that was adopted.
@Suite("Mandates and the decisions behind them", .serialized)
struct MandateTests {
    private func village(_ decision: Int, from: String = "2026-05-04", name: String = "Rosa") throws -> AlertVillage {
        let term = "until: 2027-05-02"
        return try AlertVillage(
            "duty: {change: Monday 18:00, turn: [\(name), Jordi], since: 2026-11-09}",
            stewards:
                "[{name: \(name), mandate: {decision: \(decision), from: \(from), \(term)}}, {name: Jordi, mandate: {decision: 1, from: 2026-05-04, \(term)}}]"
        )
    }

    private func adopt(
        _ number: Int, _ keys: String, _ text: String, from: String = "2026-11-08", in village: AlertVillage
    ) throws -> [String] {
        let bytes = """
            ---
            number: \(number)
            community: test
            assembly: 2026-11-08
            decided: by consent
            in_force_from: \(from)
            review_by: 2027-11-07
            \(keys)
            ---
            \(text)

            """
        return try village.say("keeper", .adopt(fileName: "\(number).md", bytes: Data(bytes.utf8)))
    }

    /// Who holds a mandate, by the running duty list.
    private func holds(_ person: String, in village: AlertVillage, days: Int64 = 0) -> Bool {
        village.office.pipeline.state.alerts.policy.roster?.hasMandate(
            person, at: village.now.advanced(bySeconds: days * 86_400)) == true
    }

    private func problems(_ village: AlertVillage) throws -> [String] {
        let found = try village.site.mandateProblems(village.office.store).map(\.description)
        #expect(
            FileCheck.run(configFile: village.folder.file("gateway.yaml")).problems.map(\.description).filter(
                found.contains)
                == found)
        #expect(try DutyDesk(site: village.site).readLines(json: false).filter(found.contains) == found)
        return found.map { $0.replacing(village.folder.file("gateway.yaml"), with: "gateway.yaml") }
    }

    private static let box = "limits: []\nretention: {households: 400 d}"

    @Test(
        "A decision on other things that does not name the person gives no mandate; place, reason and remedy are said")
    func notNamed() throws {
        for (keys, text, isGiven) in [
            (Self.box, "Readings are kept for a while.", false),
            (Self.box, "Readings are kept for a while. Rosalind and Primarosa look after them.", false),
            (Self.box, "Readings are kept for a while. Stewards until May: Jordi,\nROSA.", true),
            ("limits: []", "The stewards are those of the minutes, page 41.", true),
        ] {
            let village = try village(2)
            #expect(!holds("Rosa", in: village))
            #expect(try adopt(2, keys, text, in: village)[0] == "done")
            #expect(holds("Rosa", in: village) == isGiven && holds("Jordi", in: village), "\(text)")
            #expect(
                try problems(village)
                    == (isGiven
                        ? [
                            "gateway.yaml:11: Rosa's mandate begins on 2026-05-04, and decision 2 counts from 2026-11-08 on: until then Rosa is not called; write from: 2026-11-08"
                        ]
                        : [
                            "gateway.yaml:11: Rosa's mandate names decision 2, which decides other things and whose text does not name Rosa: Rosa is not called; name the decision that made Rosa a steward; it says so in its text, with the name as it stands here, or decides nothing else (limits: [])"
                        ]))
        }
    }

    @Test("A name of two words is found over a line's end, and a part of it is not the name")
    func names() throws {
        for (text, isGiven) in [("Stewards: Rosa\n  Pons.", true), ("Stewards: Rosa Ponsa.", false), ("Rosa", false)] {
            let village = try village(2, from: "2026-11-08", name: "Rosa Pons")
            #expect(try adopt(2, Self.box, text, in: village)[0] == "done")
            #expect(holds("Rosa Pons", in: village) == isGiven, "\(text)")
        }
    }

    @Test("Without the decision there is no mandate, and it begins with the decision at the earliest")
    func notAdopted() throws {
        let village = try village(2)
        #expect(
            try problems(village) == [
                "gateway.yaml:11: Rosa's mandate names decision 2, which is not adopted here: Rosa is not called; adopt it (commons limits adopt), or correct the number"
            ])
        #expect(try adopt(2, "limits: []", "Rosa is a steward.", from: "2026-11-20", in: village)[0] == "done")
        #expect(!holds("Rosa", in: village) && !holds("Rosa", in: village, days: 9))
        #expect(holds("Rosa", in: village, days: 10))
    }

    @Test("A mandate ends with its decision; whoever adopts the one that replaces it is told, and it is no recall")
    func replaced() throws {
        let village = try village(1)
        #expect(try problems(village).isEmpty && holds("Rosa", in: village))
        let said = try adopt(2, "supersedes: [1]\nlimits: []", "Two limits end.", from: "2026-11-12", in: village)
        #expect(
            said.contains(
                "With decision 1 the mandates of Rosa, Jordi end on 2026-11-12. If they are to go on, let the assembly give them anew, and name that decision in the configuration."
            ), "\(said)")
        #expect(holds("Rosa", in: village, days: 1) && !holds("Rosa", in: village, days: 2))
        #expect(
            try problems(village).first
                == "gateway.yaml:11: Rosa's mandate names decision 1, which decision 2 replaces: from 2026-11-12 on Rosa is not called; let the assembly give the mandate anew, and name that decision"
        )
        try village.wait(until: 3 * 86_400)
        try village.restart()
        // Better the stewards of yesterday than nobody.
        let roster = try village.site.dutyRoster(village.office.store)
        #expect(village.site.standing(of: "Rosa", roster, now: village.now) == .withoutMandate)
        #expect(!village.site.isRecalled("Rosa", village.office.store, now: village.now))
    }

    @Test("A decision that gives none leaves who stood in the list before as one whose time ran out, not as recalled")
    func unfit() throws {
        let village = try village(1)
        #expect(try adopt(2, Self.box, "Readings are kept for a while.", in: village)[0] == "done")
        for (old, new) in [
            ("{name: Rosa, mandate: {decision: 1", "{name: Rosa, mandate: {decision: 2"),
            ("{name: Jordi, mandate: {decision: 1", "{name: Jordi, mandate: {decision: 2"),
        ] {
            try village.change(old, to: new, isRunning: true)
        }
        let roster = try village.site.dutyRoster(village.office.store)
        #expect(!holds("Rosa", in: village) && !holds("Jordi", in: village))
        #expect(village.site.standing(of: "Rosa", roster, now: village.now) == .withoutMandate)
        let sheet = try DutyDesk(site: village.site).sheet(of: "Rosa", drawnBy: QRCode())
        #expect(sheet.contains("You have no mandate of the assembly yet."))
    }
}
