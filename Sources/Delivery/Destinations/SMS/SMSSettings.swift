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
    /// Whose messages are read here where several destinations use one daemon.
    var reads = Senders.all

    /// Numbers of senders.
    enum Senders: Hashable, Sendable {
        /// Everybody's: nobody else reads this inbox.
        case all
        /// These alone.
        case only(Set<String>)
        /// Everybody's but these.
        case except(Set<String>)

        func contains(_ number: String) -> Bool {
            switch self {
            case .all: true
            case .only(let numbers): numbers.contains(number)
            case .except(let numbers): !numbers.contains(number)
            }
        }
    }

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

    /// True where a person may answer.
    var takesAnswers: Bool { people.contains { $0.word != nil } }

    /// A plus sign and 5 to 15 digits (ITU-T E.164).
    static func isNumber(_ text: String) -> Bool {
        text.hasPrefix("+") && (5...15).contains(text.count - 1)
            && text.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension DestinationSettings {
    /// Lets each message that comes to one daemon be read by one of the destinations that use it: by the one whose person
    /// wrote it, and what nobody known wrote by the first.
    static func sharingInboxes(_ list: [DestinationSettings]) -> [DestinationSettings] {
        var readers: [String: [Int]] = [:]
        for (index, settings) in list.enumerated() {
            if case .sms(let sms) = settings.kind, sms.takesAnswers { readers[sms.gammu, default: []].append(index) }
        }
        var list = list
        for indices in readers.values where indices.count > 1 {
            // The first keeps its own people and everybody whom no other reader knows.
            var known = Set(numbers(of: list[indices[0]]))
            var others: Set<String> = []
            for index in indices.dropFirst() {
                let own = Set(numbers(of: list[index])).subtracting(known)
                known.formUnion(own)
                others.formUnion(own)
                list[index].read(.only(own))
            }
            list[indices[0]].read(.except(others))
        }
        return list
    }

    private static func numbers(of settings: DestinationSettings) -> [String] {
        guard case .sms(let sms) = settings.kind else { return [] }
        return sms.people.filter { $0.word != nil }.compactMap(\.sender)
    }

    private mutating func read(_ senders: SMSSettings.Senders) {
        guard case .sms(var sms) = kind else { return }
        sms.reads = senders
        kind = .sms(sms)
    }
}
