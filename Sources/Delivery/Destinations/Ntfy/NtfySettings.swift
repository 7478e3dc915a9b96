import GatewayModel
import StrictYAML

/// Settings of an ntfy destination.
public struct NtfySettings: Hashable, Sendable {
    /// Where the topic's name is read from; on a public server it is a secret.
    public enum Topic: Hashable, Sendable {
        /// Written in the configuration.
        case name(String)
        /// Kept elsewhere.
        case secret(SecretSource)

        var path: String? {
            guard case .secret(let source) = self else { return nil }
            return source.path
        }

        func read(environment: [String: String]) throws(DestinationError) -> String {
            switch self {
            case .name(let name): return name
            case .secret(let source):
                let topic = try source.read(environment: environment)
                guard NtfySettings.isTopic(topic) else {
                    throw DestinationError(
                        .secretMalformed, "the ntfy topic is not 1 to 64 letters, digits, dashes and underscores",
                        remedy: "write another one and subscribe to it on the telephones")
                }
                return topic
            }
        }
    }

    /// The server's root address.
    public var url: String
    /// The topic.
    public var topic: Topic
    /// The access token, `tk_…`; nil for an open topic.
    public var token: SecretSource?
    /// A PEM file of certificate authorities in place of the system's.
    public var caFile: String?
    /// Seconds for one request.
    public var timeoutSeconds: Int

    static let keys = [
        "url", "topic", "topic_file", "topic_env", "token_file", "token_env", "ca_file", "timeout",
    ]

    /// Makes settings.
    public init(
        url: String, topic: Topic, token: SecretSource? = nil, caFile: String? = nil, timeoutSeconds: Int = 20
    ) {
        self.url = url
        self.topic = topic
        self.token = token
        self.caFile = caFile
        self.timeoutSeconds = timeoutSeconds
    }

    init?(_ fields: Fields) {
        guard let url = fields.url("url"), let timeout = fields.seconds("timeout", in: 1...60, default: 20) else {
            return nil
        }
        let topic: Topic
        if let secret = fields.secret("topic") {
            topic = .secret(secret)
        } else {
            guard let field = fields.required("topic", example: "stewards-9f2c"), let name = field.string() else {
                return nil
            }
            guard NtfySettings.isTopic(name) else {
                field.report("'\(name)' cannot be a topic", remedy: "use 1 to 64 letters, digits, dashes, underscores")
                return nil
            }
            topic = .name(name)
        }
        self.init(
            url: url, topic: topic, token: fields.secret("token"), caFile: fields["ca_file"]?.string(),
            timeoutSeconds: timeout)
    }

    /// ntfy's own rule, `[-_A-Za-z0-9]{1,64}`.
    static func isTopic(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-" || $0 == "_" }
    }
}
