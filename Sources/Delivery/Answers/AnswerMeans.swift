import GatewayModel

/// How a destination's readers can answer, by its settings alone.
extension DestinationSettings {
    /// By what means people write an answer there, in the words of the record book; nil where nobody can.
    public var answerMeans: String? {
        guard !answeringPeople.isEmpty else { return nil }
        return switch kind {
        case .sms: "sms"
        case .ntfy: "ntfy"
        case .matrix: "matrix"
        default: nil
        }
    }

    /// The names of those who can write an answer there; empty where nobody can.
    public var answeringPeople: Set<String> {
        switch kind {
        // A number can be forged: whoever has no word listens only.
        case .sms(let sms): Set(sms.people.filter { $0.word != nil }.map(\.name))
        case .ntfy(let ntfy): ntfy.replyTopic == nil ? [] : Set(ntfy.people.map(\.name))
        case .matrix(let matrix): Set(matrix.people.map(\.name))
        default: []
        }
    }

    /// The names of those who have to add a word of their own to what they write there.
    public var peopleWithWord: Set<String> {
        if case .matrix(let matrix) = kind {
            Set(matrix.people.filter { $0.word != nil }.map(\.name))
        } else {
            answeringPeople
        }
    }

    /// The topic that answers are written to; empty where its name is kept secret, nil where they are written where the
    /// notice is read.
    public var answerTopic: String? {
        guard case .ntfy(let ntfy) = kind, let topic = ntfy.replyTopic else { return nil }
        if case .name(let name) = topic { return name }
        return ""
    }

    /// True where a notice to its one reader always has room for the link with which this person answers.
    public var carriesLink: Bool {
        switch kind {
        case .smtp(let smtp): smtp.to.count == 1
        case .ntfy, .gotify, .apprise: true
        default: false
        }
    }
}
