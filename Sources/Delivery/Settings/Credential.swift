import StrictYAML

/// A secret that systemd hands to the service alone (systemd.exec(5), `LoadCredential=`), written `credential:NAME`.
///
/// The running service finds it as a file in the folder that `$CREDENTIALS_DIRECTORY` names; nobody else does.
public enum Credential {
    /// What stands before the name in the configuration.
    static let prefix = "credential:"
    /// The variable that systemd sets.
    static let variable = "CREDENTIALS_DIRECTORY"

    /// The credential's name; nil for the path of a file.
    public static func name(in path: String) -> String? {
        path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
    }

    /// Where the secret lies now: the path itself, or the file of the credential.
    ///
    /// - Throws: ``DestinationError`` where this process has no such credential.
    public static func path(_ path: String, environment: [String: String]) throws(DestinationError) -> String {
        guard let name = name(in: path) else { return path }
        guard let folder = environment[variable], folder.hasPrefix("/") else {
            throw DestinationError(
                .secretMissing, "the credential \(name) is handed to the service alone, and this is not the service",
                remedy: "add LoadCredential=\(name):FILE to the service's unit, or ask the running gateway")
        }
        return folder + "/" + name
    }

    /// systemd's own rule: the name of a file, without a separator or what its own lines are made of.
    static func isWellFormed(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count) && name != "." && name != ".."
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x3A }
    }
}

extension Field {
    /// The path of a file with a secret, or `credential:NAME`; nil where it was reported.
    public func secretPath() -> String? {
        guard let path = string() else { return nil }
        if let name = Credential.name(in: path), !Credential.isWellFormed(name) {
            report(
                "'\(path)' names no credential",
                remedy: "write credential: and the name after LoadCredential= in the unit")
            return nil
        }
        return path
    }
}
