import Foundation

/// Finds the message that crashes the program: after an unclean end each redelivered one is noted before it is handled.
///
/// The note is a small file. A message that it names at two crashes is put aside; one crash alone may be a power cut
/// that hit whatever was being handled. Used from the ingest thread.
public struct PoisonGuard {
    private let path: String
    private let suspect: ReplayFilter.Entry?
    private let crashes: Int
    /// True while redelivered messages are handled one at a time.
    public private(set) var isGuarding: Bool

    /// Reads the note of the last run, if any; guards only where that run did not end cleanly.
    public init(path: String, endedUncleanly: Bool) {
        self.path = path
        isGuarding = endedUncleanly
        let parts = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ").map(String.init) ?? []
        if parts.count == 3, let id = UInt16(parts[0]), let digest = UInt64(parts[1]), let crashes = Int(parts[2]) {
            suspect = ReplayFilter.Entry(id: id, digest: digest)
            self.crashes = crashes
        } else {
            suspect = nil
            crashes = 0
        }
    }

    /// True where this message was being handled at two crashes already.
    func isPoison(_ entry: ReplayFilter.Entry) -> Bool { entry == suspect && crashes >= 2 }

    /// Notes the message that is handled next, with the crashes that it will have met if this is one more.
    func note(_ entry: ReplayFilter.Entry) {
        let count = entry == suspect ? crashes + 1 : 1
        try? Data("\(entry.id) \(entry.digest) \(count)".utf8).write(to: URL(fileURLWithPath: path))
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
