import Foundation

/// A folder on another machine. What is sent there is fetched back and compared before it counts.
struct BackupHost: CopyPlace {
    let target: SSHTarget
    let programs: Programs

    var description: String { target.description }
    private var sftp: SFTP { SFTP(target: target, programs: programs) }

    func names() throws -> [String] {
        // In batch mode sftp repeats each command.
        try sftp.run(["ls -1"]).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.hasPrefix("sftp>") }
    }

    func workFile(for name: String, scratch: String) -> String { scratch + "/" + name }

    /// What lies there is fetched back later; this file is only on its way.
    func steady(_ file: String) {}

    func settle(_ file: String, as name: String, scratch: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        let partial = name + CopyNames.partial
        let back = scratch + "/back"
        let hash = try programs.sha256(file)
        do {
            try sftp.run(
                ["put -f \"\(URL(fileURLWithPath: file).lastPathComponent)\" \"\(partial)\""],
                in: URL(fileURLWithPath: file).deletingLastPathComponent().path)
            // Room for one copy at a time is enough.
            try FileManager.default.removeItem(atPath: file)
            try fetch(partial, to: back)
            defer { try? FileManager.default.removeItem(atPath: back) }
            guard try programs.sha256(back) == hash else {
                throw AppError(
                    "what lies on \(target) is not what was sent there, and does not count",
                    remedy: "look at the disk and the memory of that machine, and at the line to it")
            }
            try sftp.run(["rename \"\(partial)\" \"\(name)\""])
        } catch {
            // A torso would take the room that the next try needs.
            _ = remove([partial])
            throw error
        }
    }

    /// Fetches a file.
    func fetch(_ name: String, to file: String) throws {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        try sftp.run(["get \"\(name)\" \"\(URL(fileURLWithPath: file).lastPathComponent)\""], in: folder.path)
    }

    func remove(_ names: [String]) -> Int {
        guard !names.isEmpty, let before = try? self.names() else { return 0 }
        // A minus goes on with the next where one cannot be removed; a batch stays below what fits into a pipe.
        for begin in stride(from: 0, to: names.count, by: 200) {
            _ = try? sftp.run(names[begin..<min(begin + 200, names.count)].map { "-rm \"\($0)\"" })
        }
        guard let after = try? self.names() else { return 0 }
        return Set(names).intersection(before).subtracting(after).count
    }
}
