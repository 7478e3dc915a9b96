extension SigningState {
    /// What stands behind a decision, in a few words: `signed 3 of 5: rosa, jordi, amina`, or without the names.
    public func text(_ book: Phrasebook, isNaming: Bool = true) -> String {
        switch self {
        case .unsigned: book.text("signing.state.unsigned")
        case .onPaper(.book(let number, let page)):
            book.text("signing.state.book", ["book": "\(number)", "page": "\(page)"])
        case .onPaper(.sha256(let hash)): book.text("signing.state.sha256", ["sha256": hash])
        case .signed(let persons, let all, _):
            SigningState.text(isNaming ? "signed" : "signed_count", persons, of: all, book)
        case .recovered(let persons, let all):
            SigningState.text(isNaming ? "recovered" : "recovered_count", persons, of: all, book)
        }
    }

    private static func text(_ key: String, _ persons: [String], of all: Int, _ book: Phrasebook) -> String {
        book.text(
            "signing.state.\(key)",
            [
                "count": "\(persons.count)", "of": "\(all)",
                "persons": persons.isEmpty ? "–" : persons.joined(separator: ", "),
            ])
    }

    /// One word for machines: `unsigned`, `on_paper`, `signed`, `recovered`.
    public var word: String {
        switch self {
        case .unsigned: "unsigned"
        case .onPaper: "on_paper"
        case .signed: "signed"
        case .recovered: "recovered"
        }
    }
}
