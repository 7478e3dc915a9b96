import Foundation
import GatewayModel
import StrictYAML
import TestSupport
import Testing

@testable import Delivery

@Suite("The page on destinations")
struct DocumentationTests {
    /// The YAML of the page: entries, and what may be added to the one before, which is indented.
    private func entries() throws -> [String] {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/destinations.md")
        let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```")
        var entries: [String] = []
        for part in parts where part.hasPrefix("yaml\n") {
            let text = String(part.dropFirst("yaml\n".count))
            if text.hasPrefix("- ") { entries.append(text) } else { entries[entries.count - 1] += text }
        }
        return entries
    }

    @Test("every configuration on it is read without a problem, and no kind is missing")
    func configurations() throws {
        let reader = StrictYAML(file: "destinations.md")
        let lines = try entries().joined().split(separator: "\n").map { "  " + $0 }
        let text = (["destinations:"] + lines).joined(separator: "\n")
        let field = reader.mapping(of: text, keys: ["destinations"])?["destinations"]
        let settings = field.map { DestinationSettings.list($0, defaultLanguage: "en") } ?? []
        #expect(reader.problems.map(\.description).isEmpty)
        let kinds = try entries().compactMap { entry in
            entry.split(separator: "\n").first { $0.contains("  kind: ") }
                .flatMap { DestinationSettings.KindName(rawValue: String($0.dropFirst("  kind: ".count))) }
        }
        #expect(Set(kinds) == Set(DestinationSettings.KindName.allCases))
        #expect(settings.count == kinds.count)
    }
}
