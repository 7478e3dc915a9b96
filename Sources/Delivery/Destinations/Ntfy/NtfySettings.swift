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
    /// The topic that answers come back on; nil where nobody answers over ntfy.
    public var replyTopic: Topic?
    /// Who may answer, each with a word.
    public var people: [AnsweringPerson]

    static let keys = [
        "url", "topic", "topic_file", "topic_env", "token_file", "token_env", "ca_file", "timeout",
        "reply_topic", "reply_topic_file", "reply_topic_env", "people",
    ]

    /// Makes settings.
    public init(
        url: String, topic: Topic, token: SecretSource? = nil, caFile: String? = nil, timeoutSeconds: Int = 20,
        replyTopic: Topic? = nil, people: [AnsweringPerson] = []
    ) {
        self.url = url
        self.topic = topic
        self.token = token
        self.caFile = caFile
        self.timeoutSeconds = timeoutSeconds
        self.replyTopic = replyTopic
        self.people = people
    }

    /// The files that hold its secrets and certificates.
    var files: [String] {
        [topic.path, token?.path, caFile, replyTopic?.path].compactMap { $0 } + people.files
    }

    init?(_ fields: Fields) {
        guard let url = fields.url("url"), let timeout = fields.seconds("timeout", in: 1...60, default: 20) else {
            return nil
        }
        guard let topic = NtfySettings.topic(fields, "topic") else {
            if fields["topic"] == nil { _ = fields.required("topic", example: "stewards-9f2c") }
            return nil
        }
        let people = fields["people"]?.list().map { AnsweringPerson($0, sender: nil) } ?? []
        guard !people.contains(nil) else { return nil }
        let names = ["reply_topic", "reply_topic_file", "reply_topic_env"]
        let wantsReplies = names.contains { fields[$0] != nil }
        let replyTopic = NtfySettings.topic(fields, "reply_topic")
        if wantsReplies, replyTopic == nil { return nil }
        guard wantsReplies != people.isEmpty, people.allSatisfy({ $0?.word != nil }) else {
            fields.owner.report(
                "a reply topic and the people who answer on it, each with a word, go together",
                remedy:
                    "add `people: [{name: Rosa, word_file: /etc/commons-gateway/secrets/word-rosa}]`, or leave both out"
            )
            return nil
        }
        self.init(
            url: url, topic: topic, token: fields.secret("token"), caFile: fields["ca_file"]?.string(),
            timeoutSeconds: timeout, replyTopic: replyTopic, people: people.compactMap { $0 })
    }

    /// A topic from a file or the environment, or by name; nil where it is absent or was reported.
    private static func topic(_ fields: Fields, _ key: String) -> Topic? {
        if let secret = fields.secret(key) { return .secret(secret) }
        guard let field = fields[key], let name = field.string() else { return nil }
        guard NtfySettings.isTopic(name) else {
            field.report("'\(name)' cannot be a topic", remedy: "use 1 to 64 letters, digits, dashes, underscores")
            return nil
        }
        return .name(name)
    }

    /// ntfy's own rule, `[-_A-Za-z0-9]{1,64}`.
    static func isTopic(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-" || $0 == "_" }
    }
}
