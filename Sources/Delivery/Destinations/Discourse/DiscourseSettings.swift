import StrictYAML

/// Settings of a category on a Discourse forum.
public struct DiscourseSettings: Hashable, Sendable {
    /// The forum.
    public var place: WebPlace
    /// The account that writes.
    public var user: String
    /// Its API key, scope `topics:write` and `topics:read`.
    public var key: SecretSource
    /// The category's number.
    public var category: Int

    static let keys = WebPlace.keys + ["user", "key_file", "key_env", "category"]

    /// Makes settings.
    public init(place: WebPlace, user: String, key: SecretSource, category: Int) {
        self.place = place
        self.user = user
        self.key = key
        self.category = category
    }

    init?(_ fields: Fields) {
        guard let place = WebPlace(fields), let user = fields.required("user", example: "gateway")?.string(),
            let key = fields.requiredSecret("key"),
            let category = fields.required("category", example: "7")?.integer(in: 1...1_000_000_000)
        else { return nil }
        self.init(place: place, user: user, key: key, category: category)
    }
}
