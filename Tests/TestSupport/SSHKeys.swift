import Foundation

/// Keys and signatures made by the system's `ssh-keygen`, in a folder of their own.
public final class SSHKeys: Sendable {
    /// A run of `ssh-keygen` that failed, with what it said.
    public struct Failure: Error {
        /// What it said.
        public let said: String
    }

    /// Where the keys are.
    public let folder: TemporaryFolder

    /// Makes an empty folder for keys.
    public init() throws {
        folder = try TemporaryFolder("keys")
    }

    /// Makes a key without a passphrase and gives its public line.
    @discardableResult
    public func make(_ name: String, kind: String = "ed25519") throws -> String {
        try Self.run(["-q", "-t", kind, "-N", "", "-C", "\(name)@laptop", "-f", path(name)])
        return try line(name)
    }

    /// The private key's file.
    public func path(_ name: String) -> String { folder.file(name) }

    /// The public line of a key, with its comment.
    public func line(_ name: String) throws -> String {
        try String(contentsOfFile: path(name) + ".pub", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The fingerprint as `ssh-keygen -l` prints it.
    public func fingerprint(_ name: String) throws -> String {
        let said = try Self.run(["-l", "-f", path(name) + ".pub"])
        return said.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    }

    /// The armour of a signature over bytes, by `ssh-keygen -Y sign`.
    public func sign(
        _ bytes: [UInt8], with name: String, namespace: String, options: [String] = []
    ) throws -> String {
        let file = folder.file("message-\(UUID().uuidString)")
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        let extra = options.flatMap { ["-O", $0] }
        try Self.run(["-Y", "sign", "-q", "-f", path(name), "-n", namespace] + extra + [file])
        return try String(contentsOfFile: file + ".sig", encoding: .utf8)
    }

    @discardableResult
    private static func run(_ arguments: [String]) throws -> String {
        let child = try ChildProcess("/usr/bin/ssh-keygen", arguments)
        guard child.wait() == .exited(0) else { throw Failure(said: child.output) }
        return child.output
    }
}
