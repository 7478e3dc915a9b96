import GatewayModel
import Limits

/// What stands behind a decision, for machines.
struct SigningLine: Encodable {
    /// `unsigned`, `on_paper`, `signed`, `recovered`.
    var state: String
    /// The delegates whose signatures count.
    var signedBy: [String]
    /// How many delegates there were, and how many were needed; nil where nobody had to sign.
    var of: Int?
    var needed: Int?
    /// The page of the minute book or the hash of the minutes.
    var minutes: String?

    init(_ state: SigningState, _ minutes: Minutes?) {
        self.state = state.word
        signedBy = []
        switch state {
        case .unsigned, .onPaper: break
        case .signed(let persons, let all, let needed):
            (signedBy, of, self.needed) = (persons, all, needed)
        case .recovered(let persons, let all): (signedBy, of) = (persons, all)
        }
        self.minutes =
            switch minutes {
            case .book(let book, let page): "book \(book), page \(page)"
            case .sha256(let hash): hash
            case nil: nil
            }
    }
}
