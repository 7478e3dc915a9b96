import StrictYAML

/// Where a web service is reached and how long it may take: `url`, `ca_file`, `timeout`.
public struct WebPlace: Hashable, Sendable {
    /// The service's address without a slash at its end.
    public var url: String
    /// A PEM file of certificate authorities in place of the system's.
    public var caFile: String?
    /// Seconds for one request.
    public var timeoutSeconds: Int

    static let keys = ["url", "ca_file", "timeout"]

    /// Makes a place; a slash at the end of the address is dropped.
    public init(url: String, caFile: String? = nil, timeoutSeconds: Int = 20) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.caFile = caFile
        self.timeoutSeconds = timeoutSeconds
    }

    init?(_ fields: Fields) {
        guard let url = fields.url("url"), let timeout = fields.seconds("timeout", in: 1...60, default: 20) else {
            return nil
        }
        self.init(url: url, caFile: fields["ca_file"]?.string(), timeoutSeconds: timeout)
    }

    func client(_ context: DestinationContext, secrets: [String]) -> HTTPClient {
        HTTPClient(timeoutSeconds: timeoutSeconds, caFile: caFile, stop: context.stop, secrets: secrets)
    }
}
