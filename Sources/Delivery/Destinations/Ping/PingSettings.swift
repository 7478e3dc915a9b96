import StrictYAML

/// Settings of a watcher that is pinged once a day and calls its own people when no ping comes.
public struct PingSettings: Hashable, Sendable {
    /// Where the address is read from: whoever knows it can ping in the box's name.
    public var url: SecretSource
    /// POST with the words as the body, or GET without.
    public var method: HTTPRequest.Method
    /// A PEM file of certificate authorities in place of the system's.
    public var caFile: String?
    /// Seconds for one request.
    public var timeoutSeconds: Int

    static let keys = ["url_file", "url_env", "method", "ca_file", "timeout"]

    private enum MethodName: String, CaseIterable { case get, post }

    /// Makes settings.
    public init(
        url: SecretSource, method: HTTPRequest.Method = .post, caFile: String? = nil, timeoutSeconds: Int = 20
    ) {
        self.url = url
        self.method = method
        self.caFile = caFile
        self.timeoutSeconds = timeoutSeconds
    }

    init?(_ fields: Fields) {
        guard let url = fields.requiredSecret("url"), let timeout = fields.seconds("timeout", in: 1...60, default: 20)
        else { return nil }
        let name = fields["method"].map { $0.choice(MethodName.self) } ?? .post
        guard let name else { return nil }
        self.init(
            url: url, method: name == .get ? .get : .post, caFile: fields["ca_file"]?.string(),
            timeoutSeconds: timeout)
    }
}
