import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What was posted and is not done, and meetings that are moved or cancelled after their agenda was posted; on a real store.
@Suite("What comes again until it is dealt with")
struct AgendaAgainTests {
    private static let day: Int64 = 86_400
    private let agenda: AgendaVillage
    private var village: AlertVillage { agenda.village }

    init() throws { agenda = try AgendaVillage() }

    /// What would be on the next agenda now.
    private func next() throws -> [AgendaItem] {
        let month = CalendarMonth(of: village.site.zone.date(at: village.now)).previous
        return try Papers(site: village.site, store: village.office.store, month: month, now: village.now)
            .items(language: "en")
    }

    private func item(_ kind: AgendaKind) throws -> AgendaItem? { try next().first { $0.kind == kind } }

    /// Enters the posted paper, with all items put off but those that are marked already.
    private func record(_ marked: String) throws -> [String] {
        let text = marked.replacing("\nPresent:\n", with: "\nPresent: 14\n")
            .replacing("\nResult:\n", with: "\nResult: deferred\n")
        return try village.say("keeper", .recordAgenda(fileName: "a.md", bytes: Data(text.utf8)))
    }

    /// The plug's alert comes, is paused once for each reason and is closed.
    private func pause(_ reasons: String...) throws {
        try village.read(150)
        let alert = try #require(try village.office.store.alerts(openOnly: true).last { $0.subject == "plug/power" })
        for why in reasons {
            let until = village.now.advanced(bySeconds: 3600)
            let pause = AlertAnswer.pause(until: until, why: why)
            try #require(try village.say("Rosa", .answer(alert: alert.number, answer: pause))[0] == "done")
            try village.wait(until: until.milliseconds(since: AlertVillage.begin) / 1000 + 10)
        }
        try village.read(20)
        let closing = AlertAnswer.resolve(.real, note: nil)
        try #require(try village.say("Rosa", .answer(alert: alert.number, answer: closing))[0] == "done")
    }

    /// An alert of November is paused twice; on Wednesday, 2 December, the agenda for the 6th is posted.
    private func postAfterTrouble() throws {
        try pause("the plumber", "the plumber again")
        try village.wait(until: 22 * Self.day)
        try #require(try agenda.post()[0] == "done")
        try #require(try item(.pausedAgain) != nil)
    }

    @Test("a pause at the end of a month and one of the next alert in the new month are two in a row")
    func acrossTheMonth() throws {
        // Friday, 27 November, and Tuesday, 1 December.
        try village.wait(until: 17 * Self.day)
        try pause("the plumber")
        #expect(try item(.pausedAgain) == nil)
        try village.wait(until: 21 * Self.day)
        try pause("the plumber again")
        let item = try #require(try item(.pausedAgain))
        #expect(item.related.count == 2 && item.facts[0].hasSuffix("the plumber"), "\(item.facts)")
        #expect(item.facts[1].hasSuffix("the plumber again"))
    }

    @Test(
        "where the meeting is cancelled after that, the next one hears of it, with its month", arguments: [true, false])
    func notHeld(isCancelled: Bool) throws {
        try postAfterTrouble()
        if isCancelled { try village.change("quorum: 12", to: "quorum: 12, cancelled: [2026-12-06]") }
        // Saturday, 2 January: the month before this one is December.
        try village.wait(until: 53 * Self.day)
        let again = try #require(try item(.pausedAgain))
        #expect(again.meeting?.description == "2027-01-03" && again.since?.description == "2026-12-06")
        let said = isCancelled ? "the assembly was not held." : "what came of it was not entered."
        #expect(again.history == ["6 December 2026: it was on the agenda; \(said)"])
        #expect(again.facts.contains { $0.contains("the plumber again") })
        // What is told month by month speaks of November too, which nobody may have heard of, and of each month once.
        let gaps = try #require(try item(.dataGap)).facts
        #expect(gaps.contains { $0.hasPrefix("November 2026: ") } && gaps.contains { $0.hasPrefix("December 2026: ") })
        #expect(gaps.allSatisfy { !$0.contains("up to") } && Set(gaps).count == gaps.count, "\(gaps)")
        // It is on the next agenda, and away once people say what came of it.
        try #require(try agenda.post()[0] == "done")
        try village.wait(until: 55 * Self.day)
        var paper = try String(
            contentsOfFile: village.folder.file("papers/agenda-2027-01-03.md"), encoding: .utf8)
        let line = "Reference: \(again.id.prefix(8))\n\nResult:"
        try #require(paper.contains(line))
        paper = paper.replacing(line, with: line + " withdrawn")
        #expect(try record(paper)[0] == "done")
        #expect(try item(.pausedAgain) == nil)
    }

    @Test("what found no room comes again, earlier; a proposal only until its decision is adopted")
    func noRoom() throws {
        try village.change("quorum: 12", to: "quorum: 12, agenda_items: 1")
        _ = try agenda.post()
        try village.wait(until: AgendaVillage.afterwards)
        #expect(try record(agenda.paper("md"))[0] == "done")
        let states = try agenda.standing()
        #expect(states.values.count { $0 == .deferred } == 1 && states[AgendaVillage.titles[1]] == .submitted)
        for name in ["neighbours/b.md", "proposals/0002-plug.md"] {
            try FileManager.default.moveItem(
                atPath: village.folder.file(name), toPath: village.folder.file(name.replacing("/", with: "-")))
        }
        let again = try next()
        let pumps = try #require(again.first { $0.title == AgendaVillage.titles[1] })
        #expect(pumps.history == ["6 December 2026: it stood on the page for information."])
        #expect(again.contains { $0.title == AgendaVillage.titles[2] })
        let decision = try Data(contentsOf: URL(fileURLWithPath: village.folder.file("proposals-0002-plug.md")))
        try #require(try village.say("keeper", .adopt(fileName: "2.md", bytes: decision))[0] == "done")
        let rest = try next().map(\.title)
        #expect(!rest.contains(AgendaVillage.titles[2]) && rest.contains(AgendaVillage.titles[1]))
    }

    @Test("a dispute stays on the agenda until its verdict is entered, and the answer says how")
    func dispute() throws {
        try village.read(60)
        let subject = Dispute.Subject.readings(
            SensorID(rawValue: "plug/power"), from: AlertVillage.begin,
            until: AlertVillage.begin.advanced(bySeconds: 60))
        try #require(try village.say("Ona", .openDispute(subject, why: "it stood still"))[0] == "done")
        _ = try agenda.post()
        try village.wait(until: AgendaVillage.afterwards)
        var marked = try agenda.paper("md")
        let title = try #require(try item(.disputeOpen)?.title)
        try agenda.mark(&marked, title, "decided (minutes 3, page 1)")
        let said = try record(marked)
        #expect(
            said[0] == "done"
                && said.contains { $0.contains("commons disputes decide 1 ") && $0.contains("still open") },
            "\(said)")
        #expect(try item(.disputeOpen)?.history == ["6 December 2026: decided (minutes 3, page 1). It is still open."])
        let verdict = DisputeVerdict(
            isUpheld: false, reason: "it counts", decision: nil,
            assembly: CalendarDate(year: 2026, month: 12, day: 6), minutes: "book 3, page 1")
        try #require(try village.say("Ona", .decideDispute(1, verdict))[0] == "done")
        #expect(try item(.disputeOpen) == nil)
        // What is entered once more speaks of no dispute.
        #expect(try !record(marked).contains { $0.contains("disputes decide") })
    }

    @Test("a dispute that was put off and decided since is over; what is decided already needs no mark")
    func decidedSince() throws {
        try village.read(60)
        for why in ["it stood still", "it ran too fast"] {
            let subject = Dispute.Subject.readings(
                SensorID(rawValue: "plug/power"), from: AlertVillage.begin,
                until: AlertVillage.begin.advanced(bySeconds: 60))
            try #require(try village.say("Ona", .openDispute(subject, why: why))[0] == "done")
        }
        _ = try agenda.post()
        try village.wait(until: AgendaVillage.afterwards)
        func decide(_ number: Int64) throws {
            let verdict = DisputeVerdict(
                isUpheld: false, reason: "it counts", decision: nil,
                assembly: CalendarDate(year: 2026, month: 12, day: 6), minutes: "book 3, page 1")
            try #require(try village.say("Ona", .decideDispute(number, verdict))[0] == "done")
        }
        try decide(1)
        let decision = try Data(contentsOf: URL(fileURLWithPath: village.folder.file("proposals/0002-plug.md")))
        try #require(try village.say("keeper", .adopt(fileName: "2.md", bytes: decision))[0] == "done")
        // Everything is put off but the first dispute and the proposal, whose lines stay empty.
        let posted = try village.office.store.agendaPast().values.joined().compactMap { $0.items["en"] }
        let settled = posted.filter { $0.related == ["1"] || $0.kind == .proposal }
        try #require(settled.count == 2)
        var paper = try agenda.paper("md").replacing("\nPresent:\n", with: "\nPresent: 14\n")
            .replacing("\nResult:\n", with: "\nResult: deferred\n")
        for item in settled {
            let line = "Reference: \(item.id.prefix(8))\n\nResult:"
            paper = paper.replacing(line + " deferred", with: line)
        }
        #expect(try village.say("keeper", .recordAgenda(fileName: "a.md", bytes: Data(paper.utf8)))[0] == "done")
        #expect(try next().filter { $0.kind == .disputeOpen }.map(\.related) == [["2"]])
        try decide(2)
        #expect(try item(.disputeOpen) == nil)
    }

    @Test("a meeting that is moved after the posting is dealt with when it is held, not when it was to be")
    func moved() throws {
        try village.wait(until: 22 * Self.day)
        _ = try agenda.post()
        let paper = try agenda.paper("md")
        // A week later: on Monday, the 7th, it is still to come, and its agenda can be posted again.
        try village.change("quorum: 12", to: "quorum: 12, moved: [{from: 2026-12-06, to: 2026-12-13}]")
        try village.wait(until: 27 * Self.day)
        let early = try record(paper)
        #expect(early[0] == "refused" && early.contains { $0.contains("2026-12-13 is still to come") }, "\(early)")
        #expect(try agenda.post()[0] == "done")
        try village.wait(until: 34 * Self.day)
        let said = try record(agenda.paper("md"))
        #expect(said[0] == "done" && said[1].hasPrefix("Taken down for the assembly of 2026-12-13:"), "\(said)")
        // What was put off was put off on the day on which people met.
        let again = try #require(try next().first { $0.title == AgendaVillage.titles[0] })
        #expect(again.history == ["13 December 2026: put off by the assembly."])
        #expect(again.since?.description == "2026-12-06")
        #expect(try agenda.post()[0] == "done")
        let paperNext = try String(contentsOfFile: village.folder.file("papers/agenda-2027-01-03.md"), encoding: .utf8)
        #expect(paperNext.contains("On the agenda since the assembly of 13 December 2026"))
        #expect(!paperNext.contains("6 December 2026"))
    }

    @Test("a meeting that is moved to an earlier day after the posting is recorded once that day has come")
    func earlier() throws {
        try village.wait(until: 20 * Self.day)
        _ = try agenda.post()
        let paper = try agenda.paper("md")
        try village.change("quorum: 12", to: "quorum: 12, moved: [{from: 2026-12-06, to: 2026-12-03}]")
        try village.wait(until: 22 * Self.day)
        #expect(try record(paper)[0] == "refused")
        // Friday, the 4th.
        try village.wait(until: 24 * Self.day)
        let said = try record(paper)
        #expect(said[0] == "done", "\(said)")
    }
}
