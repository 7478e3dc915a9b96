import GRDB
import GatewayModel

/// Stored readings that cannot be read, with what is known of them from outside.
public struct DamagedStretch: Hashable, Sendable {
    /// Where they stand.
    public enum Place: String, Hashable, Sendable {
        /// A block of one stream.
        case block
        /// A commit that is not in blocks yet.
        case journal
    }

    /// The row's number.
    public var id: Int64
    /// Block or journal.
    public var place: Place
    /// When the first reading was measured.
    public var first: Instant
    /// When the last reading was measured.
    public var last: Instant
    /// How many readings; 0 where that is not known.
    public var count: Int
    /// What does not fit.
    public var reason: String

    init(_ id: Int64, place: Place, first: Int64?, last: Int64?, count: Int, reason: String) {
        self.id = id
        self.place = place
        self.first = Instant(milliseconds: first ?? 0)
        self.last = Instant(milliseconds: last ?? 0)
        self.count = count
        self.reason = reason
    }

    init(_ block: BlockTable.Entry, reason: String) {
        self.init(block.id, place: .block, first: block.first, last: block.last, count: 0, reason: reason)
    }

    /// The stream that a block belongs to; nil for a commit, which may hold readings of all.
    public var stream: StreamID? { place == .block ? StreamID(rawValue: id >> 32) : nil }

    /// What is damaged; nil where the error has another reason.
    static func reason(of error: any Error) -> String? {
        if let broken = error as? BrokenBytes { return broken.reason }
        guard let database = error as? DatabaseError else { return nil }
        switch database.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_IOERR: return "\(database.extendedResultCode)"
        default: return nil
        }
    }
}
