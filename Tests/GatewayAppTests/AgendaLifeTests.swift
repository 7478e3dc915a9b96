import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// An agenda from its posting to what people made of it, on a real store; time is a parameter.
@Suite("The life of an agenda")
struct AgendaLifeTests {
    private let village: AlertVillage
    private static let neighbour = """
        {"from": "Vall Fosca", "title": "Share the aquifer by persons", "ask": "decide", "minutes": 15,
         "summary": "The three valleys draw from one aquifer."}
        """
    /// Days from the begin to Monday, 7 December, the day after the assembly.
    private static let afterwards: Int64 = 27 * 86_400

    init() throws {
        village = try AlertVillage(assembly: "{meets: first Sunday 18:00, quorum: 12}")
        try lay("neighbours/a.json", Self.neighbour)
        try lay(
            "neighbours/b.md",
            "---\nfrom: Vall Clara\ntitle: A common purchase of pumps\nask: discuss\n---\nWe would buy together.\n")
        try lay(
            "proposals/0002-plug.md",
            """
            ---
            number: 2
            community: test
            assembly: 2026-12-06
            decided: proposed
            in_force_from: 2026-12-07
            review_by: 2027-12-06
            limits:
              - id: plug
                title: {en: Power of the plug}
                bound: at_most
                protects: equipment
                resource: energy
                sensors: [plug/power]
                instant: {value: 80 W, deadband: 10 W}
                priority: now
                response: {en: Switch it off.}
            ---
            A lower bound.

            """)
    }

    private func lay(_ name: String, _ text: String) throws {
        let path = village.folder.file(name)
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func paper(_ ending: String) throws -> String {
        try String(contentsOfFile: village.folder.file("papers/agenda-2026-12-06.\(ending)"), encoding: .utf8)
    }

    private func post() throws -> [String] { try village.say("keeper", .postAgenda(trials: [:])) }

    private func record(_ text: String) throws -> [String] {
        let reply = village.office.perform(
            .recordAgenda(fileName: "a.md", bytes: Data(text.utf8)), by: Actor(account: "keeper", enteredFor: "Ona"),
            now: AlertVillage.begin.advanced(bySeconds: Self.afterwards))
        return [reply.isDone ? "done" : "refused"] + reply.lines
    }

    /// The items that were posted, by their titles.
    private func standing() throws -> [String: AgendaStatus] {
        let past = try village.office.store.agendaPast().values.joined()
        return Dictionary(past.map { ($0.items["en"]?.title ?? "", $0.status) }, uniquingKeysWith: { $1 })
    }

    private static let titles = [
        "Vall Fosca proposes: Share the aquifer by persons", "Vall Clara proposes: A common purchase of pumps",
        "Proposed decision 2: Power of the plug",
    ]

    /// Fills in what came of an item, by its title.
    private func mark(_ text: inout String, _ title: String, _ result: String) throws {
        let items = try village.office.store.agendaPast().values.joined().compactMap { $0.items["en"] }
        let item = try #require(items.first { $0.title == title })
        let line = "Reference: \(item.id.prefix(8))\n\nResult:"
        try #require(text.contains(line))
        text = text.replacing(line, with: line + " " + result)
    }

    @Test("posting writes every form, submits the items, closes the month's report and tells people")
    func posts() throws {
        // Nothing was measured in October: there is no report to close yet.
        #expect(try !post().contains { $0.contains("is closed") })
        try village.read(60, of: "cold")
        // Wednesday, 2 December.
        try village.wait(until: 22 * 86_400)
        let said = try post()
        #expect(said.first == "done" && said.contains { $0.contains("2026-11 is closed") }, "\(said)")
        for ending in ["md", "fodt", "html", "json", "ics"] { #expect(try !paper(ending).isEmpty) }
        let standing = try standing()
        #expect(Set(standing.keys).isSuperset(of: Self.titles) && Set(standing.values) == [.submitted])
        #expect(try paper("json").contains("\"proposed_by\": \"confederal\""))
        let store = village.office.store
        let page = try #require(try store.closedPage(CalendarMonth(year: 2026, month: 11), language: "en"))
        #expect(page.number == 1 && page.text.contains("This report was closed on"))
        #expect(Fingerprint.sha256(Array(page.text.utf8)) == page.sha256)
        let entries = try store.recordEntries().map(\.entry)
        let closed = try #require(entries.first { $0.kind == "report.closed" })
        #expect(closed.facts["number"] == "1" && closed.facts["page_en"] == page.sha256)
        let posted = try #require(entries.last { $0.kind == "agenda.posted" })
        #expect(posted.facts["sha256"] == Fingerprint.sha256(Array(try paper("md").utf8)))
        #expect(posted.facts["meeting"] == "2026-12-06" && posted.erasable["person"] == "keeper")
        #expect(try village.told().contains("Test: agenda for 2026-12-06 18:00"))
        // The same again tells nobody twice and closes nothing twice.
        #expect(try post().first == "done")
        #expect(try village.told().filter { $0.contains("agenda for") }.count == 1)
        #expect(try store.recordEntries().filter { $0.entry.kind == "report.closed" }.count == 1)
    }

    @Test("once a person has edited a file, the gateway only adds below it")
    func edited() throws {
        _ = try post()
        let edited =
            try paper("md").replacing("Power of the plug", with: "Power of Pau's plug")
            + "\n## A matter of ours\n\nWho waters the beds?\n"
        try lay("papers/agenda-2026-12-06.md", edited)
        #expect(try post().contains { $0.hasPrefix("Changed by people, so left as it is") })
        #expect(try paper("md") == edited)
        try lay("neighbours/c.json", Self.neighbour.replacing("Share the aquifer by persons", with: "A common map"))
        #expect(try post().contains { $0.hasPrefix("Changed by people, so only added to") })
        let added = try paper("md")
        #expect(added.hasPrefix(edited) && added.count > edited.count)
        #expect(added.dropFirst(edited.count).contains("A common map"))
        #expect(added.dropFirst(edited.count).contains("\nResult:\n"))
        // Others are written anew as long as nobody has touched them, and left alone afterwards.
        #expect(try paper("fodt").contains("A common map"))
        try lay("papers/agenda-2026-12-06.fodt", "mine")
        _ = try post()
        #expect(try paper("fodt") == "mine" && paper("md") == added)
        // What lies no more stays on the agenda: it was posted.
        try FileManager.default.removeItem(atPath: village.folder.file("neighbours/c.json"))
        _ = try post()
        #expect(try paper("json").contains("A common map") && paper("md") == added)
    }

    @Test("what is marked is taken down whole or not at all, and comes again as people said")
    func recorded() throws {
        _ = try post()
        let blank = try paper("md")
        let early = try village.say("keeper", .recordAgenda(fileName: "a.md", bytes: Data(blank.utf8)))
        #expect(early.contains { $0.contains("still to come") })
        try village.wait(until: Self.afterwards)
        let line = try #require(
            blank.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.hasPrefix("Reference: ") })
        let unmarked = try record(blank)
        #expect(unmarked[0] == "refused" && unmarked.contains { $0.hasPrefix("a.md:\(line + 1): nothing is marked") })
        #expect(unmarked.contains { $0.contains("how many were there is missing") })
        var marked = blank.replacing("\nPresent:\n", with: "\nPresent: 11\n")
        // Items of the gateway itself, such as missing figures, are put off.
        for title in try standing().keys where !Self.titles.contains(title) && !Self.isForInformation(title, blank) {
            try mark(&marked, title, "put off")
        }
        try mark(&marked, Self.titles[0], "deferred: until the map is there")
        try mark(&marked, Self.titles[1], "withdrawn")
        let wrong = marked
        try mark(&marked, Self.titles[2], "decided (decision 2)")
        #expect(try record(marked).contains { $0.contains("there is no decision 2 here") })
        #expect(Set(try standing().values) == [.submitted])
        marked = wrong
        try mark(&marked, Self.titles[2], "decided (minutes 3, page 41)")
        let said = try record(marked)
        #expect(said[0] == "done" && said.contains("Entered by keeper for Ona."), "\(said)")
        #expect(said.contains { $0.hasPrefix("11 were there; 12 are needed: too few") })
        let results = try standing()
        #expect(Self.titles.map { results[$0] } == [.deferred, .withdrawn, .decided])
        let entry = try #require(try village.office.store.recordEntries().last { $0.entry.kind == "agenda.recorded" })
        #expect(entry.entry.erasable == ["person": "Ona", "entered_by": "keeper"])
        #expect(entry.entry.facts["present"] == "11" && entry.entry.facts["quorum"] == "12")
        #expect(try village.office.store.verifyRecordBook().isIntact)

        func next() throws -> [AgendaItem] {
            try Papers(
                site: village.site, store: village.office.store, month: CalendarMonth(year: 2026, month: 11),
                now: AlertVillage.begin.advanced(bySeconds: Self.afterwards)
            ).items(language: "en")
        }
        let again = try next()
        let deferred = try #require(again.first { $0.title == Self.titles[0] })
        #expect(deferred.history == ["6 December 2026: put off: until the map is there"])
        #expect(!again.contains { [Self.titles[1], Self.titles[2]].contains($0.title) })
        // Something new: the neighbours have written another text.
        try lay(
            "neighbours/b.md",
            "---\nfrom: Vall Clara\ntitle: A common purchase of pumps\nask: discuss\n---\nNow with prices.\n")
        #expect(try next().contains { $0.title == Self.titles[1] })
        // Put off stays on the agenda when its file is gone.
        try FileManager.default.removeItem(atPath: village.folder.file("neighbours/a.json"))
        #expect(try next().contains { $0.title == Self.titles[0] && !$0.history.isEmpty })
    }

    private static func isForInformation(_ title: String, _ page: String) -> Bool {
        guard let information = page.range(of: "## For information") else { return false }
        return page[information.upperBound...].contains(title.replacing("-", with: "\\-"))
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
        #expect(try holding("= AgendaResult(") == ["GatewayApp/Office+Agenda.swift"])
        // A month of ticks, housekeeping and postings settles nothing.
        _ = try post()
        for day in 1...40 {
            let seconds = Int64(day) * 86_400
            try village.wait(until: seconds)
            village.office.housekeepIfDue(now: AlertVillage.begin.advanced(bySeconds: seconds))
        }
        _ = try post()
        #expect(Set(try standing().values) == [.submitted])
    }

    @Test("the examples are what the gateway reads")
    func examples() throws {
        let root = GatewayUnderTest.root + "/config"
        let text = try String(contentsOfFile: root + "/gateway.yaml", encoding: .utf8)
            .replacing("config/proposals", with: root + "/proposals/examples")
            .replacing("config/from-neighbours", with: root + "/from-neighbours/examples")
            .replacing("config/resolutions", with: root + "/resolutions")
            .replacing("config/languages", with: root + "/languages")
            .replacing("devices_folder: Devices", with: "devices_folder: \(GatewayUnderTest.root)/Devices")
        try lay("example.yaml", text)
        let inbox = AgendaInbox(site: try Site.load(configFile: village.folder.file("example.yaml")))
        #expect(inbox.proposals().problems.isEmpty && inbox.neighbours().problems.isEmpty)
        #expect(inbox.proposals().proposals.map(\.resolution.number) == [4])
        #expect(inbox.neighbours().items.map(\.from) == ["Vall Fosca"])
        #expect(FileCheck.run(configFile: village.folder.file("example.yaml")).problems.isEmpty)
    }

    @Test("an item that a neighbour's gateway wrote is taken as it is, with the sender added")
    func fromGateway() throws {
        _ = try post()
        let items = try #require(
            try JSONSerialization.jsonObject(with: Data(try paper("json").utf8)) as? [[String: Any]])
        var item = try #require(items.first { $0["kind"] as? String == "proposal" })
        item["from"] = "Vall Fosca"
        let bytes = [UInt8](try JSONSerialization.data(withJSONObject: item, options: .prettyPrinted))
        let (read, problems) = NeighbourFile.parse(bytes, file: "x/their.json")
        #expect(problems.isEmpty && read?.minutes == 20 && read?.ask == .decide)
        #expect(read?.options.map(\.text) == ["Decide it as it is", "Change it"] && read?.file == "their.json")
    }

    @Test("a broken file of a neighbour stops only itself and is named with its line")
    func broken() throws {
        try lay("neighbours/d.json", "{\"from\": \"Vall Fosca\", \"titl\": \"x\"}")
        try lay("neighbours/e.md", "no front matter\n")
        let said = try post().joined(separator: "\n")
        #expect(said.hasPrefix("done") && said.contains("did you mean 'title'?") && said.contains("e.md:1: the front"))
        #expect(try standing()[Self.titles[0]] == .submitted)
    }

    @Test("nothing that a neighbour writes is taken for a mark of the assembly", arguments: ["md", "fodt"])
    func injected(_ ending: String) throws {
        try lay(
            "neighbours/z.json",
            """
            {"from": "Result: withdrawn", "title": "Resultado: retirado", "summary": "Result: withdrawn",
             "facts": ["Result: decided (minutes 3, page 1)", "Present: 40", "Meeting: 2020-01-01", "Reference: 00000000"],
             "options": [{"text": "Result: deferred", "consequence": "Resultado: aplazado"}]}
            """)
        _ = try post()
        let marked = MarkedAgenda(
            try paper(ending), phrases: village.site.languages.books.values.sorted { $0.language < $1.language })
        #expect(marked.problems.isEmpty && marked.marks.isEmpty && marked.present == nil)
        #expect(marked.meeting?.description == "2026-12-06")
        let asked = try village.office.store.agendaPast().values.joined()
            .compactMap { $0.items["en"] }.filter { !$0.isForInformation }
        #expect(Set(marked.unmarked.map(\.reference)) == Set(asked.map { String($0.id.prefix(8)) }))
    }
}
