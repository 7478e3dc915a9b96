import Foundation
import Glibc
import Synchronization

/// A real sshd on a port of 127.0.0.1 that gives one key's owner nothing but sftp; ended with the last reference.
public final class SSHServer: Sendable {
    /// sshd did not come up, or a key could not be made.
    public struct NotStarted: Error {
        /// What was written.
        public let output: String
    }

    /// The port; the same after a restart.
    public let port: Int
    /// The folder with the keys, the configuration and ``shelf``.
    public let folder: TemporaryFolder
    private let process = Mutex<ChildProcess?>(nil)

    /// Makes keys for the server and for one user, and starts it.
    public init() throws {
        folder = try TemporaryFolder("sshd")
        port = try Loopback.freePort()
        try FileManager.default.createDirectory(atPath: shelf, withIntermediateDirectories: true)
        for name in ["host", "other", "user"] { try makeKey(name) }
        try FileManager.default.copyItem(atPath: folder.file("user.pub"), toPath: folder.file("authorized_keys"))
        try write("[127.0.0.1]:\(port) \(key("host"))", to: "known_hosts")
        try write("[127.0.0.1]:\(port) \(key("other"))", to: "other_hosts")
        try write("# none\n", to: "no_hosts")
        try serve(with: "exec /usr/lib/openssh/sftp-server")
        try write(
            """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder.file("host"))
            AuthorizedKeysFile \(folder.file("authorized_keys"))
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin yes
            PasswordAuthentication no
            Subsystem sftp \(folder.file("serve"))

            """, to: "sshd_config")
        // sshd gives up its rights here where it has any (sshd(8)).
        if geteuid() == 0 {
            try FileManager.default.createDirectory(
                atPath: "/run/sshd", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        }
        try start()
    }

    /// The folder that copies are sent to.
    public var shelf: String { folder.file("shelf") }
    /// The user's private key.
    public var keyFile: String { folder.file("user") }
    /// The file with the server's right host key.
    public var knownHosts: String { folder.file("known_hosts") }
    /// A file with another host key for the same place.
    public var otherHosts: String { folder.file("other_hosts") }
    /// A file that knows no host.
    public var noHosts: String { folder.file("no_hosts") }
    /// How the shelf is named in a configuration.
    public var address: String { "ssh://\(NSUserName())@127.0.0.1:\(port)\(shelf)" }

    /// The names of the files on the shelf, in order.
    public var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: shelf)) ?? []).sorted()
    }

    /// Has each session from now on served by a shell script, which ends with an sftp server.
    public func serve(with script: String) throws {
        try write("#!/bin/bash\n\(script)\n", to: "serve")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("serve"))
    }

    /// Starts it again, after ``stop()``.
    public func start() throws {
        // The program reads its own path, so it wants a whole one (sshd(8)).
        let child = try ChildProcess("/usr/sbin/sshd", ["-D", "-e", "-f", folder.file("sshd_config")])
        guard waitUntil(20, { Loopback.isListening(port) || !child.isRunning }), child.isRunning else {
            throw NotStarted(output: child.output)
        }
        process.withLock { $0 = child }
    }

    /// Ends it: the machine is away.
    public func stop() {
        let child = process.withLock { child in
            defer { child = nil }
            return child
        }
        child?.signal(SIGTERM)
        _ = child?.wait(20)
    }

    private func makeKey(_ name: String) throws {
        let child = try ChildProcess(
            "/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder.file(name)])
        guard child.wait() == .exited(0) else { throw NotStarted(output: child.output) }
    }

    private func key(_ name: String) throws -> String {
        try String(contentsOfFile: folder.file(name + ".pub"), encoding: .utf8)
    }

    private func write(_ text: String, to name: String) throws {
        try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
    }
}
