import Foundation

/// One encrypted file that holds a folder: a tar archive in OpenPGP's symmetric format (RFC 9580, section 5.7), made by
/// gpg with AES-256 and a passphrase, so that it can be read without this program.
///
/// Blocks while tar and gpg run.
struct Archive {
    /// The file whose first line is the passphrase.
    let passphraseFile: String
    var programs = Programs()

    /// Packs everything in a folder.
    func pack(_ folder: String, into path: String) throws {
        try withKeyring { keyring in
            try programs.run(
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
            try programs.run(
                gpg(keyring) + ["--decrypt", path],
                into: ["tar", "--extract", "--file=-", "--no-same-owner", "--directory", folder])
        }
    }

    /// Unpacks a single file into a folder, by its name in the archive.
    func unpack(only name: String, of path: String, into folder: String) throws {
        try withKeyring { keyring in
            try programs.run(
                gpg(keyring) + ["--decrypt", path],
                into: ["tar", "--extract", "--file=-", "--no-same-owner", "--directory", folder, "./" + name])
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
            _ = try? programs.run(["gpgconf", "--homedir", keyring, "--kill", "gpg-agent"])
            try? FileManager.default.removeItem(atPath: keyring)
        }
        try body(keyring)
    }
}
