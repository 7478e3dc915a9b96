import Foundation

/// What a doctor sees of the secrets that systemd hands to the service.
extension Doctor {
    /// Where units and their drop-ins stand (systemd.unit(5)).
    static let unitFolders = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system",
    ]

    /// The credentials of the configuration that no line of the installed unit loads; nothing where no unit is installed.
    func missingCredentials(in folders: [String] = Doctor.unitFolders) -> [String] {
        let wanted = site.configuration.namedCredentials
        guard !wanted.isEmpty else { return [] }
        let unit = "commons-gateway.service"
        let files = folders.flatMap { folder -> [String] in
            let drops = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(unit).d")) ?? []
            return ["\(folder)/\(unit)"]
                + drops.filter { $0.hasSuffix(".conf") }.sorted().map { "\(folder)/\(unit).d/\($0)" }
        }
        let texts = files.compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }
        guard !texts.isEmpty else { return [] }
        let loaded = texts.flatMap { $0.split(separator: "\n") }.compactMap { line -> Substring? in
            let parts = line.split(separator: "=", maxSplits: 1)
            let keys = ["LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted"]
            guard parts.count == 2, keys.contains(parts[0].trimmingCharacters(in: .whitespaces)) else { return nil }
            return parts[1].split(separator: ":", maxSplits: 1).first
        }.map { $0.trimmingCharacters(in: .whitespaces) }
        return wanted.filter { !loaded.contains($0) }.map {
            "the configuration names credential:\($0), and \(unit) loads none of that name; add "
                + "LoadCredential=\($0):FILE with systemctl edit \(unit) (docs/install.md)"
        }
    }
}
