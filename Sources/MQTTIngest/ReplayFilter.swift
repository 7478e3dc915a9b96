/// Recognises messages that the broker sends again although they were committed, after a reconnect.
///
/// Packet identifiers alone do not tell: a killed broker that restores an older state gives new messages old
/// identifiers. A message is skipped only if its DUP flag is set *and* identifier and digest equal an entry at or after a
/// cursor that only moves forward; the first message without the flag ends the phase. When in doubt it is stored: a
/// double can be found later, a loss cannot.
public struct ReplayFilter: Sendable {
    /// One acknowledged message.
    public struct Entry: Hashable, Sendable {
        /// The packet identifier.
        public var id: UInt16
        /// The digest of topic and payload.
        public var digest: UInt64

        /// Makes an entry.
        public init(id: UInt16, digest: UInt64) {
            self.id = id
            self.digest = digest
        }
    }

    /// How many entries are remembered.
    public static let limit = 32_768

    private var entries: [Entry]
    private var cursor = 0
    /// True while repeats may still come.
    public private(set) var isReplaying = false

    /// Makes a filter from the session's committed messages, oldest first.
    public init(entries: [Entry] = []) {
        self.entries = Array(entries.suffix(ReplayFilter.limit))
    }

    /// A connection to the same session was made: repeats may come.
    public mutating func reconnected() {
        // Identifiers come round after 65,535 messages: an older entry could hide a new message of the same content.
        cursor = max(0, entries.count - ReplayFilter.limit)
        isReplaying = !entries.isEmpty
    }

    /// A new session was made: nothing of the old one can be repeated.
    public mutating func startSession() {
        entries = []
        cursor = 0
        isReplaying = false
    }

    /// True where the message was committed before and must only be acknowledged.
    public mutating func isRepeat(_ entry: Entry, isDuplicate: Bool) -> Bool {
        guard isReplaying else { return false }
        guard isDuplicate else {
            isReplaying = false
            return false
        }
        guard let found = entries[cursor...].firstIndex(of: entry) else { return false }
        cursor = found + 1
        return true
    }

    /// Forgets what shares its identifier with messages that were received and could not be committed.
    ///
    /// The broker has given the identifiers anew; when these messages come again they must not be taken for older ones.
    public mutating func forget(_ discarded: [Entry]) {
        guard !discarded.isEmpty else { return }
        let identifiers = Set(discarded.map(\.id))
        entries.removeAll { identifiers.contains($0.id) }
        cursor = min(cursor, entries.count)
    }

    /// Remembers messages whose commit succeeded, in order.
    public mutating func remember(_ committed: [Entry]) {
        entries += committed
        guard entries.count > 2 * ReplayFilter.limit else { return }
        let surplus = entries.count - ReplayFilter.limit
        entries.removeFirst(surplus)
        cursor = max(0, cursor - surplus)
    }
}
