import GRDB
import GatewayModel

/// What is written with a person's act, in its transaction: the entry for the record book, and who is told.
public struct ActRecord: Sendable {
    /// The entry.
    public var entry: RecordEntry
    /// The notices.
    public var notices: [OutboxItem]

    /// Makes a record of an act.
    public init(_ entry: RecordEntry, notices: [OutboxItem] = []) {
        self.entry = entry
        self.notices = notices
    }

    func write(_ db: Database) throws {
        try Store.insert(notices, db)
        _ = try RecordBook.append([entry], db)
    }
}
