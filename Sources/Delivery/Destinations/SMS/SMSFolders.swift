import Foundation

/// The folders of gammu's daemon with its `files` service (wammu.eu/docs/manual/smsd/files.html).
///
/// A message to send is a file in `outbox`; the daemon moves it to `sent` once the network took every part, or to
/// `failed` after its own tries. A message that came is a file in `inbox` whose name ends with sender and number.
struct SMSFolders: Hashable {
    /// Where a message of ours is.
    enum Place: Hashable {
        case waiting, sent, failed, missing
    }

    var inbox: String
    var outbox: String
    var sent: String
    var failed: String

    /// Reads the paths from the daemon's configuration; nil where it names no outbox or uses a database.
    init?(configuration path: String) {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        var values: [String: String] = [:]
        var section = ""
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("[") { section = text.lowercased() }
            guard section == "[smsd]", let equals = text.firstIndex(of: "="), !text.hasPrefix("#"),
                !text.hasPrefix(";")
            else { continue }
            let key = text[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
            values[key] = text[text.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        }
        guard values["service"]?.lowercased() == "files", let outbox = values["outboxpath"],
            let inbox = values["inboxpath"], let sent = values["sentsmspath"], let failed = values["errorsmspath"],
            Set([inbox, outbox, sent, failed]).count == 4
        else { return nil }
        self.inbox = inbox
        self.outbox = outbox
        self.sent = sent
        self.failed = failed
    }

    /// Where a message of that file name is.
    func place(of file: String) -> Place {
        if holds(sent, file) { return .sent }
        if holds(outbox, file) { return .waiting }
        // It may have been moved between the two looks.
        if holds(sent, file) { return .sent }
        return holds(failed, file) ? .failed : .missing
    }

    /// Gives a message to the daemon, whole or not at all; nil, or why that is not possible.
    func put(_ text: String, as file: String) -> String? {
        // The daemon takes what begins with OUT. The mark of the byte order tells it that the text is UTF-16.
        let temporary = path(outbox, "new-" + file)
        var bytes: [UInt8] = [0xFE, 0xFF]
        for unit in text.utf16 { bytes += [UInt8(unit >> 8), UInt8(unit & 0xFF)] }
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: temporary))
        } catch {
            return "\(outbox) cannot be written; the gateway's user belongs to the group that owns it"
        }
        // The service's files are its own only, and this one is for the daemon, which is in the folder's group.
        guard chmod(temporary, 0o660) == 0, rename(temporary, path(outbox, file)) == 0 else {
            return "\(outbox): \(String(cString: strerror(errno)))"
        }
        return nil
    }

    /// Takes a message out of the outbox that the daemon has not sent.
    func takeBack(_ file: String) {
        unlink(path(outbox, file))
    }

    private func holds(_ folder: String, _ file: String) -> Bool {
        FileManager.default.fileExists(atPath: path(folder, file))
    }

    private func path(_ folder: String, _ file: String) -> String {
        (folder as NSString).appendingPathComponent(file)
    }
}
