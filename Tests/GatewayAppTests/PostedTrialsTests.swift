import Foundation
import GatewayModel
import Reporting
import TestSupport
import Testing

@testable import GatewayApp

/// A posting that comes from a login that may not read the data.
@Suite("A posting without trials", .serialized)
struct PostedTrialsTests {
    @Test("takes what the gateway has tried today, and posts nothing before")
    func tried() throws {
        let agenda = try AgendaVillage()
        let village = agenda.village
        try village.read(90)
        try village.wait(until: 5 * 86_400)
        let trials = DraftTrials()
        village.office.draftTrials = trials
        func post() throws -> [String] { try village.say("Ona", .postAgenda(trials: nil)) }

        let refused = try post()
        #expect(refused[0] == "refused" && refused[1].contains("--without-trial"), "\(refused)")
        #expect(throws: (any Error).self) { try agenda.paper("md") }

        try trials.preparePosting(village.site, now: village.now)
        #expect(trials.answerPosting(village.site, now: village.now).isDone)
        #expect(try post()[0] == "done")
        let found = try AgendaDesk(site: village.site).trials(village.office.store, now: village.now) { _ in }
        let table = try #require(found.values.first?["en"]?.table)
        let paper = try agenda.paper("md")
        #expect(paper.contains(table.caption) && !paper.contains("It was not tried on our own readings"))

        // One more day is known tomorrow.
        try village.wait(until: 6 * 86_400)
        #expect(try post()[0] == "refused")
        // The first question begins the try; the answer says nothing until it is over.
        var reply = trials.answerPosting(village.site, now: village.now)
        #expect(!reply.isDone && reply.lines.isEmpty)
        #expect(
            waitUntil(60) {
                reply = trials.answerPosting(village.site, now: village.now)
                return reply.isDone || !reply.lines.isEmpty
            })
        #expect(reply.isDone, "\(reply.lines)")
        #expect(try post()[0] == "done")
    }
}
