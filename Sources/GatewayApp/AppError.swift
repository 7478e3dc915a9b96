/// Why the program cannot go on, with what to do about it.
public struct AppError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened.
    public var message: String
    /// What the person can do.
    public var remedy: String

    /// Makes an error.
    public init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    /// Message and remedy in one line.
    public var description: String {
        remedy.isEmpty ? message : "\(message); \(remedy)"
    }
}
