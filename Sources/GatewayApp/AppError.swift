/// Why the program cannot go on, with what to do about it.
public struct AppError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened.
    public var message: String
    /// What the person can do.
    public var remedy: String

    /// The same for people who read the community's papers: a key of the language files and its values.
    public var phrase: Phrase?

    /// A sentence of the language files.
    public struct Phrase: Hashable, Sendable {
        /// The key.
        public var key: String
        /// The values of its placeholders.
        public var values: [String: String]
    }

    /// Makes an error.
    public init(_ message: String, remedy: String, phrase: Phrase? = nil) {
        self.message = message
        self.remedy = remedy
        self.phrase = phrase
    }

    /// Message and remedy in one line.
    public var description: String {
        remedy.isEmpty ? message : "\(message); \(remedy)"
    }
}
