import Foundation
import GatewayModel
import Reporting
import TestSupport
import Testing

@Suite("The agenda in a word processor", .serialized)
struct WordProcessorTests {
    /// What LibreOffice makes of a file, as plain text or saved again.
    private func opened(_ text: String, as form: String = "txt:Text (encoded):UTF8") throws -> String {
        String(decoding: try WordProcessor.saved(Data(text.utf8), "fodt", as: form), as: UTF8.self)
    }

    @Test("LibreOffice opens it and shows every item, fact and option, whatever stands in names")
    func opens() throws {
        let model = ReportModel.make(from: try Village(hostile: true).facts)
        let phrases = try Phrases.book("es")
        let items = AgendaDraft.items(from: model, phrases: phrases)
        let meeting = CalendarDate(year: 2026, month: 11, day: 1)
        let shown = try opened(AgendaWriter(items, model: model, phrases: phrases, meeting: meeting).text(.odt))
        #expect(shown.contains("Reunión: 2026-11-01") && shown.contains("Presentes:"))
        func flat(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        let page = flat(shown)
        for item in items where !item.isForInformation {
            #expect(page.contains("Referencia: \(item.id.prefix(8))"))
            for text in [item.title, item.summary] + item.facts + item.options.flatMap({ [$0.text, $0.consequence] }) {
                #expect(page.contains(flat(text)), "\(text)")
            }
        }
    }

    @Test("what is marked in it and saved by LibreOffice is read again")
    func marked() throws {
        let model = ReportModel.make(from: try Village().facts)
        let phrases = try Phrases.book("en")
        let items = AgendaDraft.items(from: model, phrases: phrases)
        let meeting = CalendarDate(year: 2026, month: 11, day: 1)
        let text = AgendaWriter(items, model: model, phrases: phrases, meeting: meeting).text(.odt)
        let saved = try opened(
            text.replacing(
                "Result: </text:p>", with: "Result: deferred: Ona &amp; Pau ask</text:p>", maxReplacements: 1),
            as: "fodt")
        #expect(saved != text)
        let marked = MarkedAgenda(saved, phrases: [phrases])
        #expect(marked.problems.isEmpty && marked.meeting == meeting)
        #expect(marked.marks.map(\.note) == ["Ona & Pau ask"] && marked.marks.map(\.status) == [.deferred])
        #expect(marked.marks.map(\.reference) == [String(items[0].id.prefix(8))])
        #expect(marked.unmarked.map(\.reference) == items.dropFirst().map { String($0.id.prefix(8)) })
    }

    @Test("the sheet for the notice board is one page, also with as many long titles as an assembly can take")
    func oneSheet() throws {
        let model = ReportModel.make(from: try Village().facts)
        let items = (0..<22).map { index in
            var item = AgendaItem(
                id: String(repeating: "a", count: 30) + String(10 + index),
                assembly: CalendarDate(year: 2026, month: 11, day: 1), kind: .alert,
                ask: .decide,
                title: String(
                    "\(index) A matter with a title as long as titles may be, ".prefix(50)
                        + String(repeating: "long ", count: 10)),
                summary: "", facts: [], options: [], whoIsAffected: "", touchesEssentialSupply: false,
                requestedMinutes: 10, related: [])
            item.isForInformation = index >= 10
            return item
        }
        let folder = try TemporaryFolder("sheet")
        try AgendaWriter(items, model: model, phrases: try Phrases.book("es")).text(.sheet)
            .write(toFile: folder.file("sheet.html"), atomically: true, encoding: .utf8)
        let child = try ChildProcess(
            "/usr/bin/chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder.file("profile"))",
                "--no-pdf-header-footer", "--print-to-pdf=\(folder.file("sheet.pdf"))",
                "file://\(folder.file("sheet.html"))",
            ])
        let end = child.wait(120)
        try #require(end == .exited(0), "\(child.output)")
        let printed = try Data(contentsOf: URL(fileURLWithPath: folder.file("sheet.pdf")))
        let pages = String(decoding: printed, as: UTF8.self).matches(of: /\/Type \/Page\n/).count
        #expect(pages == 1)
    }
}
