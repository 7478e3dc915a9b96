import GatewayModel

/// An entry for the record book, before it has a number.
public struct RecordEntry: Hashable, Sendable {
    /// When it happened.
    public var at: Instant
    /// What happened, a stable word such as `limits.adopted`.
    public var kind: String
    /// Facts that stay for ever, by name; no names of persons, no household data.
    public var facts: [String: String]
    /// Persons, notes and other text that can be erased; the chain holds only salted hashes of it.
    public var erasable: [String: String]

    /// Makes an entry.
    public init(at: Instant, kind: String, facts: [String: String] = [:], erasable: [String: String] = [:]) {
        self.at = at
        self.kind = kind
        self.facts = facts
        self.erasable = erasable
    }

    /// What it says of a name, as a fact or as text that was not erased.
    public func text(_ name: String) -> String? { facts[name] ?? erasable[name] }
}

/// An entry as it stands in the record book.
public struct RecordedEntry: Hashable, Sendable {
    /// Its number, from 1 on without gaps.
    public var number: Int64
    /// What was entered; erased texts are missing from ``RecordEntry/erasable``.
    public var entry: RecordEntry
    /// The chain's hash up to and with this entry, 64 hexadecimal digits.
    public var hash: String

    /// Makes a recorded entry.
    public init(number: Int64, entry: RecordEntry, hash: String) {
        self.number = number
        self.entry = entry
        self.hash = hash
    }
}

/// What checking the record book found.
public struct RecordBookCheck: Hashable, Sendable {
    /// How many entries were read.
    public var count: Int64
    /// The hash of the last entry that fits, 64 hexadecimal digits; zeros for an empty book.
    public var head: String
    /// The first entry that does not fit the chain or whose text does not fit its hash; nil where all is well.
    public var firstBroken: Int64?

    /// Makes a finding.
    public init(count: Int64, head: String, firstBroken: Int64?) {
        self.count = count
        self.head = head
        self.firstBroken = firstBroken
    }

    /// True where the whole book fits.
    public var isIntact: Bool { firstBroken == nil }
}
