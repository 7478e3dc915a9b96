import Foundation

/// One encrypted file that holds a folder: a tar archive in OpenPGP's symmetric format (RFC 9580, section 5.7), made by
/// gpg with AES-256 and a passphrase, so that it can be read without this program.
///
/// Blocks while tar and gpg run.
struct Archive {
    /// The file whose first line is the passphrase.
    let passphraseFile: String

    /// Packs everything in a folder.
    func pack(_ folder: String, into path: String) throws {
        try withKeyring { keyring in
            try run(
                ["tar", "--create", "--file=-", "--directory", folder, "."],
                into: gpg(keyring) + [
                    "--symmetric", "--cipher-algo", "AES256", "--s2k-digest-algo", "SHA512", "--s2k-count", "65011712",
                    "--compress-algo", "zlib", "--output", path,
                ])
        }
    }

    /// Unpacks everything into a folder.
    func unpack(_ path: String, into folder: String) throws {
        try withKeyring { keyring in
            try run(
                gpg(keyring) + ["--decrypt", path],
                into: ["tar", "--extract", "--file=-", "--no-same-owner", "--directory", folder])
        }
    }

    private func gpg(_ keyring: String) -> [String] {
        [
            "gpg", "--homedir", keyring, "--batch", "--no-tty", "--quiet", "--yes", "--pinentry-mode", "loopback",
            "--passphrase-file", passphraseFile,
        ]
    }

    /// gpg wants a folder of its own; nobody's keys are of any use here.
    private func withKeyring(_ body: (String) throws -> Void) throws {
        let keyring = FileManager.default.temporaryDirectory.path + "/gpg-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: keyring, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer {
            let agent = process(["gpgconf", "--homedir", keyring, "--kill", "gpg-agent"])
            try? agent.run()
            if agent.isRunning { agent.waitUntilExit() }
            try? FileManager.default.removeItem(atPath: keyring)
        }
        try body(keyring)
    }

    private func process(_ command: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    /// Runs two programs, the output of the first being the input of the second.
    private func run(_ first: [String], into second: [String]) throws {
        let link = Pipe()
        let complaints = Pipe()
        let (source, sink) = (process(first), process(second))
        source.standardOutput = link
        source.standardError = complaints
        sink.standardInput = link
        try source.run()
        try sink.run()
        let said = complaints.fileHandleForReading.readDataToEndOfFile()
        source.waitUntilExit()
        sink.waitUntilExit()
        for (program, command) in [(source, first), (sink, second)] where program.terminationStatus != 0 {
            guard program.terminationStatus != 127 else {
                throw AppError("'\(command[0])' is not installed", remedy: "sudo apt install gnupg tar")
            }
            let reason = String(decoding: said, as: UTF8.self).split(separator: "\n").last.map { ": \($0)" } ?? ""
            throw AppError(
                "\(command[0]) ended with \(program.terminationStatus)\(reason)",
                remedy: "check the passphrase, the room on the disk, and the file")
        }
    }
}
