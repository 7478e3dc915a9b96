import StrictYAML

/// Settings of a lamp or siren that listens to a topic below the gateway's own prefix.
public struct SirenSettings: Hashable, Sendable {
    /// The topic below the gateway's prefix, such as `sirens/yard`.
    public var topic: String
    /// What switches it on.
    public var on: String
    /// What switches it off.
    public var off: String
    /// Seconds until it is switched off again.
    public var soundsFor: Int

    /// The name by which a decision of the assembly means it.
    public var name: String { String(topic.split(separator: "/").last ?? "") }

    static let keys = ["topic", "on", "off", "sounds_for"]

    /// Makes settings.
    public init(topic: String, on: String = "ON", off: String = "OFF", soundsFor: Int = 60) {
        self.topic = topic
        self.on = on
        self.off = off
        self.soundsFor = soundsFor
    }

    init?(_ fields: Fields) {
        guard let field = fields.required("topic", example: "sirens/yard"), let topic = field.string(),
            let soundsFor = fields.seconds("sounds_for", in: 1...600, default: 60)
        else { return nil }
        // One folder of its own, so that no switch that is something else can be named by mistake.
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count == 2, levels[0] == "sirens", !levels[1].isEmpty,
            levels[1].utf8.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
            })
        else {
            field.report(
                "'\(topic)' is not a siren's topic: the gateway never writes to another device's",
                remedy:
                    "write `sirens/` and one name that a decision of the assembly names (`sirens: [yard]`); it lies below "
                    + "the gateway's own prefix, and the siren listens there")
            return nil
        }
        let on = fields["on"]?.string() ?? "ON"
        let off = fields["off"]?.string() ?? "OFF"
        guard on != off, !on.isEmpty, !off.isEmpty else {
            field.report("the siren cannot be switched off", remedy: "give `on` and `off` different words")
            return nil
        }
        self.init(topic: topic, on: on, off: off, soundsFor: soundsFor)
    }
}
