import Foundation
import GatewayModel
import Reporting
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Case 20: the report read aloud")
struct ScreenReaderTests {
    @Test("every figure of a chart is also text in a table and a sentence", arguments: ["en", "es"])
    func figures(_ language: String) throws {
        let document = try page(language)
        let charts = try document.nodes(forXPath: "//*[local-name()='svg']")
        #expect(charts.count == 3)
        for chart in charts {
            let figure = try #require(chart.parent as? XMLElement)
            let caption = try #require(try figure.nodes(forXPath: "*[local-name()='figcaption']").first?.stringValue)
            let description = try #require(try chart.nodes(forXPath: "*[local-name()='desc']").first?.stringValue)
            #expect(caption == description)
            let printed = try chart.nodes(forXPath: ".//@data-figure").compactMap(\.stringValue)
            #expect(!printed.isEmpty)
            // The tables of the same section: the last one before the chart, and the first one after it.
            let before = try #require(try tables(figure, "preceding").last)
            let after = try #require(try tables(figure, "following").first)
            for text in printed {
                #expect(before.contains(text), "\(text) is in no table")
                #expect(caption.contains(text), "\(text) is in no sentence")
            }
            // Each bar or dot has its day's figure in the calendar.
            for point in try chart.nodes(
                forXPath: ".//*[local-name()='rect' or local-name()='circle']/*[local-name()='title']")
            {
                let words = (point.stringValue ?? "").split(separator: ":").last?.split(separator: " ") ?? []
                let number = String(try #require(words.first))
                #expect(after.contains { $0 == number || $0 == "≥ \(number)" }, "\(number) is not in the calendar")
            }
        }
    }

    @Test(
        "headings come in order, tables have captions and scopes, the page says its language", arguments: ["en", "es"])
    func structure(_ language: String) throws {
        let document = try page(language)
        let levels = try document.nodes(
            forXPath: "//*[starts-with(local-name(), 'h') and string-length(local-name()) = 2 and local-name() != 'hr']"
        )
        .compactMap { Int($0.name?.dropFirst() ?? "") }
        #expect(levels.first == 1)
        #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 - $0 <= 1 })
        #expect(levels.count { $0 == 1 } == 1)
        let tables = try document.nodes(forXPath: "//*[local-name()='table']")
        #expect(try tables.allSatisfy { try $0.nodes(forXPath: "*[local-name()='caption']").count == 1 })
        #expect(try document.nodes(forXPath: "//*[local-name()='th'][not(@scope)]").isEmpty)
        #expect(document.rootElement()?.attribute(forName: "lang")?.stringValue == language)
        #expect(try document.nodes(forXPath: "//@src | //@href | //*[local-name()='script']").isEmpty)
    }

    /// The report parsed as XML, which its HTML is but for the void elements.
    private func page(_ language: String) throws -> XMLDocument {
        let model = ReportModel.make(from: try Village().facts)
        let phrases = try Phrases.book(language)
        let html = ReportWriter(model, agenda: AgendaDraft.items(from: model, phrases: phrases), phrases: phrases).text(
            .html)
        let xml = html.replacingOccurrences(of: "<!DOCTYPE html>", with: "")
            .replacingOccurrences(of: "<meta ([^>]*)>", with: "<meta $1/>", options: .regularExpression)
            .replacingOccurrences(of: "<br>", with: "<br/>")
        return try XMLDocument(xmlString: xml)
    }

    private func tables(_ figure: XMLElement, _ axis: String) throws -> [[String]] {
        try figure.nodes(forXPath: "\(axis)::*[local-name()='table']").map { table in
            try table.nodes(forXPath: ".//*[local-name()='td']").compactMap(\.stringValue)
        }
    }
}
