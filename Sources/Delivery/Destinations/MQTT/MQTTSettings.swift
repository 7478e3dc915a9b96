import StrictYAML

/// Settings of the alerts' states on the broker.
public struct MQTTSettings: Hashable, Sendable {
    /// Where home automation looks for descriptions, such as `homeassistant`; nil for none.
    public var discovery: String?

    static let keys = ["discovery"]

    /// Makes settings.
    public init(discovery: String? = nil) {
        self.discovery = discovery
    }

    init?(_ fields: Fields) {
        guard let field = fields["discovery"] else {
            self.init()
            return
        }
        guard let word = field.string() else { return nil }
        guard !word.isEmpty, word.utf8.count < 50,
            word.utf8.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
            })
        else {
            field.report(
                "'\(word)' is no place for descriptions",
                remedy: "write Home Assistant's own word: discovery: homeassistant")
            return nil
        }
        self.init(discovery: word)
    }
}
