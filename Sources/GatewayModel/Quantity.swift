/// What is measured, by its standard name: `active_power`, `volume`, `temperature`.
///
/// An open set: profiles may name further quantities, and an unknown one is kept as it is.
public struct Quantity: Hashable, Sendable, Codable, RawRepresentable, ExpressibleByStringLiteral {
    /// The name in snake_case.
    public let rawValue: String

    /// Makes a quantity of that name.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Makes a quantity of that name.
    public init(stringLiteral name: String) {
        rawValue = name
    }
}

/// How the values of a channel follow one another, which decides what may be computed from them.
public enum ReadingKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// A momentary value such as a level or a power.
    case gauge
    /// A cumulative total that should only rise (an index); consumption is the difference of two readings.
    case register
    /// An amount since the previous message of the device.
    case delta
    /// A state such as open or closed, as 0 or 1 or an enumeration.
    case state
}
