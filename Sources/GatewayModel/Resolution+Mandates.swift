extension Resolution {
    /// False for a decision that plainly gives a person no mandate: it decides other things, and its text does not name the
    /// person. One that decides nothing else says in its text, or in the minutes, whom it is about.
    public func mayGiveMandate(to person: String) -> Bool {
        let decidesElse =
            !limits.isEmpty || !stages.isEmpty || !declares.isEmpty || !emergencyForms.isEmpty || emergency != nil
            || !boxAlerts.isEmpty || householdDays != nil || !protectedSupply.isEmpty || !sirens.isEmpty
            || !recalls.isEmpty || smallestGroup != nil || provenance.delegates != nil
        return !decidesElse || names(person)
    }

    /// True where a name stands in the text as minuted, whole, whatever its case and its line ends.
    private func names(_ person: String) -> Bool {
        func words(_ text: String) -> String {
            text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        let (text, name) = (words(self.text), words(person))
        guard !name.isEmpty else { return false }
        func isPart(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber } ?? false }
        return text.ranges(of: name).contains { range in
            !isPart(text[..<range.lowerBound].last) && !isPart(text[range.upperBound...].first)
        }
    }
}
