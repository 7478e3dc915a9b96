import Foundation
import GatewayModel
import Synchronization

/// How far a way was read, kept in a small file so that a restart neither skips an answer nor takes an old one again.
final class AnswerPlace: Sendable {
    private let path: String?
    private let known: Mutex<String?>

    /// `folder` is made where it is missing; without one the place is kept in memory only.
    init(folder: String?, name: String) {
        path = folder.map { $0 + "/" + name }
        let data = path.flatMap { FileManager.default.contents(atPath: $0) }
        let text = data.map { String(decoding: $0.prefix(4096), as: UTF8.self) }
        known = Mutex(text.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// The place; nil where nothing was read yet.
    var value: String? { known.withLock { $0 } }

    /// Goes on from there; a file that cannot be written leaves the place in memory.
    func move(to place: String) {
        known.withLock { $0 = place }
        guard let path else { return }
        try? FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try? AtomicFile.write(place, to: path)
    }
}
