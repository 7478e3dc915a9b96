/// A transfer that ended without an answer.
public struct TransportError: Error, Hashable, Sendable {
    /// libcurl's code (`CURLcode` in curl.h), such as 7 for a refused connection and 28 for a time limit.
    public var code: UInt32
    /// What happened, in libcurl's words.
    public var message: String
    /// True where the other side may have got the whole request, so that sending again could make a double.
    public var mayHaveArrived: Bool

    /// Makes an error.
    public init(code: UInt32, message: String, mayHaveArrived: Bool) {
        self.code = code
        self.message = message
        self.mayHaveArrived = mayHaveArrived
    }

    /// The outcome that follows for a message: unknown where it may have arrived, otherwise another try.
    var outcome: DeliveryOutcome {
        mayHaveArrived ? .unknown(reason: message) : .retry(after: nil, reason: message)
    }
}
