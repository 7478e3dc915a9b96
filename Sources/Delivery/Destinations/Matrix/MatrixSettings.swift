import StrictYAML

/// Settings of a Matrix room.
public struct MatrixSettings: Hashable, Sendable {
    /// The homeserver.
    public var place: WebPlace
    /// The room's id, `!…:server`.
    public var room: String
    /// The access token of the account that writes.
    public var token: SecretSource
    /// Who may answer in the room.
    public var people: [AnsweringPerson]

    static let keys = WebPlace.keys + ["room", "token_file", "token_env", "people"]

    /// Makes settings.
    public init(place: WebPlace, room: String, token: SecretSource, people: [AnsweringPerson] = []) {
        self.place = place
        self.room = room
        self.token = token
        self.people = people
    }

    init?(_ fields: Fields) {
        guard let place = WebPlace(fields), let token = fields.requiredSecret("token"),
            let field = fields.required("room", example: "\"!AbCdEf:example.org\""), let room = field.string()
        else { return nil }
        guard room.hasPrefix("!"), room.utf8.count <= 255, room.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            field.report(
                "'\(room)' is not a room's id", remedy: "it starts with ! and stands in the room's settings, advanced")
            return nil
        }
        let list = fields["people"]?.list() ?? []
        let people = list.map { AnsweringPerson($0, sender: "user") }
        guard !people.contains(nil) else { return nil }
        for (entry, person) in zip(list, people) {
            guard let user = person?.sender, user.hasPrefix("@"), user.contains(":") else {
                entry.report("'\(person?.sender ?? "")' is not a user's id", remedy: "write \"@rosa:example.org\"")
                return nil
            }
        }
        self.init(place: place, room: room, token: token, people: people.compactMap { $0 })
    }
}
