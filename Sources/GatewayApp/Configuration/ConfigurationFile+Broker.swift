import Delivery
import GatewayModel
import StrictYAML

extension ConfigurationFile {
    /// Reads the `mqtt:` section.
    func broker(_ field: Field, community: Configuration.Community?) -> Configuration.Broker? {
        let keys = [
            "broker", "port", "tls", "user", "password_file", "password_env", "protocol", "commit_interval", "topics",
            "prefix",
        ]
        enum ProtocolVersion: String, CaseIterable { case auto, five = "5", threeOne = "3.1.1" }
        guard let fields = field.mapping(keys: keys),
            let place = fields.required("broker", example: "localhost")?.string()
        else { return nil }
        let encryption = fields["tls"].flatMap(encryption)
        if fields["user"] != nil, fields["password_file"] == nil, fields["password_env"] == nil {
            fields["user"]?.report(
                "the account has no password", remedy: "add password_file: or password_env:; never the password itself")
        }
        if place == "embedded", community?.isDemonstration == false {
            fields["broker"]?.report(
                "a real community needs a broker that its sensors reach; the embedded one belongs to the demonstration",
                remedy: "name the broker's host, and see docs/broker.md for a safe configuration")
        }
        let prefix = fields["prefix"]?.string() ?? "commons/\(community?.id ?? "")"
        if let field = fields["prefix"], !ConfigurationFile.isOwnPrefix(prefix) {
            field.report(
                "'\(prefix)' is not the gateway's own: below it other devices take orders",
                remedy: "write commons/ and a name of lower-case letters, digits and dashes, or leave it out")
        }
        let defaultPort = encryption == nil ? 1883 : 8883
        return .init(
            place: place == "embedded"
                ? .embedded
                : .network(host: place, port: fields["port"]?.integer(in: 1...65_535) ?? defaultPort),
            encryption: encryption, user: fields["user"]?.string(), passwordFile: fields["password_file"]?.secretPath(),
            passwordVariable: fields["password_env"]?.string(),
            protocolVersion: fields["protocol"]?.choice(ProtocolVersion.self)?.rawValue ?? "auto",
            commitInterval: fields["commit_interval"]?.seconds(),
            topics: fields["topics"]?.list().compactMap { $0.string() } ?? [],
            prefix: prefix)
    }

    /// `commons/` and one or more levels: no make of device takes orders there, and the broker lets us write nowhere else.
    private static func isOwnPrefix(_ prefix: String) -> Bool {
        let levels = prefix.split(separator: "/", omittingEmptySubsequences: false)
        return levels.count > 1 && levels[0] == "commons" && prefix.utf8.count < 200
            && levels.allSatisfy { level in
                !level.isEmpty
                    && level.utf8.allSatisfy {
                        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
                    }
            }
    }

    private func encryption(_ field: Field) -> Configuration.Broker.Encryption? {
        guard let fields = field.mapping(keys: ["ca", "certificate", "key"]),
            let authority = fields.required("ca", example: "/etc/commons-gateway/ca.pem")?.string()
        else { return nil }
        let certificate = fields["certificate"]?.string()
        let key = fields["key"]?.secretPath()
        if (certificate == nil) != (key == nil) {
            field.report("a client certificate needs both certificate: and key:", remedy: "name both files or neither")
        }
        return .init(authorityFile: authority, certificateFile: certificate, keyFile: key)
    }
}
