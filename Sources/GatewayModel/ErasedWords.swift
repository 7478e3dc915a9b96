/// Words that somebody wants forgotten, wherever the things that were done with them are told.
public struct ErasedWords: Hashable, Sendable {
    /// What stands where a person or a note stood.
    public static let mark = "…"

    /// A note.
    public var note: String?
    /// A person's name.
    public var person: String?
    /// An account of the box, which may be a name too.
    public var account: String?

    /// Makes words.
    public init(note: String? = nil, person: String? = nil, account: String? = nil) {
        self.note = note
        self.person = person
        self.account = account
    }

    /// True where there is nothing to forget.
    public var isEmpty: Bool { note == nil && person == nil && account == nil }

    /// The text without them: the note wherever it stands, the name as a word of its own.
    public func hidden(in text: String) -> String {
        var result = text
        for note in Set([note, note.map { Escaping.singleLine($0) }].compactMap { $0 }) where !note.isEmpty {
            result = result.replacing(note, with: ErasedWords.mark)
        }
        guard let person, !person.isEmpty else { return result }
        func isInner(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber } ?? false }
        for range in result.ranges(of: person).reversed() {
            let before = range.lowerBound == result.startIndex ? nil : result[result.index(before: range.lowerBound)]
            let after = range.upperBound == result.endIndex ? nil : result[range.upperBound]
            guard !isInner(before), !isInner(after) else { continue }
            result.replaceSubrange(range, with: ErasedWords.mark)
        }
        return result
    }

    /// True for what stands where a name stood.
    public static func isMark(_ name: String) -> Bool { !name.isEmpty && name.allSatisfy { mark.contains($0) } }
}

extension Alert {
    /// True where a person still stands for something in it: goes to it, lets it rest, or is asked by it.
    public func needs(_ person: String) -> Bool {
        guard isOpen else { return false }
        let resting = [pause, pauseWish].compactMap { $0 }
        return takenBy == person || resting.contains { [$0.person, $0.confirmedBy].contains(person) }
            || isAboutPerson && subject == person
    }

    private var isAboutPerson: Bool { [.box(.testAlarm), .box(.handOver)].contains(cause) }

    /// Forgets words; what was done and when stays. True where they stood here.
    ///
    /// Two persons who are forgotten stay two: each has a mark of their own in this alert.
    @discardableResult
    public mutating func forget(_ words: ErasedWords) -> Bool {
        let before = self
        if let note = words.note {
            for index in entries.indices where entries[index].note == note { entries[index].note = nil }
        }
        let names = Set(entries.compactMap(\.person) + [takenBy, subject].compactMap { $0 })
        var mark = ErasedWords.mark
        while names.contains(mark) { mark += ErasedWords.mark }
        func hidden(_ name: String?) -> String? { words.person != nil && name == words.person ? mark : name }
        for index in entries.indices { entries[index].person = hidden(entries[index].person) }
        takenBy = hidden(takenBy)
        pause?.forget(words, mark: mark)
        pauseWish?.forget(words, mark: mark)
        if isAboutPerson {
            subject = hidden(subject) ?? ""
            details = details.mapValues { hidden($0) ?? "" }
        }
        return self != before
    }
}

extension AlertPause {
    fileprivate mutating func forget(_ words: ErasedWords, mark: String) {
        if reason == words.note { reason = "" }
        let isTheirs = words.person != nil && person == words.person
        if isTheirs || words.account.map({ voice == "login \($0)" }) == true { voice = nil }
        if isTheirs { person = mark }
        if words.person != nil, confirmedBy == words.person { confirmedBy = mark }
    }
}

extension SwitchedOff {
    /// Forgets why it was switched off; true where it stood here.
    @discardableResult
    public mutating func forget(_ words: ErasedWords) -> Bool {
        let before = self
        if terms.reason == words.note { terms.reason = "" }
        if wish?.reason == words.note { wish?.reason = "" }
        return self != before
    }

    /// True where a person stands for it: asked for it, or agreed to it.
    public func needs(_ person: String) -> Bool {
        [terms, wish].compactMap { $0 }.contains { [$0.person, $0.confirmedBy].contains(person) }
    }
}
