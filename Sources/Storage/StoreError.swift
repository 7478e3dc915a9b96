/// Why the store could not do what was asked.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// An open set of stable words.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The word.
        public let rawValue: String

        /// Makes a code.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The disk has no room left; writes work again once there is some.
        public static let diskFull = Code(rawValue: "disk_full")
        /// The disk or card failed to read or write.
        public static let ioError = Code(rawValue: "io_error")
        /// The medium can only be read.
        public static let readOnly = Code(rawValue: "read_only")
        /// Another process holds the data folder or the database.
        public static let locked = Code(rawValue: "locked")
        /// The database was written by an older version of the program and is not upgraded yet.
        public static let olderSchema = Code(rawValue: "older_schema")
        /// The database was written by a newer version of the program.
        public static let newerSchema = Code(rawValue: "newer_schema")
        /// The database belongs to another community.
        public static let wrongCommunity = Code(rawValue: "wrong_community")
        /// A demonstration database was opened as a real one, or the other way round.
        public static let wrongKind = Code(rawValue: "wrong_kind")
        /// There is no database to read.
        public static let missing = Code(rawValue: "missing")
        /// Stored bytes are not what was written.
        public static let corrupt = Code(rawValue: "corrupt")
        /// The write-ahead log is gone that the last commits stood in.
        public static let logMissing = Code(rawValue: "log_missing")
        /// The values handed in break a rule of the schema; nothing was written.
        public static let invalid = Code(rawValue: "invalid")
    }

    /// What kind of trouble.
    public var code: Code
    /// What was being done, such as `commit` or `open`.
    public var context: String
    /// What the system said.
    public var cause: String
    /// What the keeper of the box can do.
    public var remedy: String

    /// Makes an error.
    public init(_ code: Code, _ context: String, cause: String = "", remedy: String) {
        self.code = code
        self.context = context
        self.cause = cause
        self.remedy = remedy
    }

    /// One line: what was being done, what happened, what to do.
    public var description: String {
        "\(context): \(code.rawValue)\(cause.isEmpty ? "" : ": " + cause). \(remedy)"
    }
}
