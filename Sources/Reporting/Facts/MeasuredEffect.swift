import GatewayModel

/// What a change in what a limit measures means for the last whole month: its figure as it stands, and as it would have been.
public struct MeasuredEffect: Hashable, Sendable, Codable {
    /// A month's figure.
    public enum Figure: Hashable, Sendable, Codable {
        /// What was consumed, with the part of the expected readings that came, in thousandths; at least that where a reading
        /// waits for somebody to say what it means, or was set aside.
        case use(amount: DecimalValue, unit: Unit, measuredPermille: Int, isLowerBound: Bool)
        /// The lowest, the highest and the mean of the levels that are believed.
        case levels(low: DecimalValue, high: DecimalValue, mean: DecimalValue, unit: Unit)
        /// What was consumed for each person and day.
        case perPerson(amount: DecimalValue, unit: Unit)
        /// What was consumed for each square metre.
        case perSquareMetre(amount: DecimalValue, unit: Unit)
    }

    /// As it stands; nil where nothing was measured.
    public var before: Figure?
    /// As it would have been with the change; nil where nobody can know.
    public var after: Figure?
    /// True where from now on nothing is measured any more.
    public var ends: Bool

    /// Makes an effect.
    public init(before: Figure?, after: Figure?, ends: Bool = false) {
        self.before = before
        self.after = after
        self.ends = ends
    }

    /// The sentence about it; empty where nothing was measured and nothing would have been, unless it ends.
    public func text(_ book: Phrasebook) -> String {
        guard before != nil || after != nil else { return ends ? book.text("told.effect.ends_unmeasured") : "" }
        let words = [before, after].map { $0?.text(book) ?? book.text("told.effect.nothing") }
        // What reads the same is the same to people.
        let key = ends ? "ends" : after == nil ? "unknown" : words[0] == words[1] ? "same" : "changed"
        return book.text("told.effect.\(key)", ["before": words[0], "after": words[1]])
    }
}

extension MeasuredEffect.Figure {
    /// The figure in words, such as `41.2 m³ (measured part 97 %)`.
    func text(_ book: Phrasebook) -> String {
        let words = ReportWords(phrases: book, zone: .utc)
        switch self {
        case .use(let amount, let unit, let permille, let isLowerBound):
            let exact = words.amount(amount, unit)
            let figure = isLowerBound ? book.text("told.effect.at_least", ["figure": exact]) : exact
            guard permille < 1000 else { return figure }
            return book.text("told.effect.part", ["figure": figure, "percent": words.percent(permille / 10)])
        case .levels(let low, let high, let mean, let unit):
            return book.text(
                "told.effect.levels",
                ["low": words.number(low), "high": words.amount(high, unit), "mean": words.amount(mean, unit)])
        case .perPerson(let amount, let unit):
            return book.text("told.effect.per_person", ["amount": words.amount(amount, unit)])
        case .perSquareMetre(let amount, let unit):
            return book.text("told.effect.per_square_metre", ["amount": words.amount(amount, unit)])
        }
    }
}
