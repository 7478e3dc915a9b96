/// Somebody who attests with a key what the assembly adopted.
public struct Delegate: Hashable, Sendable, Codable {
    /// The short name that signature files carry, in lower-case letters, digits and dashes.
    public var id: String
    /// The public keys, each `ssh-ed25519 AAAA…` without a comment.
    public var keys: [String]
    /// The last day on which a decision may be signed with these keys; nil where it is left open.
    public var until: CalendarDate?

    /// True for what may be a delegate's id, and so part of a file's name.
    public static func isName(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 40
            && id.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    /// Makes a delegate.
    public init(id: String, keys: [String], until: CalendarDate? = nil) {
        self.id = id
        self.keys = keys
        self.until = until
    }
}

/// The list of delegates: so many of these persons must sign.
public struct DelegateList: Hashable, Sendable, Codable {
    /// How many distinct persons, from 1 to as many as there are.
    public var threshold: Int
    /// The persons, in the order of the decision.
    public var persons: [Delegate]

    /// Makes a list.
    public init(threshold: Int, persons: [Delegate]) {
        self.threshold = threshold
        self.persons = persons
    }

    /// The day of the last assembly that enough of them may sign for; nil where enough keys have no end.
    public var lastAssembly: CalendarDate? {
        let open = persons.count { $0.until == nil }
        guard open < threshold else { return nil }
        let ends = persons.compactMap(\.until).sorted(by: >)
        let needed = threshold - open
        return needed <= ends.count ? ends[needed - 1] : nil
    }
}

/// Where the paper is that a decision was minuted on.
public enum Minutes: Hashable, Sendable, Codable {
    /// SHA-256 of the minutes' file, 64 hexadecimal digits.
    case sha256(String)
    /// A page of a minute book.
    case book(Int, page: Int)
}

/// What a decision says about its own origin: minutes, the decision before it, who attests from now on.
public struct Provenance: Hashable, Sendable, Codable {
    /// Where it was minuted.
    public var minutes: Minutes?
    /// SHA-256 of the bytes of the decision adopted before it.
    public var previous: String?
    /// SHA-256 of the bytes of those it supersedes, by number, as far as it names them.
    public var supersededHashes: [Int: String]
    /// The list of delegates that counts from this decision on; nil where it brings none.
    public var delegates: DelegateList?

    /// Makes a provenance.
    public init(
        minutes: Minutes? = nil, previous: String? = nil, supersededHashes: [Int: String] = [:],
        delegates: DelegateList? = nil
    ) {
        self.minutes = minutes
        self.previous = previous
        self.supersededHashes = supersededHashes
        self.delegates = delegates
    }
}

/// One file of `NNNN.sigs`, as it was found; whether it proves anything is another question.
public struct SignatureFile: Hashable, Sendable, Codable {
    /// The file's name, such as `rosa.sig`.
    public var name: String
    /// Its text, in the armour of PROTOCOL.sshsig.
    public var armour: String

    /// Makes a signature file.
    public init(name: String, armour: String) {
        self.name = name
        self.armour = armour
    }
}

/// What stands behind a decision, as it is printed.
public enum SigningState: Hashable, Sendable, Codable {
    /// Nothing but the act of whoever entered it.
    case unsigned
    /// Paper that anybody may look at.
    case onPaper(Minutes)
    /// So many of the delegates; `needed` were enough.
    case signed(by: [String], of: Int, needed: Int)
    /// A list of delegates that was entered at the console after the seven public days, since too many keys were lost.
    case recovered(by: [String], of: Int)

    /// True for a list of delegates that came in at the console.
    public var isRecovery: Bool { if case .recovered = self { true } else { false } }
}
