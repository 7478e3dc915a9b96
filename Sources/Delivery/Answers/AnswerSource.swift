import GatewayModel

/// A way on which people's answers come back; read by one thread.
public protocol AnswerSource: Sendable {
    /// The destination's name.
    var name: String { get }
    /// True where somebody may answer on it.
    var takesAnswers: Bool { get }
    /// Seconds between two looks.
    var pauseSeconds: Int { get }
    /// Takes what has come since the last look, in order; blocks for at most the destination's time limit.
    ///
    /// `settle` returns true once an answer is carried out or refused and that is stored; after false the rest waits
    /// for the next look. What may come twice, after a power cut, is the same act again. Returns why the way could not
    /// be read; nil where it could.
    func takeAnswers(now: Instant, settle: (IncomingAnswer) -> Bool) -> AnswerProblem?
}

/// Why a way on which people answer cannot be read.
public struct AnswerProblem: Error, Hashable, Sendable {
    /// The reason in one line, without any secret.
    public var reason: String
    /// True where it stays so until a person mends something: a key that is refused, a file that cannot be read.
    public var needsPerson: Bool

    /// Makes a problem.
    public init(_ reason: String, needsPerson: Bool) {
        self.reason = reason
        self.needsPerson = needsPerson
    }

    /// What the settings of a way lack.
    init(_ error: DestinationError) {
        self.init(error.description, needsPerson: true)
    }

    /// A status other than the one that was hoped for: too many requests and the server's own troubles pass.
    init(status: Int) {
        self.init("HTTP \(status)", needsPerson: (400..<500).contains(status) && ![408, 425, 429].contains(status))
    }
}
