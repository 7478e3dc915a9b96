import Foundation
import GatewayModel
import Synchronization

/// What is known of the copies without looking: the stick may be out, and the other machine must not be asked by whoever
/// is in a hurry. A file of the data folder, so that a restart and other commands know it too.
struct BackupRecord: Codable, Hashable, Sendable {
    /// The target as configured; what is known of another one says nothing.
    var target: String
    /// True once somebody saw what lies there.
    var isLookedAt = false
    /// When the newest good copy was made.
    var newest: Instant?
    /// When the last try failed; nil once a copy is good.
    var failedAt: Instant?
    /// Why, for the log and the alert.
    var reason: String?
    /// How many deletions for households the list beside the copies holds.
    var forgotten = 0
    /// The box's own disk, once a copy was made on another one: from then on a folder on this disk is a stick that is out.
    var ownDisk: UInt64?

    init(target: String) { self.target = target }

    /// What is on file for a target; nothing known where the file says nothing of it.
    static func load(_ folder: String, target: String) -> BackupRecord {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = FileManager.default.contents(atPath: file(in: folder))
        let filed = data.flatMap { try? decoder.decode(BackupRecord.self, from: $0) }
        return filed.flatMap { $0.target == target ? $0 : nil } ?? BackupRecord(target: target)
    }

    /// Puts it on file; what cannot be written is known until the next start only.
    func save(_ folder: String) {
        guard self != BackupRecord.load(folder, target: target), let text = try? JSONLine.text(self) else { return }
        let path = BackupRecord.file(in: folder)
        try? Data((text + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        // Whoever made the copy, the service has to read it.
        try? FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    }

    /// A copy of that moment is good.
    mutating func succeeded(at now: Instant) {
        (isLookedAt, newest, failedAt, reason) = (true, now, nil, nil)
    }

    private static func file(in folder: String) -> String { folder + "/backup.json" }
}

/// What the service knows of the copies; set by it, read on the ingest thread.
final class BackupNews: Sendable {
    private let state = Mutex<(record: BackupRecord?, changes: Int)>((nil, 0))

    /// Nil until the service has looked for the first time.
    var record: BackupRecord? { state.withLock { $0.record } }

    /// The same for the target that is configured now; nil where the service has not looked at that one.
    func record(of site: Site) -> BackupRecord? {
        record.flatMap { $0.target == site.configuration.backup?.folder ? $0 : nil }
    }

    /// Grows with each change.
    var changes: Int { state.withLock { $0.changes } }

    func set(_ record: BackupRecord) {
        state.withLock { state in
            if state.record != record { state = (record, state.changes + 1) }
        }
    }
}
