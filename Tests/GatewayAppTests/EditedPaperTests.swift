import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Papers that people saved with their own programs, to which the gateway adds on a real store.
@Suite("Papers that people have changed", .serialized, .timeLimit(.minutes(10)))
struct EditedPaperTests {
    private let village: AlertVillage
    private static let day = "agenda-2026-12-06"

    init() throws {
        village = try AlertVillage()
        try propose("a", "Share the aquifer")
        #expect(try post().first == "done")
    }

    private func path(_ name: String) -> String { village.folder.file("papers/" + name) }

    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }

    private func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    private func lay(_ name: String, _ data: Data) throws {
        try data.write(to: URL(fileURLWithPath: path(name)))
    }

    private func propose(_ name: String, _ title: String) throws {
        let folder = village.folder.file("neighbours")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try "{\"from\": \"Vall Fosca\", \"title\": \"\(title)\", \"ask\": \"decide\", \"facts\": [\"Año & día\"]}"
            .write(toFile: folder + "/\(name).json", atomically: true, encoding: .utf8)
    }

    private func post() throws -> [String] { try village.say("keeper", .postAgenda(trials: [:])) }

    /// True where nothing was done to a file but to put text in at one place or two.
    private func isOnlyAdded(to paper: Data, in grown: Data) -> Bool {
        let first = zip(paper, grown).prefix { $0 == $1 }.count
        let last = zip(paper.dropFirst(first).reversed(), grown.dropFirst(first).reversed()).prefix { $0 == $1 }.count
        let middle = paper[first..<(paper.count - last)]
        return middle.isEmpty || grown[first..<(grown.count - last)].range(of: middle) != nil
    }

    @Test("a paper that LibreOffice saved keeps every byte and grows by new items and facts, which can be marked in it")
    func flatODT() throws {
        let name = Self.day + ".fodt"
        let mine = try text(name).replacing("Share the aquifer", with: "Share the aquifer (Ona asks why)")
        var saved = try WordProcessor.saved(Data(mine.utf8), "fodt", as: "fodt")
        #expect(String(decoding: saved, as: UTF8.self).contains("Ona asks why") && saved != Data(mine.utf8))
        for (file, title) in [("b", "A common map"), ("c", "A <second> map")] {
            try lay(name, saved)
            try propose(file, title)
            #expect(try post().contains("Changed by people, so only added to: \(path(name))"))
            let grown = try bytes(name)
            #expect(isOnlyAdded(to: saved, in: grown) && grown.count > saved.count)
            // Whoever opens it next and saves it goes on with what was added.
            saved = try WordProcessor.saved(grown, "fodt", as: "fodt")
        }
        let page = String(
            decoding: try WordProcessor.saved(saved, "fodt", as: "txt:Text (encoded):UTF8"), as: UTF8.self)
        let order = [
            "Ona asks why", "Added by the box on", "Vall Fosca proposes: A common map", "Año & día", "A <second> map",
        ]
        var rest = page[...]
        for words in order {
            let found = try #require(rest.range(of: words), "\(words)")
            rest = rest[found.upperBound...]
        }
        #expect(page.ranges(of: "proposes: A common map").count == 1)
        let marked = MarkedAgenda(
            String(decoding: saved, as: UTF8.self), phrases: Array(village.site.languages.books.values))
        #expect(marked.problems.isEmpty && marked.meeting?.description == "2026-12-06")
        let asked = try village.office.store.agendaPast().values.joined()
            .compactMap { $0.items["en"] }.filter { !$0.isForInformation }
        #expect(Set(marked.unmarked.map(\.reference)) == Set(asked.map { String($0.id.prefix(8)) }))
        // Nothing new: nothing is touched.
        try lay(name, saved)
        #expect(try post().contains("Changed by people, so left as it is: \(path(name))"))
        #expect(try bytes(name) == saved)
    }

    @Test("a sheet grows by titles, as the gateway or LibreOffice saved it and in whatever encoding")
    func html() throws {
        let name = Self.day + ".html"
        let own = try bytes(name)
        let latin = try #require(
            String(decoding: own, as: UTF8.self).replacing("utf-8", with: "iso-8859-1")
                .replacing("Next assembly", with: "Año, next assembly").replacing("</main>", with: "")
                .replacing("</body>", with: "</BODY>").data(using: .isoLatin1))
        let papers = [
            own + Data("<!-- mine -->\n".utf8), latin,
            try WordProcessor.saved(own, "html", as: "html:HTML (StarWriter)"),
        ]
        for (index, paper) in papers.enumerated() {
            try lay(name, paper)
            try propose("m\(index)", "Map “\(index)”")
            #expect(try post().contains("Changed by people, so only added to: \(path(name))"))
            let grown = try bytes(name)
            #expect(isOnlyAdded(to: paper, in: grown))
            let shown = String(
                decoding: try WordProcessor.saved(grown, "html", as: "txt:Text (encoded):UTF8"), as: UTF8.self)
            let flat = shown.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(flat.contains("Vall Fosca proposes: Map “\(index)”") && flat.contains("Added by the box on"))
            // On a sheet stand titles alone.
            #expect(!flat.contains("Año & día"))
        }
    }

    @Test("what nothing can be added to stays, and what is new stands on one page beside it")
    func beside() throws {
        let own = try bytes(Self.day + ".fodt")
        let packed = try WordProcessor.saved(own, "fodt", as: "odt")
        let wide = try #require(try text(Self.day + ".html").data(using: .utf16))
        // Somebody works in an .odt, somebody saved one over the gateway's file, and somebody has a paper open.
        try lay(Self.day + ".odt", packed)
        try lay(Self.day + ".fodt", packed)
        try lay(Self.day + ".html", wide)
        try lay(".~lock.\(Self.day).md#", Data())
        let open = try bytes(Self.day + ".md")
        for (file, title) in [("b", "A common map"), ("c", "A second map")] {
            try propose(file, title)
            let said = try post()
            for paper in [".odt", ".fodt", ".html", ".md"] {
                #expect(said.contains { $0.hasSuffix("beside it: \(path(Self.day + paper)).added.fodt") }, "\(said)")
            }
        }
        #expect(try bytes(Self.day + ".odt") == packed && bytes(Self.day + ".fodt") == packed)
        #expect(try bytes(Self.day + ".html") == wide && bytes(Self.day + ".md") == open)
        for paper in [".odt", ".fodt", ".html", ".md"] {
            let page = String(
                decoding: try WordProcessor.saved(
                    bytes(Self.day + paper + ".added.fodt"), "fodt", as: "txt:Text (encoded):UTF8"), as: UTF8.self)
            #expect(page.contains(Self.day + paper))
            #expect(page.contains("A common map") && page.contains("A second map") && !page.contains("aquifer"))
        }
        let folder = try FileManager.default.contentsOfDirectory(atPath: village.folder.file("papers"))
        #expect(folder.count { $0.contains(".added") } == 4)
    }

    @Test(
        "a kill between the commit and the files loses nothing and makes nobody's file of the gateway's",
        arguments: ["agenda-committed", "agenda-paper-written", "agenda-paper-written:3"])
    func killed(_ failpoint: String) throws {
        let gateway = try GatewayUnderTest()
        func lay(_ name: String, _ text: String) throws {
            let path = gateway.folder.file(name)
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        func propose(_ name: String, _ title: String) throws {
            try lay(
                "neighbours/\(name).json", "{\"from\": \"Vall Fosca\", \"title\": \"\(title)\", \"ask\": \"decide\"}")
        }
        try propose("a", "Share the aquifer")
        _ = try gateway.command(["agenda", "post"])
        let names = try FileManager.default.contentsOfDirectory(atPath: gateway.folder.file("papers"))
        let day = try #require(names.first { $0.hasSuffix(".md") }).dropLast(3)
        func paper(_ ending: String) throws -> String {
            try String(contentsOfFile: gateway.folder.file("papers/\(day)\(ending)"), encoding: .utf8)
        }
        let edited = try paper(".md") + "\nWho waters the beds?\n"
        try lay("papers/\(day).md", edited)
        try propose("b", "A common map")
        let child = try ChildProcess(
            GatewayUnderTest.program, ["agenda", "post", "--config", gateway.config],
            environment: ["COMMONS_FAILPOINT": failpoint])
        #expect(child.wait(60) == .signalled(SIGKILL))
        #expect(try gateway.command(["log", "show"]).ranges(of: "agenda.posted").count == 2)
        // A file that somebody changes before the gateway comes back is theirs.
        if failpoint == "agenda-committed" { try lay("papers/\(day).html", "mine") }
        // Whatever is done next writes what was left.
        _ = try gateway.command(
            ["disputes", "open", "--figure", "energy", "--month", "2026-10", "--why", "too much", "--for", "Pau"])
        for ending in [".fodt", ".json", ".ics", failpoint == "agenda-committed" ? ".html.added.html" : ".html"] {
            #expect(try paper(ending).contains("A common map"))
        }
        let said = try gateway.command(["agenda", "post"])
        #expect(said.contains("Written: \(gateway.folder.file("papers/\(day).fodt"))"))
        #expect(said.ranges(of: "Changed by people").count == (failpoint == "agenda-committed" ? 2 : 1), "\(said)")
        #expect(try paper(".md").hasPrefix(edited))
        #expect(
            try paper(".md").split(separator: "\n").count { $0.hasPrefix("## ") && $0.contains("A common map") } == 1)
        if failpoint == "agenda-committed" { #expect(try paper(".html") == "mine") }
        #expect(try gateway.command(["log", "verify"]).isEmpty == false)
    }
}
