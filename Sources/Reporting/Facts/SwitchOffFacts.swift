import GatewayModel

/// A sensor or limit that was switched off on purpose, as the record book tells it.
public struct SwitchOffFacts: Hashable, Sendable {
    /// The sensor, or the limit as `1/tank-minimum`; empty where it may not be named any more.
    public var subject: String
    /// True for a sensor of one household.
    public var isHousehold: Bool
    /// Since when.
    public var from: Instant
    /// When it ended, or is to end.
    public var until: Instant
    /// Why, in the person's own words; empty where that was erased.
    public var why: String
    /// Who agreed to it, in order; the report says how many stewards and never who.
    public var persons: [String]

    /// Makes facts.
    public init(
        subject: String, isHousehold: Bool, from: Instant, until: Instant, why: String, persons: [String]
    ) {
        self.subject = subject
        self.isHousehold = isHousehold
        self.from = from
        self.until = until
        self.why = why
        self.persons = persons
    }
}
