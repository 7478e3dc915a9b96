extension LimitEngine {
    /// The limits that are judged, in the order in which they are, each with the decision behind it.
    public var entries: [LimitInForce] { judged.map(\.entry) }
}
