import Foundation
import GatewayModel
import StrictYAML
import TestSupport
import Testing

@testable import Delivery

@Suite("The pages on destinations")
struct DocumentationTests {
    /// The YAML of a kind's page: an entry, and what may be added to the one before, which is indented.
    private func entries(_ kind: DestinationSettings.KindName) throws -> [String] {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/destinations/\(kind.rawValue).md")
        let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```")
        var entries: [String] = []
        for part in parts where part.hasPrefix("yaml\n") {
            let text = String(part.dropFirst("yaml\n".count))
            if text.hasPrefix("- ") { entries.append(text) } else { entries[entries.count - 1] += text }
        }
        return entries
    }

    @Test(
        "Each kind has a page, whose configurations are of that kind and read without a problem",
        arguments: DestinationSettings.KindName.allCases)
    func configurations(kind: DestinationSettings.KindName) throws {
        let entries = try entries(kind)
        try #require(!entries.isEmpty)
        let reader = StrictYAML(file: "\(kind.rawValue).md")
        let lines = entries.joined().split(separator: "\n").map { "  " + $0 }
        let text = (["destinations:"] + lines).joined(separator: "\n")
        let field = reader.mapping(of: text, keys: ["destinations"])?["destinations"]
        let settings = field.map { DestinationSettings.list($0, defaultLanguage: "en") } ?? []
        #expect(reader.problems.map(\.description).isEmpty)
        #expect(settings.count == entries.count)
        #expect(entries.allSatisfy { $0.contains("  kind: \(kind.rawValue)\n") })
    }
}
