import Foundation
import GatewayModel
import Storage

/// What was deleted since copies were made, as a file beside them: one JSON object a line, and never a value.
struct ForgottenList {
    let folder: String
    let community: String

    private var path: String { folder + "/commons-\(community).forgotten.jsonl" }

    /// Adds those of all deletions that are not in it; true where it has grown.
    @discardableResult
    func complete(with all: [ForgottenDays]) throws -> Bool {
        let known = Set(entries)
        let missing = all.filter { !known.contains($0) }
        guard !missing.isEmpty else { return false }
        let before = FileManager.default.contents(atPath: path) ?? Data()
        let lines = try missing.map { try JSONLine.text($0) + "\n" }.joined()
        try (before + Data(lines.utf8)).write(to: URL(fileURLWithPath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return true
    }

    /// The entries, oldest first; a line that cannot be read is left out.
    var entries: [ForgottenDays] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").compactMap {
            try? decoder.decode(ForgottenDays.self, from: Data($0.utf8))
        }
    }
}
