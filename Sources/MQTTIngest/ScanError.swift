/// Why looking for devices failed, with what to do about it.
public struct ScanError: Error, Hashable, CustomStringConvertible {
    /// What kind of failure; open, so that new kinds break nobody.
    public struct Code: Hashable, Sendable, RawRepresentable {
        /// The name of the kind.
        public var rawValue: String

        /// Makes a kind from its name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The broker does not answer.
        public static let unreachable = Code(rawValue: "unreachable")
        /// The broker refuses the account.
        public static let refused = Code(rawValue: "refused")
        /// The connection broke while we listened.
        public static let lost = Code(rawValue: "lost")
        /// The topic filter is not valid.
        public static let badFilter = Code(rawValue: "bad filter")
        /// libmosquitto does not accept the settings.
        public static let badOptions = Code(rawValue: "bad options")
    }

    /// What kind of failure.
    public var code: Code
    /// What happened, with the cause.
    public var message: String
    /// What to do next.
    public var remedy: String

    /// The message with its remedy.
    public var description: String { "\(message); \(remedy)" }

    static func unreachable(_ options: BrokerOptions, reason: String) -> ScanError {
        ScanError(
            code: .unreachable, message: "the broker at \(options.host):\(options.port) does not answer (\(reason))",
            remedy: "look whether it runs, and at host and port under mqtt: in the configuration")
    }

    static func refused(code: Int32) -> ScanError {
        ScanError(
            code: .refused, message: "the broker refuses us (reason code \(code))",
            remedy: "look at user and password under mqtt: in the configuration")
    }

    static func lost(reason: String) -> ScanError {
        ScanError(
            code: .lost, message: "the connection to the broker broke (\(reason))",
            remedy: "try again; the broker's log says more")
    }

    static func badFilter(_ filter: String) -> ScanError {
        ScanError(
            code: .badFilter, message: "'\(filter)' is not a topic filter",
            remedy: "write topics with + for one level and # at the end for all that follow")
    }

    static func badOptions() -> ScanError {
        ScanError(
            code: .badOptions, message: "the settings for the broker cannot be used",
            remedy: "look at the TLS files under mqtt: in the configuration; they must be readable PEM files")
    }
}
