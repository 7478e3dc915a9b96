import Foundation
import GatewayModel
import Yams

/// The project's own phrase files, read for tests.
enum Phrases {
    static func book(_ language: String) throws -> Phrasebook {
        let file = root + "/config/languages/\(language).yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        var phrases: [String: String] = [:]
        collect(try Yams.load(yaml: text), prefix: "", into: &phrases)
        return Phrasebook(language: language, phrases: phrases)
    }

    /// The repository's folder, three levels above this file.
    static var root: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }

    private static func collect(_ node: Any?, prefix: String, into phrases: inout [String: String]) {
        if let mapping = node as? [String: Any] {
            for (key, value) in mapping {
                collect(value, prefix: prefix.isEmpty ? key : "\(prefix).\(key)", into: &phrases)
            }
        } else if let text = node as? String {
            phrases[prefix] = text
        }
    }
}
