import GatewayModel

/// What people decided about the step between two readings: the newest word on each kind of event.
struct MeterVerdicts {
    /// A replaced meter's figures, in a unit.
    struct Exchange: Hashable, Codable {
        var oldFinal: DecimalValue
        var newFirst: DecimalValue
        var unit: Unit
        /// When it took place; the time of the reading that shows it, where one did when it was entered.
        var at: Instant
    }

    /// The replacement of the meter between the two readings, unless it was taken back.
    let exchange: Exchange?
    private let byKind: [MeterEvent.Kind: MeterDecision]

    /// Looks for decisions after one reading's time and through the next one's.
    init(_ decisions: [MeterDecision], after last: Instant, through next: Instant) {
        guard !decisions.isEmpty else {
            exchange = nil
            byKind = [:]
            return
        }
        let here = decisions.filter { $0.at > last && $0.at <= next }.sorted { $0.decidedAt < $1.decidedAt }
        // An exchange counts wherever between the readings it took place; other words are about the second reading.
        byKind = Dictionary(
            here.filter { $0.at == next || $0.kind == .exchange }.map { ($0.kind, $0) },
            uniquingKeysWith: { _, newer in newer })
        if let word = byKind[.exchange], case .exchanged(let oldFinal, let newFirst, let unit) = word.verdict {
            exchange = Exchange(oldFinal: oldFinal, newFirst: newFirst, unit: unit, at: word.at)
        } else {
            exchange = nil
        }
    }

    /// The newest word on an event of that kind; nil where nobody has spoken.
    func verdict(on kind: MeterEvent.Kind) -> MeterDecision.Verdict? { byKind[kind]?.verdict }
}
