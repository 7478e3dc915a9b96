import GatewayModel
import StrictYAML

/// Settings of a mail destination.
public struct SMTPSettings: Hashable, Sendable {
    /// The mail server.
    public var host: String
    /// Its port: 587 for STARTTLS, 465 for TLS, 25 on this box.
    public var port: Int
    /// The protection.
    public var security: MailSecurity
    /// The sender's address.
    public var from: String
    /// The recipients' addresses; each digest and notice is one message to all of them.
    public var to: [String]
    /// The login's name; nil where the server wants none.
    public var user: String?
    /// The login's password.
    public var password: SecretSource?
    /// A PEM file of certificate authorities in place of the system's.
    public var caFile: String?
    /// Seconds for one message.
    public var timeoutSeconds: Int

    static let keys = [
        "host", "port", "security", "from", "to", "user", "password_file", "password_env", "ca_file", "timeout",
    ]

    /// Makes settings.
    public init(
        host: String, port: Int, security: MailSecurity, from: String, to: [String], user: String? = nil,
        password: SecretSource? = nil, caFile: String? = nil, timeoutSeconds: Int = 30
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.from = from
        self.to = to
        self.user = user
        self.password = password
        self.caFile = caFile
        self.timeoutSeconds = timeoutSeconds
    }

    init?(_ fields: Fields) {
        guard let host = fields.required("host", example: "mail.example.org")?.string(),
            let from = fields.required("from", example: "gateway@example.org").flatMap(SMTPSettings.address),
            let toField = fields.required("to", example: "[rosa@example.org]"),
            let security = fields["security"].map({ $0.choice(MailSecurity.self) }) ?? .startTLS,
            let timeout = fields.seconds("timeout", in: 5...300, default: 30)
        else { return nil }
        let to = toField.list().map(SMTPSettings.address)
        guard !to.isEmpty, !to.contains(nil) else { return nil }
        guard security != .plain || isLoopback(host) else {
            fields.owner.report(
                "'\(fields.owner.path)' would send mail unprotected", remedy: "use `security: starttls` or `tls`")
            return nil
        }
        let standardPort = security == .startTLS ? 587 : security == .tls ? 465 : 25
        guard let port = fields["port"].map({ $0.integer(in: 1...65_535) }) ?? standardPort else { return nil }
        let user = fields["user"]?.string()
        var password: SecretSource?
        if user != nil {
            password = fields.requiredSecret("password")
            if password == nil { return nil }
        }
        self.init(
            host: host, port: port, security: security, from: from, to: to.compactMap { $0 }, user: user,
            password: password, caFile: fields["ca_file"]?.string(), timeoutSeconds: timeout)
    }

    /// A plain address without name, comment or quotes (RFC 5321, section 4.1.2, dot-strings only).
    private static func address(_ field: Field) -> String? {
        guard let text = field.string() else { return nil }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>()[],;:\\\"".utf8.contains($0) }
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, isPlain, text.utf8.count <= 254 else {
            field.report("'\(text)' is not a mail address", remedy: "write it as name@example.org")
            return nil
        }
        return text
    }
}
