import GatewayModel

/// Something that came back on a way on which people may answer, not yet judged.
public struct IncomingAnswer: Hashable, Sendable {
    /// The destination's name.
    public var destination: String
    /// sms, ntfy, matrix.
    public var means: String
    /// Where it came from, as the way itself knows it; empty where it does not.
    public var sender: String
    /// What it says.
    public var text: String
    /// What it is: a person's act, or a reason to do nothing.
    public var judgement: AnswerJudgement

    /// Makes an answer.
    public init(destination: String, means: String, sender: String, text: String, judgement: AnswerJudgement) {
        self.destination = destination
        self.means = means
        self.sender = sender
        self.text = text
        self.judgement = judgement
    }
}

/// What an incoming text amounts to.
public enum AnswerJudgement: Hashable, Sendable {
    /// A known person says something to an alert.
    case act(person: String, alert: Int, says: AnswerWord)
    /// Nothing may be done.
    case refused(AnswerRefusal)
}

/// What a person can say to an alert from afar.
public enum AnswerWord: String, Hashable, Sendable, CaseIterable {
    // The raw values are keys of the language files.
    /// "I'm going."
    case yes
    /// "Can't, next."
    case no
    /// "Seen, not going": it stops nothing.
    case seen
    /// "It may rest", as another steward has asked.
    case agree

    /// The words of these languages that say two things at once, in order: they would be taken for nothing.
    public static func ambiguous(in phrasebooks: some Sequence<Phrasebook>) -> [String] {
        meanings(in: phrasebooks).filter { $0.value.count > 1 }.keys.sorted()
    }

    /// What each word of these languages says.
    static func meanings(in phrasebooks: some Sequence<Phrasebook>) -> [String: Set<AnswerWord>] {
        var meanings: [String: Set<AnswerWord>] = [:]
        for book in phrasebooks {
            for meaning in allCases {
                for word in AnswerRules.words(in: book.text("delivery.answer.\(meaning.rawValue)")) {
                    meanings[word, default: []].insert(meaning)
                }
            }
        }
        return meanings
    }
}

/// Why an incoming text is not acted on.
public enum AnswerRefusal: String, Hashable, Sendable, Codable {
    // The raw values stand in the record book.
    /// Nobody who may answer writes from there.
    case unknownSender = "unknown_sender"
    /// The personal word is missing or is another one.
    case wrongWord = "wrong_word"
    /// It is not the number of an alert, one of the words that answer it, and the person's own word.
    case notUnderstood = "not_understood"
    /// The person holds no mandate any more, or stands among the stewards no more.
    case recalled
}

/// Who may answer, with which words: `12 YES word`, `12 NO word`, `12 SEEN word`, `12 AGREE word`, in every language of
/// the gateway.
public struct AnswerRules: Hashable, Sendable {
    /// A person with the secret word already read.
    public struct Person: Hashable, Sendable {
        var name: String
        var sender: String?
        var word: String?
    }

    private let people: [Person]
    private let meanings: [String: AnswerWord]

    init(people: [Person], phrasebooks: [String: Phrasebook]) {
        self.people = people
        // A word that says two things, in two languages, says nothing.
        meanings = AnswerWord.meanings(in: phrasebooks.values).compactMapValues { $0.count == 1 ? $0.first : nil }
    }

    /// Judges a text from a sender whom the way names; a person with a word must say it besides.
    ///
    /// Where senders can be forged, as in SMS, `needsWord` lets those without a word listen only.
    func judge(_ text: String, from sender: String, needsWord: Bool) -> AnswerJudgement {
        let writers = people.filter { $0.sender == sender && ($0.word != nil || !needsWord) }
        guard !writers.isEmpty else { return .refused(.unknownSender) }
        return judge(text, among: writers)
    }

    /// Judges a text on a way that does not know its senders: the word alone tells who it is.
    func judge(_ text: String) -> AnswerJudgement {
        judge(text, among: people.filter { $0.word != nil })
    }

    /// True for what has the form of an answer, whoever wrote it.
    func resemblesAnswer(_ text: String) -> Bool {
        let words = AnswerRules.words(in: text)
        return words.count >= 2 && Int(words[0]) != nil && meanings[words[1]] != nil
    }

    private func judge(_ text: String, among writers: [Person]) -> AnswerJudgement {
        let words = AnswerRules.words(in: text)
        guard words.count >= 2, let alert = Int(words[0]), alert > 0, let says = meanings[words[1]] else {
            return .refused(.notUnderstood)
        }
        let said = words.count > 2 ? words[2] : nil
        guard let writer = writers.first(where: { $0.word?.lowercased() == said }) else { return .refused(.wrongWord) }
        return .act(person: writer.name, alert: alert, says: says)
    }

    /// True for a text that is read as one word where it stands in an answer.
    static func isOneWord(_ text: String) -> Bool { words(in: text) == [text.lowercased()] }

    static func words(in text: String) -> [String] {
        text.lowercased().split { $0.isWhitespace || ",.;:!".contains($0) }.map(String.init)
    }
}
