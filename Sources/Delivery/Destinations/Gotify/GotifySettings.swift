import StrictYAML

/// Settings of a Gotify application.
public struct GotifySettings: Hashable, Sendable {
    /// The server.
    public var place: WebPlace
    /// The application's token.
    public var token: SecretSource

    static let keys = WebPlace.keys + ["token_file", "token_env"]

    /// Makes settings.
    public init(place: WebPlace, token: SecretSource) {
        self.place = place
        self.token = token
    }

    init?(_ fields: Fields) {
        guard let place = WebPlace(fields), let token = fields.requiredSecret("token") else { return nil }
        self.init(place: place, token: token)
    }
}
