import GatewayModel

extension AlertBook {
    /// Forgets words that somebody left at an alert, or where `number` is nil at what was switched off.
    public mutating func forget(_ words: ErasedWords, ofAlert number: Int?) {
        for id in Array(alerts.keys) where number == nil || alerts[id]?.number == number {
            alerts[id]?.forget(words)
        }
        guard number == nil else { return }
        for subject in Array(switchedOff.keys) { switchedOff[subject]?.forget(words) }
    }

    /// The number of the alert in which a person still stands for something, 0 for what is switched off; nil where nothing
    /// depends on the name any more.
    public func needs(_ person: String, ofAlert number: Int?) -> Int? {
        if let number { return open.first { $0.number == number && $0.needs(person) }?.number }
        return switchedOff.values.contains { $0.needs(person) } ? 0 : open.first { $0.needs(person) }?.number
    }
}
