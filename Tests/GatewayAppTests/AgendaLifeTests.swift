import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// An agenda from the files that lie ready to its papers, on a real store; time is a parameter.
@Suite("The life of an agenda")
struct AgendaLifeTests {
    private let agenda: AgendaVillage

    init() throws { agenda = try AgendaVillage() }

    @Test("posting writes every form, submits the items, closes the month's report and tells people")
    func posts() throws {
        // Nothing was measured in October: there is no report to close yet.
        #expect(try !agenda.post().contains { $0.contains("is closed") })
        try agenda.village.read(60, of: "cold")
        // Wednesday, 2 December.
        try agenda.village.wait(until: 22 * 86_400)
        let said = try agenda.post()
        #expect(said.first == "done" && said.contains { $0.contains("2026-11 is closed") }, "\(said)")
        for ending in ["md", "fodt", "html", "json", "ics"] { #expect(try !agenda.paper(ending).isEmpty) }
        let standing = try agenda.standing()
        #expect(Set(standing.keys).isSuperset(of: AgendaVillage.titles) && Set(standing.values) == [.submitted])
        #expect(try agenda.paper("json").contains("\"proposed_by\": \"confederal\""))
        let store = agenda.village.office.store
        let page = try #require(try store.closedPage(CalendarMonth(year: 2026, month: 11), language: "en"))
        #expect(page.number == 1 && page.text.contains("This report was closed on"))
        #expect(Fingerprint.sha256(Array(page.text.utf8)) == page.sha256)
        let entries = try store.recordEntries().map(\.entry)
        let closed = try #require(entries.first { $0.kind == "report.closed" })
        #expect(closed.facts["number"] == "1" && closed.facts["page_en"] == page.sha256)
        let posted = try #require(entries.last { $0.kind == "agenda.posted" })
        #expect(posted.facts["sha256"] == Fingerprint.sha256(Array(try agenda.paper("md").utf8)))
        #expect(posted.facts["meeting"] == "2026-12-06" && posted.erasable["person"] == "keeper")
        #expect(try agenda.village.told().contains("Test: agenda for 2026-12-06 18:00"))
        // Since the first posting figures of November are missing. The same again tells nobody and closes nothing twice.
        #expect(try agenda.village.told().count { $0.contains("agenda for") } == 2)
        #expect(try agenda.post().first == "done")
        #expect(try agenda.village.told().count { $0.contains("agenda for") } == 2)
        #expect(try store.recordEntries().filter { $0.entry.kind == "report.closed" }.count == 1)
    }

    @Test("once a person has edited a file, the gateway only adds below it")
    func edited() throws {
        _ = try agenda.post()
        let edited =
            try agenda.paper("md").replacing("Power of the plug", with: "Power of Pau's plug")
            + "\n## A matter of ours\n\nWho waters the beds?\n"
        try agenda.lay("papers/agenda-2026-12-06.md", edited)
        #expect(try agenda.post().contains { $0.hasPrefix("Changed by people, so left as it is") })
        #expect(try agenda.paper("md") == edited)
        try agenda.lay(
            "neighbours/c.json", AgendaVillage.neighbour.replacing("Share the aquifer by persons", with: "A common map")
        )
        #expect(try agenda.post().contains { $0.hasPrefix("Changed by people, so only added to") })
        let added = try agenda.paper("md")
        #expect(added.hasPrefix(edited) && added.count > edited.count)
        #expect(added.dropFirst(edited.count).contains("A common map"))
        #expect(added.dropFirst(edited.count).contains("\nResult:\n"))
        // Others are written anew as long as nobody has touched them, and left alone afterwards.
        #expect(try agenda.paper("fodt").contains("A common map"))
        try agenda.lay("papers/agenda-2026-12-06.fodt", "mine")
        _ = try agenda.post()
        #expect(try agenda.paper("fodt") == "mine" && agenda.paper("md") == added)
        // What lies no more stays on the agenda: it was posted.
        try FileManager.default.removeItem(atPath: agenda.village.folder.file("neighbours/c.json"))
        _ = try agenda.post()
        #expect(try agenda.paper("json").contains("A common map") && agenda.paper("md") == added)
    }

    @Test("a paper that is only added to and one that is written anew ask the same of one meeting")
    func samePapers() throws {
        func asked(_ ending: String) throws -> Set<String> {
            let marked = MarkedAgenda(
                try agenda.paper(ending), phrases: Array(agenda.village.site.languages.books.values))
            return Set(marked.unmarked.map(\.reference))
        }
        // Of the three that lie ready two find room.
        try agenda.village.change("quorum: 12", to: "quorum: 12, agenda_minutes: 40")
        _ = try agenda.post()
        let first = try asked("md")
        try #require(first.count == 2)
        try agenda.lay("papers/agenda-2026-12-06.md", try agenda.paper("md") + "\nWho waters the beds?\n")
        try agenda.lay(
            "neighbours/c.json",
            AgendaVillage.neighbour.replacing("Share the aquifer by persons", with: "A common map")
                .replacing("\"summary\"", with: "\"essential_supply_touched\": true, \"summary\""))
        #expect(try agenda.post().contains { $0.hasPrefix("Changed by people, so only added to") })
        #expect(try asked("md") == first && asked("fodt") == first)
        #expect(try agenda.paper("md").contains("A common map") && agenda.paper("fodt").contains("A common map"))
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
        try agenda.lay("example.yaml", text)
        let inbox = AgendaInbox(site: try Site.load(configFile: agenda.village.folder.file("example.yaml")))
        #expect(inbox.proposals().problems.isEmpty && inbox.neighbours().problems.isEmpty)
        #expect(inbox.proposals().proposals.map(\.resolution.number) == [4])
        #expect(inbox.neighbours().items.map(\.from) == ["Vall Fosca"])
        #expect(FileCheck.run(configFile: agenda.village.folder.file("example.yaml")).problems.isEmpty)
    }

    @Test("an item that a neighbour's gateway wrote is taken as it is, with the sender added")
    func fromGateway() throws {
        _ = try agenda.post()
        let items = try #require(
            try JSONSerialization.jsonObject(with: Data(try agenda.paper("json").utf8)) as? [[String: Any]])
        var item = try #require(items.first { $0["kind"] as? String == "proposal" })
        item["from"] = "Vall Fosca"
        let bytes = [UInt8](try JSONSerialization.data(withJSONObject: item, options: .prettyPrinted))
        let (read, problems) = NeighbourFile.parse(bytes, file: "x/their.json")
        #expect(problems.isEmpty && read?.minutes == 20 && read?.ask == .decide)
        #expect(read?.options.map(\.text) == ["Decide it as it is", "Change it"] && read?.file == "their.json")
    }

    @Test("a broken file of a neighbour stops only itself and is named with its line")
    func broken() throws {
        try agenda.lay("neighbours/d.json", "{\"from\": \"Vall Fosca\", \"titl\": \"x\"}")
        try agenda.lay("neighbours/e.md", "no front matter\n")
        let said = try agenda.post().joined(separator: "\n")
        #expect(said.hasPrefix("done") && said.contains("did you mean 'title'?") && said.contains("e.md:1: the front"))
        #expect(try agenda.standing()[AgendaVillage.titles[0]] == .submitted)
    }
}
