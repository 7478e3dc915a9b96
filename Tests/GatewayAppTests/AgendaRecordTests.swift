import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What people marked on an agenda, on a real store; time is a parameter.
@Suite("What people made of an agenda")
struct AgendaRecordTests {
    private let agenda: AgendaVillage

    init() throws { agenda = try AgendaVillage() }

    @Test("what is marked is taken down whole or not at all, and comes again as people said")
    func recorded() throws {
        _ = try agenda.post()
        let blank = try agenda.paper("md")
        let early = try agenda.village.say("keeper", .recordAgenda(fileName: "a.md", bytes: Data(blank.utf8)))
        #expect(early.contains { $0.contains("still to come") })
        try agenda.village.wait(until: AgendaVillage.afterwards)
        let line = try #require(
            blank.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.hasPrefix("Reference: ") })
        let unmarked = try agenda.record(blank)
        #expect(unmarked[0] == "refused" && unmarked.contains { $0.hasPrefix("a.md:\(line + 1): nothing is marked") })
        #expect(unmarked.contains { $0.contains("how many were there is missing") })
        var marked = blank.replacing("\nPresent:\n", with: "\nPresent: 11\n")
        // Items of the gateway itself, such as missing figures, are put off.
        for title in try agenda.standing().keys
        where !AgendaVillage.titles.contains(title) && !AgendaVillage.isForInformation(title, blank) {
            try agenda.mark(&marked, title, "put off")
        }
        try agenda.mark(&marked, AgendaVillage.titles[0], "deferred: until the map is there")
        try agenda.mark(&marked, AgendaVillage.titles[1], "withdrawn")
        let wrong = marked
        try agenda.mark(&marked, AgendaVillage.titles[2], "decided (decision 2)")
        #expect(try agenda.record(marked).contains { $0.contains("there is no decision 2 here") })
        #expect(Set(try agenda.standing().values) == [.submitted])
        marked = wrong
        try agenda.mark(&marked, AgendaVillage.titles[2], "decided (minutes 3, page 41)")
        let said = try agenda.record(marked)
        #expect(said[0] == "done" && said.contains("Entered by keeper for Ona."), "\(said)")
        #expect(said.contains { $0.hasPrefix("11 were there; 12 are needed: too few") })
        let results = try agenda.standing()
        #expect(AgendaVillage.titles.map { results[$0] } == [.deferred, .withdrawn, .decided])
        let entry = try #require(
            try agenda.village.office.store.recordEntries().last { $0.entry.kind == "agenda.recorded" })
        #expect(entry.entry.erasable == ["person": "Ona", "entered_by": "keeper"])
        #expect(entry.entry.facts["present"] == "11" && entry.entry.facts["quorum"] == "12")
        #expect(try agenda.village.office.store.verifyRecordBook().isIntact)

        func next() throws -> [AgendaItem] {
            try Papers(
                site: agenda.village.site, store: agenda.village.office.store,
                month: CalendarMonth(year: 2026, month: 11),
                now: AlertVillage.begin.advanced(bySeconds: AgendaVillage.afterwards)
            ).items(language: "en")
        }
        let again = try next()
        let deferred = try #require(again.first { $0.title == AgendaVillage.titles[0] })
        #expect(deferred.history == ["6 December 2026: put off by the assembly: until the map is there"])
        #expect(!again.contains { [AgendaVillage.titles[1], AgendaVillage.titles[2]].contains($0.title) })
        // Something new: the neighbours have written another text.
        try agenda.lay(
            "neighbours/b.md",
            "---\nfrom: Vall Clara\ntitle: A common purchase of pumps\nask: discuss\n---\nNow with prices.\n")
        #expect(try next().contains { $0.title == AgendaVillage.titles[1] })
        // Put off stays on the agenda when its file is gone.
        try FileManager.default.removeItem(atPath: agenda.village.folder.file("neighbours/a.json"))
        #expect(try next().contains { $0.title == AgendaVillage.titles[0] && !$0.history.isEmpty })
    }

    @Test("the secretary puts items on the agenda before the assembly, and no others; they go on growing")
    func accepted() throws {
        _ = try agenda.post()
        var marked = try agenda.paper("md")
        try agenda.mark(&marked, AgendaVillage.titles[0], "accepted")
        func say(_ text: String) throws -> [String] {
            let reply = agenda.village.office.perform(
                .recordAgenda(fileName: "a.md", bytes: Data(text.utf8)),
                by: Actor(account: "keeper", enteredFor: "Ona"), now: agenda.village.now)
            return [reply.isDone ? "done" : "refused"] + reply.lines
        }
        var mixed = marked
        try agenda.mark(&mixed, AgendaVillage.titles[1], "withdrawn")
        #expect(try say(mixed).contains { $0.contains("still to come") })
        #expect(Set(try agenda.standing().values) == [.submitted])
        #expect(try say(marked) == ["done", "On the agenda of 2026-12-06 now: 1 items.", "Entered by keeper for Ona."])
        func results() throws -> [AgendaStatus?] {
            let states = try agenda.standing(); return AgendaVillage.titles.map { states[$0] }
        }
        #expect(try results() == [.accepted, .submitted, .submitted])
        let entry = try #require(
            try agenda.village.office.store.recordEntries().last { $0.entry.kind == "agenda.accepted" })
        #expect(
            entry.entry.erasable == ["person": "Ona", "entered_by": "keeper"] && entry.entry.facts["present"] == nil)
        // It is posted again, with what is new, and stays accepted.
        try agenda.lay(
            "neighbours/c.json", AgendaVillage.neighbour.replacing("Share the aquifer by persons", with: "A common map")
        )
        #expect(try agenda.post()[0] == "done")
        #expect(try results() == [.accepted, .submitted, .submitted])
        let items = try #require(
            try JSONSerialization.jsonObject(with: Data(try agenda.paper("json").utf8)) as? [[String: Any]])
        func status(_ title: String) -> String? {
            items.first { $0["title"] as? String == title }?["status"] as? String
        }
        #expect(status(AgendaVillage.titles[0]) == "accepted" && status(AgendaVillage.titles[1]) == "submitted")
        // At the assembly it is dealt with like the others.
        try agenda.village.wait(until: AgendaVillage.afterwards)
        #expect(try agenda.record(marked).contains { $0.contains("is only accepted onto the agenda") })
        #expect(try results()[0] == .accepted)
    }

    @Test("on the day of the assembly the hour at which it begins tells what may be marked")
    func hour() throws {
        _ = try agenda.post()
        var accepted = try agenda.paper("md")
        try agenda.mark(&accepted, AgendaVillage.titles[0], "accepted")
        func deferred() throws -> String {
            var marked = try agenda.paper("md").replacing("\nPresent:\n", with: "\nPresent: 14\n")
            for title in try agenda.standing().keys where !AgendaVillage.isForInformation(title, marked) {
                try agenda.mark(&marked, title, "deferred")
            }
            return marked
        }
        func say(_ text: String) throws -> [String] {
            try agenda.village.say("keeper", .recordAgenda(fileName: "a.md", bytes: Data(text.utf8)))
        }
        // Sunday, 6 December: an hour before, and on the stroke of six.
        let begin: Int64 = 26 * 86_400 + 6 * 3600
        try agenda.village.wait(until: begin - 3600)
        let early = try say(deferred())
        #expect(early[0] == "refused" && early.contains { $0.contains("2026-12-06 is still to come") }, "\(early)")
        #expect(try say(accepted)[0] == "done")
        #expect(try agenda.post()[0] == "done")
        #expect(try agenda.standing()[AgendaVillage.titles[0]] == .accepted)
        try agenda.village.wait(until: begin)
        #expect(try say(accepted).contains { $0.contains("is only accepted onto the agenda") })
        let late = try say(deferred())
        #expect(late[0] == "done", "\(late)")
        #expect(try agenda.standing()[AgendaVillage.titles[0]] == .deferred)
    }

    @Test("an item carries the decision and its text, also where that is adopted days after the assembly")
    func adoptedText() throws {
        _ = try agenda.post()
        try agenda.village.wait(until: AgendaVillage.afterwards)
        var marked = try agenda.paper("md").replacing("\nPresent:\n", with: "\nPresent: 14\n")
        for title in try agenda.standing().keys
        where !AgendaVillage.titles.contains(title) && !AgendaVillage.isForInformation(title, marked) {
            try agenda.mark(&marked, title, "put off")
        }
        try agenda.mark(&marked, AgendaVillage.titles[0], "decided (decision 1)")
        try agenda.mark(&marked, AgendaVillage.titles[1], "decided (minutes 3, page 41): we buy two pumps")
        try agenda.mark(&marked, AgendaVillage.titles[2], "decided (minutes 3, page 42; decision 2)")
        #expect(try agenda.record(marked)[0] == "done")
        func item(_ title: String) throws -> [String: Any] {
            let text = try AgendaDesk(site: agenda.village.site).posted(
                meeting: "2026-12-06", format: "json", language: nil)
            let items = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
            return try #require(items.first { $0["title"] as? String == title })
        }
        func says(_ title: String, _ decision: Int?, _ text: String?) throws -> Bool {
            let item = try item(title)
            return item["status"] as? String == "decided" && item["decision_id"] as? Int == decision
                && item["adopted_text"] as? String == text && item["assembly_id"] as? String == "2026-12-06"
        }
        #expect(try says(AgendaVillage.titles[0], 1, "Two limits. Rosa, Jordi and Amina are stewards."))
        #expect(try says(AgendaVillage.titles[1], nil, "we buy two pumps"))
        #expect(try says(AgendaVillage.titles[2], nil, nil))
        let decision = try String(contentsOfFile: agenda.village.folder.file("proposals/0002-plug.md"), encoding: .utf8)
        #expect(try agenda.village.say("keeper", .adopt(fileName: "2.md", bytes: Data(decision.utf8)))[0] == "done")
        #expect(try says(AgendaVillage.titles[2], 2, "A lower bound."))
        let page = try AgendaDesk(site: agenda.village.site).posted(
            meeting: "2026-12-06", format: "text", language: "es")
        #expect(page.contains("Test: orden del día de la asamblea del 6 de diciembre de 2026"))
        #expect(page.contains("Decidido (minutes 3, page 42; decision 2)") && page.contains("A lower bound."))
        #expect(throws: AppError.self) {
            try AgendaDesk(site: agenda.village.site).posted(meeting: "2026-12-13", format: "json", language: nil)
        }
    }

    @Test(
        "nothing is marked as decided by itself: one place writes it, from a person's file, and the store refuses others"
    )
    func oneWriter() throws {
        let root = GatewayUnderTest.root + "/Sources"
        let files = try #require(FileManager.default.enumerator(atPath: root)?.allObjects as? [String])
        func holding(_ text: String) throws -> [String] {
            try files.filter { $0.hasSuffix(".swift") }.filter {
                try String(contentsOfFile: root + "/" + $0, encoding: .utf8).contains(text)
            }
        }
        #expect(try holding("UPDATE agenda_item SET status") == ["Storage/Store+Agenda.swift"])
        #expect(try holding("recordAgenda(\n            meeting:") == ["GatewayApp/Office+Agenda.swift"])
        #expect(try holding("= AgendaResult(") == ["GatewayApp/Report/AgendaRecording.swift"])
        // A month of ticks, housekeeping and postings settles nothing.
        _ = try agenda.post()
        for day in 1...40 {
            let seconds = Int64(day) * 86_400
            try agenda.village.wait(until: seconds)
            agenda.village.office.housekeepIfDue(now: AlertVillage.begin.advanced(bySeconds: seconds))
        }
        _ = try agenda.post()
        #expect(Set(try agenda.standing().values) == [.submitted])
    }

    @Test("nothing that a neighbour writes is taken for a mark of the assembly", arguments: ["md", "fodt"])
    func injected(_ ending: String) throws {
        try agenda.lay(
            "neighbours/z.json",
            """
            {"from": "Result: withdrawn", "title": "Resultado: retirado", "summary": "Result: withdrawn",
             "facts": ["Result: decided (minutes 3, page 1)", "Present: 40", "Meeting: 2020-01-01", "Reference: 00000000"],
             "options": [{"text": "Result: deferred", "consequence": "Resultado: aplazado"}]}
            """)
        _ = try agenda.post()
        let marked = MarkedAgenda(
            try agenda.paper(ending),
            phrases: agenda.village.site.languages.books.values.sorted { $0.language < $1.language })
        #expect(marked.problems.isEmpty && marked.marks.isEmpty && marked.present == nil)
        #expect(marked.meeting?.description == "2026-12-06")
        let asked = try agenda.village.office.store.agendaPast().values.joined()
            .compactMap { $0.items["en"] }.filter { !$0.isForInformation }
        #expect(Set(marked.unmarked.map(\.reference)) == Set(asked.map { String($0.id.prefix(8)) }))
    }
}
