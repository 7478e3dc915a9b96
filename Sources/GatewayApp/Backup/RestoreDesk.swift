import Foundation
import GatewayModel
import Storage

/// Brings a box back from an encrypted copy.
public struct RestoreDesk {
    /// What is restored and how.
    public struct Request: Sendable {
        /// The archive: a file, or `ssh://user@host:port/path/NAME`.
        public var archive: String
        /// The private key for another machine; nil for those that ssh finds by itself.
        public var keyFile: String?
        /// The host keys that are believed; nil for ssh's own files.
        public var knownHosts: String?
        /// The file whose first line is the passphrase.
        public var passphraseFile: String
        /// Everything goes below this folder; `/` puts each file where it stood.
        public var root: String
        /// True where the first box goes on beside this one.
        public var isCopy: Bool
        /// The number of the last entry of the record book that is known from paper; nil where none is.
        public var lastEntry: Int64?
        /// The check number that the same paper shows, 64 hexadecimal digits; nil where none is known.
        public var checkNumber: String?
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
        let held = try CopyInHand(request)
        defer { held.letGo() }
        let scratch = try held.roomBeside(below: request.root)
        try Archive(passphraseFile: request.passphraseFile).unpack(held.file, into: scratch)
        let copy = BoxCopy(folder: scratch)
        let manifest = try copy.verified()
        try copy.refuseOccupied(manifest, below: request.root)
        // Everything that can fail comes first: what is put into its place may be started by anybody.
        let folder = copy.databaseFolder(of: manifest)
        let dropped = try Store.settleRestored(folder: folder, asCopy: request.isCopy) { dropped, last in
            ActRecord(entry(request, manifest, dropped: dropped, last: last, now: now))
        }
        let forgotten = try forgetAgain(
            held.forgotten(of: manifest.community), request, manifest, folder: folder, now: now)
        let beside = try copy.place(manifest, below: request.root)
        return [
            "Brought back \(manifest.files.count + 1) files of \(manifest.community) as of \(manifest.madeAt) below "
                + "\(request.root).",
            beside.isEmpty
                ? "No file was in the way."
                : "Files that are there already stayed; the others are beside them: "
                    + beside.joined(separator: ", ") + ".",
            dropped == 0
                ? "No notice was waiting."
                : "\(dropped) notices that were waiting then are not sent any more; the stewards get one that says so.",
            forgotten == 0
                ? "Nothing was deleted for a household since the copy was made."
                : "\(forgotten) deletions for households since the copy was made were done again.",
            request.isCopy
                ? "It has a client id of its own; the first box may go on beside it."
                : "The first box must never be started again beside this one.",
            RestoreDesk.next(manifest, below: request.root),
        ]
    }

    /// How the restored record book is checked: in the folder in which the first box was started, where paths are relative.
    static func next(_ manifest: BackupManifest, below root: String) -> String {
        let base = root.hasSuffix("/") ? root : root + "/"
        let file = base + manifest.configuration
        let check = "commons log verify --config '\(file)'"
        let database = base + manifest.database
        guard let data = ConfigurationFile.load(file).configuration?.dataFolder else {
            return "Next: \(check), then start the service."
        }
        guard data.hasPrefix("/") else {
            let folder = URL(fileURLWithPath: "/" + data).standardizedFileURL.path + "/gateway.sqlite"
            let place = database.hasSuffix(folder) ? String(database.dropLast(folder.count)) : base
            return "Next: cd '\(place.isEmpty ? "/" : place)' && \(check), then start the service."
        }
        guard root != "/", data + "/gateway.sqlite" != database else {
            return "Next: \(check), then start the service."
        }
        return
            "Next: write data_folder: \(database.deletingLastPart) into \(file), which names the first box's data; then "
            + "\(check), and start the service."
    }

    /// Deletes again what households had deleted since the copy was made, by the list that lies beside it.
    private func forgetAgain(
        _ entries: [ForgottenDays], _ request: Request, _ manifest: BackupManifest, folder: String, now: Instant
    ) throws -> Int {
        guard !entries.isEmpty, let zone = Zone(identifier: manifest.timeZone) else { return 0 }
        let options = Store.Options(
            community: manifest.community, kind: manifest.isDemonstration ? .demonstration : .real)
        let store = try Store.open(folder: folder, options: options, now: now)
        // What the copy itself knows of was deleted before it was made.
        let known = Set(try store.forgottenDays())
        let missed = entries.filter { !known.contains($0) }
        for days in missed {
            _ = try store.forget(
                days, zone: zone,
                record: ActRecord(
                    RecordEntry(
                        at: now, kind: "household.forgotten",
                        facts: ["from": days.first.description, "through": days.last.description, "means": "restore"],
                        erasable: ["sensor": days.sensor.rawValue, "person": request.person])))
        }
        try store.close()
        try Store.leaveAsOneFile(folder: folder)
        return missed.count
    }

    private func entry(
        _ request: Request, _ manifest: BackupManifest, dropped: Int, last: Int64, now: Instant
    ) -> RecordEntry {
        var facts = [
            "as": request.isCopy ? "copy" : "move", "made_at": manifest.madeAt, "entries": "\(last)",
            "dropped_notices": "\(dropped)", "head": manifest.content.head,
        ]
        if let known = request.lastEntry {
            facts["printed_entry"] = "\(known)"
            if known > last { facts["missing"] = "\(last + 1)-\(known)" }
        }
        if let printed = request.checkNumber { facts["printed_head"] = printed }
        return RecordEntry(
            at: now, kind: RestoreDesk.kind, facts: facts,
            erasable: ["person": request.person, "entered_by": NSUserName()])
    }

    /// The kind of entry that says that a book was restored.
    static let kind = "box.restored"

    /// The digits of a check number as people type it off a paper, with or without gaps; nil where it is none.
    public static func checkNumber(_ typed: String) -> String? {
        let digits = typed.lowercased().filter { !$0.isWhitespace }
        return digits.count == 64 && digits.allSatisfy(\.isHexDigit) ? digits : nil
    }
}
