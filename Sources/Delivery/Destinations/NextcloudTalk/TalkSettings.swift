import StrictYAML

/// Settings of a conversation in Nextcloud Talk.
public struct TalkSettings: Hashable, Sendable {
    /// The Nextcloud server.
    public var place: WebPlace
    /// The account that writes.
    public var user: String
    /// Its app password.
    public var password: SecretSource
    /// The conversation's token, the last part of its address.
    public var conversation: String

    static let keys = WebPlace.keys + ["user", "password_file", "password_env", "conversation"]

    /// Makes settings.
    public init(place: WebPlace, user: String, password: SecretSource, conversation: String) {
        self.place = place
        self.user = user
        self.password = password
        self.conversation = conversation
    }

    init?(_ fields: Fields) {
        guard let place = WebPlace(fields), let user = fields.required("user", example: "gateway")?.string(),
            let password = fields.requiredSecret("password"),
            let field = fields.required("conversation", example: "x7ab2kcd"), let conversation = field.string()
        else { return nil }
        guard (4...30).contains(conversation.count),
            conversation.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else {
            field.report(
                "'\(conversation)' is not a conversation", remedy: "copy what follows `/call/` in its address")
            return nil
        }
        self.init(place: place, user: user, password: password, conversation: conversation)
    }
}
