import StrictYAML

/// Settings of a modem that gammu's daemon looks after.
public struct SMSSettings: Hashable, Sendable {
    /// The daemon's configuration, which names its folders.
    public var gammu: String
    /// Who gets every message, and who may answer.
    public var people: [AnsweringPerson]
    /// The most parts that one message may fill; each costs.
    public var parts: Int
    /// Seconds that the modem may take before a message counts as unknown.
    public var timeoutSeconds: Int

    static let keys = ["gammu", "to", "parts", "timeout"]

    /// Makes settings.
    public init(
        gammu: String = "/etc/gammu-smsdrc", people: [AnsweringPerson], parts: Int = 3, timeoutSeconds: Int = 60
    ) {
        self.gammu = gammu
        self.people = people
        self.parts = parts
        self.timeoutSeconds = timeoutSeconds
    }

    init?(_ fields: Fields) {
        guard let field = fields.required("to", example: "[{name: Rosa, number: \"+34600111222\"}]"),
            let timeout = fields.seconds("timeout", in: 1...600, default: 60),
            let parts = fields["parts"].map({ $0.integer(in: 1...6) }) ?? 3
        else { return nil }
        let people = field.list().map { AnsweringPerson($0, sender: "number") }
        guard !people.isEmpty, !people.contains(nil) else {
            if people.isEmpty { field.report("nobody gets these messages", remedy: "name a person with a number") }
            return nil
        }
        for (entry, person) in zip(field.list(), people) {
            guard let number = person?.sender, SMSSettings.isNumber(number) else {
                entry.report(
                    "'\(person?.sender ?? "")' is not a telephone number",
                    remedy: "write it with the country's code and in quotes: \"+34600111222\"")
                return nil
            }
        }
        self.init(
            gammu: fields["gammu"]?.string() ?? "/etc/gammu-smsdrc", people: people.compactMap { $0 }, parts: parts,
            timeoutSeconds: timeout)
    }

    /// A plus sign and 5 to 15 digits (ITU-T E.164).
    static func isNumber(_ text: String) -> Bool {
        text.hasPrefix("+") && (5...15).contains(text.count - 1)
            && text.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
