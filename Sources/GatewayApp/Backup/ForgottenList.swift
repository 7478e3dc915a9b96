import Foundation
import GatewayModel
import Storage

/// What was deleted since copies were made, as a file beside them: one JSON object a line, and never a value.
struct ForgottenList {
    let folder: String
    let community: String

    private var path: String { folder + "/commons-\(community).forgotten.jsonl" }

    /// Adds an entry; nothing where the folder is away, since copies on a stick that is not there end with the rota.
    func add(_ days: ForgottenDays) throws {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        let known = FileManager.default.contents(atPath: path) ?? Data()
        let line = Data((try JSONLine.text(days) + "\n").utf8)
        try (known + line).write(to: URL(fileURLWithPath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
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
