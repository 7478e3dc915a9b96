import GatewayModel

/// Why a decision is not adopted, or why a signature does not count; the sentence is `signing.refused.<code>`.
public struct SigningProblem: Error, Hashable, Sendable {
    /// What is wrong; the raw values stand in the language files.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        // The decision and the chain of those before it.
        case foreignDecision = "foreign_decision"
        case changedBytes = "changed_bytes"
        case oldDecision = "old_decision"
        case beforeList = "before_list"
        case listAhead = "list_ahead"
        case minutesMissing = "minutes_missing"
        case previousMissing = "previous_missing"
        case previousOther = "previous_other"
        case supersedesHashMissing = "supersedes_hash_missing"
        case supersedesHashOther = "supersedes_hash_other"
        // No reason to refuse: what goes on although a decision that would have replaced it is replaced itself.
        case goesOn = "goes_on"
        // Too few persons of the list in force, or of the list that it brings.
        case tooFew = "too_few"
        case tooFewNew = "too_few_new"
        // Recovery at the console.
        case recoveryWithoutList = "recovery_without_list"
        case recoveryOfMore = "recovery_of_more"
        // One signature file.
        case damaged, version
        case keyKind = "key_kind"
        case digest
        case noNamespace = "no_namespace"
        case foreignNamespace = "foreign_namespace"
        case otherNamespace = "other_namespace"
        case windowsLineEnds = "windows_line_ends"
        case otherBytes = "other_bytes"
        case unknownKey = "unknown_key"
        case expiredKey = "expired_key"
        case samePerson = "same_person"
        case noListYet = "no_list_yet"
    }

    /// What is wrong.
    public var code: Code
    /// What the sentence's placeholders stand for.
    public var values: [String: String]

    /// Makes a problem.
    public init(_ code: Code, _ values: [String: String] = [:]) {
        self.code = code
        self.values = values
    }

    /// The sentence in the phrasebook's language: what is wrong and what to do.
    public func text(_ book: Phrasebook) -> String {
        book.text("signing.refused.\(code.rawValue)", values)
    }
}

extension SigningProblem.Code {
    init(_ flaw: SSHSignature.Flaw) {
        self =
            switch flaw {
            case .damaged: .damaged
            case .version: .version
            case .otherKind: .keyKind
            case .digest: .digest
            case .noNamespace: .noNamespace
            }
    }
}
