import GatewayModel

/// How people answer a notice, and how a second person agrees.
extension AlertText {
    /// Whether an answer needs a word of whoever writes it.
    public enum Word: String, Hashable, Sendable {
        // Of nobody, of some of those who write there, of all.
        case none, some, all
    }

    /// How whoever reads a notice answers it.
    public enum Answering: Hashable, Sendable {
        /// Where they read it, or to the topic that is named there; empty where the topic's name is kept secret.
        case reply(word: Word = .none, topic: String? = nil)
        /// By the link that is put below the text when it is sent, which says so itself.
        case link
        /// Elsewhere: by writing, by a link that another notice has, at the box. `means` are names from the record book.
        case elsewhere(means: [String], hasLink: Bool, word: Word = .none)
        /// In no way: it was this person who asked others to agree.
        case asker
    }

    /// How to answer, the fullest words first; never empty, and one empty text where there is nothing to say.
    static func answers(_ draft: NoticeDraft, _ context: Context, _ book: Phrasebook) -> [String] {
        let number = draft.alert.number
        if draft.kind == "alert.pause_asked" { return agreement(number: number, subject: nil, context.answering, book) }
        guard asks(draft) else { return [""] }
        let say = book.text("alerts.say.going", ["number": "\(number)"])
        let box = book.text("alerts.reply_by.box", ["command": "commons alerts take \(number)"])
        let ways = ways(say, box: box, context.answering, book)
        guard case .elsewhere = context.answering else { return ways }
        return ways.map { $0 + "." } + [""]
    }

    /// How a second person agrees that something rests, the fullest words first: by an alert's number, or where there is none,
    /// at the box by what is to be switched off; neither is known of a home's. The command stands on a line of its own.
    public static func agreement(
        number: Int?, subject: String?, _ answering: Answering, _ book: Phrasebook
    ) -> [String] {
        guard answering != .asker else { return [""] }
        let named = number.map(String.init) ?? subject
        guard let named else { return [book.text("alerts.agree_ask")] }
        let box = book.text("alerts.reply_by.box", ["command": "\ncommons alerts agree \(named)"])
            .replacing(" \n", with: "\n")
        guard let number else { return ways("", box: box, .elsewhere(means: [], hasLink: false), book) }
        return ways(book.text("alerts.say.agree", ["number": "\(number)"]), box: box, answering, book)
    }

    /// The ways to say something, the fullest words first.
    private static func ways(_ say: String, box: String, _ answering: Answering, _ book: Phrasebook) -> [String] {
        func said(_ word: Word) -> String { say + (word == .none ? "" : book.text("alerts.word.\(word.rawValue)")) }
        switch answering {
        case .reply(let word, nil): return [book.text("alerts.reply", ["say": said(word)])]
        case .reply(let word, let topic?):
            let key = topic.isEmpty ? "alerts.reply_secret_topic" : "alerts.reply_topic"
            return [book.text(key, ["say": said(word), "topic": topic])]
        case .link, .asker: return [""]
        case .elsewhere(let means, let hasLink, let word):
            let names = means.map { book.text("alerts.means.\($0)") }.joined(separator: " / ")
            let written =
                names.isEmpty ? nil : book.text("alerts.reply_by.text", ["means": names, "say": said(word)])
            let all = [written, hasLink ? book.text("alerts.reply_by.link") : nil, box].compactMap { $0 }
            return [all.joined(separator: "; "), written ?? box].map {
                book.text("alerts.reply_elsewhere", ["ways": $0])
            }
        }
    }
}
