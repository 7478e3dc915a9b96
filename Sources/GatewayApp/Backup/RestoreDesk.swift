import Foundation
import GatewayModel
import Storage

/// Brings a box back from an encrypted copy.
public struct RestoreDesk {
    /// What is restored and how.
    public struct Request: Sendable {
        /// The archive.
        public var archive: String
        /// The file whose first line is the passphrase.
        public var passphraseFile: String
        /// Everything goes below this folder; `/` puts each file where it stood.
        public var root: String
        /// True where the first box goes on beside this one.
        public var isCopy: Bool
        /// The number of the last entry of the record book that is known from paper; nil where none is.
        public var lastEntry: Int64?
        /// Whose act it is.
        public var person: String

        /// Makes a request.
        public init(
            archive: String, passphraseFile: String, root: String, isCopy: Bool, lastEntry: Int64?, person: String
        ) {
            self.archive = archive
            self.passphraseFile = passphraseFile
            self.root = root
            self.isCopy = isCopy
            self.lastEntry = lastEntry
            self.person = person
        }
    }

    /// Makes a desk.
    public init() {}

    /// Unpacks, compares and places everything; says what is to be done next.
    ///
    /// - Throws: ``AppError`` where a file is there already or the archive cannot be read; nothing was restored then.
    public func restore(_ request: Request) throws -> [String] {
        let now = SystemClock.now()
        let scratch =
            (request.root == "/" ? FileManager.default.temporaryDirectory.path : request.root)
            + "/commons-restore-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        guard FileManager.default.fileExists(atPath: request.archive) else {
            throw AppError("there is no copy \(request.archive)", remedy: "plug in the stick, and check the name")
        }
        try Archive(passphraseFile: request.passphraseFile).unpack(request.archive, into: scratch)
        let copy = BoxCopy(folder: scratch)
        let manifest = try copy.verified()
        let beside = try copy.place(manifest, below: request.root)
        let base = request.root.hasSuffix("/") ? request.root : request.root + "/"
        let folder = (base + manifest.database).deletingLastPart
        let dropped = try Store.settleRestored(folder: folder, asCopy: request.isCopy) { dropped, last in
            ActRecord(entry(request, manifest, dropped: dropped, last: last, now: now))
        }
        return [
            "Brought back \(manifest.files.count + 1) files of \(manifest.community) as of \(manifest.madeAt) below "
                + "\(request.root).",
            beside.isEmpty
                ? "No file was in the way."
                : "Files that are there already stayed; the others are beside them: "
                    + beside.joined(separator: ", ") + ".",
            dropped == 0
                ? "No notice was waiting." : "\(dropped) notices that were waiting then are not sent any more.",
            request.isCopy
                ? "It has a client id of its own; the first box may go on beside it."
                : "The first box must never be started again beside this one.",
            "Next: commons log verify, then start the service.",
        ]
    }

    private func entry(
        _ request: Request, _ manifest: BackupManifest, dropped: Int, last: Int64, now: Instant
    ) -> RecordEntry {
        var facts = [
            "as": request.isCopy ? "copy" : "move", "made_at": manifest.madeAt, "entries": "\(last)",
            "dropped_notices": "\(dropped)", "head": manifest.content.head,
        ]
        if let known = request.lastEntry, known > last { facts["missing"] = "\(last + 1)-\(known)" }
        return RecordEntry(
            at: now, kind: RestoreDesk.kind, facts: facts,
            erasable: ["person": request.person, "entered_by": NSUserName()])
    }

    /// The kind of entry that says that a book was restored.
    static let kind = "box.restored"
}
