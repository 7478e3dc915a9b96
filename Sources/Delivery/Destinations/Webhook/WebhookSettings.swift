import StrictYAML

/// Settings of a webhook destination.
public struct WebhookSettings: Hashable, Sendable {
    /// Where to post.
    public var url: String
    /// The signing secret or, for a change of secret, several, one a line, the newest first.
    public var secret: SecretSource
    /// A PEM file of certificate authorities in place of the system's.
    public var caFile: String?
    /// Seconds for one request.
    public var timeoutSeconds: Int

    static let keys = ["url", "secret_file", "secret_env", "ca_file", "timeout"]

    /// Makes settings.
    public init(url: String, secret: SecretSource, caFile: String? = nil, timeoutSeconds: Int = 20) {
        self.url = url
        self.secret = secret
        self.caFile = caFile
        self.timeoutSeconds = timeoutSeconds
    }

    init?(_ fields: Fields) {
        guard let url = fields.url("url"), let secret = fields.requiredSecret("secret"),
            let timeout = fields.seconds("timeout", in: 1...60, default: 20)
        else { return nil }
        self.init(url: url, secret: secret, caFile: fields["ca_file"]?.string(), timeoutSeconds: timeout)
    }
}
