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
    func takeAnswers(now: Instant, settle: (IncomingAnswer) -> Bool) -> String?
}
