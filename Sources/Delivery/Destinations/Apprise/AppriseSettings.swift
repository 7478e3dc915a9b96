import StrictYAML

/// Settings of one tag of an Apprise API server.
public struct AppriseSettings: Hashable, Sendable {
    /// The server.
    public var place: WebPlace
    /// The key of the stored configuration; whoever knows it may send to everybody in it.
    public var key: SecretSource
    /// The tag of exactly one target.
    public var tag: String

    static let keys = WebPlace.keys + ["key_file", "key_env", "tag"]

    /// Makes settings.
    public init(place: WebPlace, key: SecretSource, tag: String) {
        self.place = place
        self.key = key
        self.tag = tag
    }

    init?(_ fields: Fields) {
        guard let place = WebPlace(fields), let key = fields.requiredSecret("key"),
            let field = fields.required("tag", example: "rosa"), let tag = field.string()
        else { return nil }
        // A blank or comma would mean several tags (the API's own syntax for and/or).
        guard !tag.isEmpty, tag.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || "_-".contains($0) }) else {
            field.report(
                "'\(tag)' is not one tag",
                remedy: "give every target a tag of its own and make a destination for each: what fails for one "
                    + "would be sent again to all")
            return nil
        }
        self.init(place: place, key: key, tag: tag)
    }
}
