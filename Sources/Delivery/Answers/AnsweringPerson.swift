import GatewayModel
import StrictYAML

/// A person who may answer alerts from afar, and by what the gateway knows that it is that person.
public struct AnsweringPerson: Hashable, Sendable {
    /// The name as it stands among the stewards.
    public var name: String
    /// A telephone number or a Matrix user id; nil where the word alone tells who it is.
    public var sender: String?
    /// The personal word; nil where the person only listens.
    public var word: SecretSource?

    static let keys = ["name", "word_file", "word_env"]

    /// Makes a person.
    public init(name: String, sender: String? = nil, word: SecretSource? = nil) {
        self.name = name
        self.sender = sender
        self.word = word
    }

    /// Reads `{name: Rosa, number: "+34…", word_file: …}`; `sender` is the key that says where the person writes from.
    init?(_ field: Field, sender: String?) {
        guard let fields = field.mapping(keys: AnsweringPerson.keys + [sender].compactMap { $0 }),
            let name = fields.required("name", example: "Rosa")?.string(), !name.isEmpty
        else { return nil }
        var from: String?
        if let sender {
            guard let text = fields.required(sender, example: "…")?.string() else { return nil }
            from = text
        }
        self.init(name: name, sender: from, word: fields.secret("word"))
    }
}

extension [AnsweringPerson] {
    /// The files that hold their words.
    var files: [String] { compactMap { $0.word?.path } }

    /// The people with their words read; throws where one is missing, exposed, too short to mean anything,
    /// or would never be read as one word.
    func rules(_ context: DestinationContext) throws(DestinationError) -> AnswerRules {
        var known: [AnswerRules.Person] = []
        for person in self {
            let word = try person.word?.read(environment: context.environment)
            if let word, word.count < 4 || !AnswerRules.isOneWord(word) {
                throw DestinationError(
                    .secretMalformed,
                    "the personal word of \(person.name) is shorter than four letters, or has a blank or one of , . ; : !",
                    remedy: "write one word of at least four letters or digits that others do not guess")
            }
            if let word, known.contains(where: { $0.word?.lowercased() == word.lowercased() }) {
                throw DestinationError(
                    .secretMalformed, "\(person.name) has the same personal word as somebody else",
                    remedy: "give every person a word of their own")
            }
            known.append(AnswerRules.Person(name: person.name, sender: person.sender, word: word))
        }
        return AnswerRules(people: known, phrasebooks: context.phrasebooks)
    }
}
