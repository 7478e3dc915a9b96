import Foundation
import Glibc

/// Where a password, token or key is read from; the secret itself never stands in the configuration.
public enum SecretSource: Hashable, Sendable {
    /// The text of a file, without the line break at its end; or of a credential, `credential:NAME`.
    case file(String)
    /// An environment variable.
    case environment(String)

    /// The file; nil for a secret in the environment.
    var path: String? {
        guard case .file(let path) = self else { return nil }
        return path
    }

    /// What makes a file useless for a secret, with the remedy; nil where it is there and closed to others, where nobody can tell
    /// from this account, and for a credential.
    public static func trouble(with path: String, isSecret: Bool = true) -> DestinationError? {
        guard Credential.name(in: path) == nil else { return nil }
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { return nil }
            return DestinationError(
                .secretMissing, "there is no file \(path)",
                remedy: isSecret
                    ? "create it with the secret as its only line, readable for the gateway's user alone"
                    : "check its name")
        }
        guard isSecret, status.st_mode & 0o007 != 0 else { return nil }
        return DestinationError(
            .secretExposed, "everybody on this machine may use the secret in \(path)", remedy: "run chmod o= \(path)")
    }

    /// The text of a file with a secret, as it stands there, and where that file is.
    ///
    /// - Throws: ``DestinationError`` where it is missing, no text, or open to everybody.
    public static func file(
        at written: String, environment: [String: String]
    ) throws(DestinationError) -> (path: String, text: String) {
        let path = try Credential.path(written, environment: environment)
        if path != written, !FileManager.default.fileExists(atPath: path) {
            throw DestinationError(
                .secretMissing, "systemd hands the service no \(written)",
                remedy: "add LoadCredential=\(written.dropFirst(Credential.prefix.count)):FILE to its unit")
        }
        if let trouble = trouble(with: path) { throw trouble }
        guard let data = FileManager.default.contents(atPath: path), data.count <= 65_536,
            let text = String(bytes: data, encoding: .utf8)
        else {
            throw DestinationError(
                .secretMissing, "the file \(path) cannot be read as a text",
                remedy: "check its owner and mode; the gateway's user has to read it")
        }
        return (path, text)
    }

    /// Reads the secret; blocks for the length of a small file.
    public func read(environment: [String: String]) throws(DestinationError) -> String {
        switch self {
        case .environment(let name):
            guard let value = environment[name], !value.isEmpty else {
                throw DestinationError(
                    .secretMissing, "the environment variable \(name) is not set",
                    remedy: "set it in the service's unit, or name a file instead")
            }
            return value
        case .file(let written):
            let (path, text) = try SecretSource.file(at: written, environment: environment)
            let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !secret.isEmpty else {
                throw DestinationError(.secretMissing, "the file \(path) is empty", remedy: "write the secret into it")
            }
            return secret
        }
    }
}

/// Why a destination cannot be made from its settings.
public struct DestinationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of trouble; more may follow.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The code's name.
        public var rawValue: String
        /// Makes a code by name.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// A secret is not where the settings say.
        public static let secretMissing = Code(rawValue: "secret_missing")
        /// A secret may be read by everybody.
        public static let secretExposed = Code(rawValue: "secret_exposed")
        /// A secret does not have the form it must have.
        public static let secretMalformed = Code(rawValue: "secret_malformed")
        /// Something that the destination needs is not part of this gateway's configuration.
        public static let notAvailable = Code(rawValue: "not_available")
    }

    /// The kind of trouble.
    public var code: Code
    /// What is wrong, with its place.
    public var message: String
    /// What to do about it.
    public var remedy: String

    /// Makes an error.
    public init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    /// Message and remedy in one line.
    public var description: String { "\(message); \(remedy)" }
}
