import Foundation

/// Finds the message that crashes the program: after an unclean end each redelivered one is noted before it is handled.
///
/// The note is a small file. If it still names a message at the next start, that message was pending at two crashes and
/// is put aside. Used from the ingest thread.
public struct PoisonGuard {
    private let path: String
    private let poison: ReplayFilter.Entry?
    /// True while redelivered messages are handled one at a time.
    public private(set) var isGuarding: Bool

    /// Reads the note of the last run, if any; guards only where that run did not end cleanly.
    public init(path: String, endedUncleanly: Bool) {
        self.path = path
        isGuarding = endedUncleanly
        let parts = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ").map(String.init) ?? []
        if parts.count == 2, let id = UInt16(parts[0]), let digest = UInt64(parts[1]) {
            poison = ReplayFilter.Entry(id: id, digest: digest)
        } else {
            poison = nil
        }
    }

    /// True where this message was pending at the last crash already.
    func isPoison(_ entry: ReplayFilter.Entry) -> Bool { entry == poison }

    /// Notes the message that is handled next.
    func note(_ entry: ReplayFilter.Entry) {
        try? Data("\(entry.id) \(entry.digest)".utf8).write(to: URL(fileURLWithPath: path))
    }

    /// The noted message was handled and committed.
    func clear() {
        guard isGuarding else { return }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// No redelivered message is left: from now on messages are handled in batches.
    mutating func release() {
        clear()
        isGuarding = false
    }
}
