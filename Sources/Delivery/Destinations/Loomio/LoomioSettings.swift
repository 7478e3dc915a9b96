import StrictYAML

/// Settings of a group on Loomio.
public struct LoomioSettings: Hashable, Sendable {
    /// How the key is shown.
    public enum Authentication: String, Hashable, Sendable, CaseIterable {
        /// In the `Authorization` header, as the service asks for today.
        case bearer
        /// In the body, as older installations of one's own ask for.
        case body
    }

    /// The server.
    public var place: WebPlace
    /// The bot's key.
    public var key: SecretSource
    /// How the key is shown.
    public var authentication: Authentication
    /// The group's number.
    public var group: Int
    /// True where every member of the group is told by Loomio too.
    public var tellsGroup: Bool

    static let keys = WebPlace.keys + ["key_file", "key_env", "auth", "group", "tell_group"]

    /// Makes settings.
    public init(
        place: WebPlace, key: SecretSource, authentication: Authentication = .bearer, group: Int,
        tellsGroup: Bool = false
    ) {
        self.place = place
        self.key = key
        self.authentication = authentication
        self.group = group
        self.tellsGroup = tellsGroup
    }

    init?(_ fields: Fields) {
        guard let place = WebPlace(fields), let key = fields.requiredSecret("key"),
            let group = fields.required("group", example: "1234")?.integer(in: 1...1_000_000_000),
            let authentication = fields["auth"].map({ $0.choice(Authentication.self) }) ?? .bearer,
            let tellsGroup = fields["tell_group"].map({ $0.boolean() }) ?? false
        else { return nil }
        self.init(place: place, key: key, authentication: authentication, group: group, tellsGroup: tellsGroup)
    }
}
