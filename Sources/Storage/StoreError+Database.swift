import GRDB

extension StoreError {
    /// Says what a failure of the database means for the keeper of the box.
    init(_ error: any Error, context: String) {
        if let known = error as? StoreError {
            self = known
            return
        }
        if let broken = error as? BrokenBytes {
            self.init(
                .corrupt, context, cause: broken.reason, remedy: "Run `commons doctor`; the rest stays readable.")
            return
        }
        guard let database = error as? DatabaseError else {
            self.init(.invalid, context, cause: "\(error)", remedy: "Report this with the log lines before it.")
            return
        }
        let cause = "\(database.extendedResultCode): \(database.message ?? "")"
        switch database.resultCode {
        case .SQLITE_FULL:
            self.init(.diskFull, context, cause: cause, remedy: "Free space on the disk; nothing acknowledged is lost.")
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_PROTOCOL:
            self.init(.ioError, context, cause: cause, remedy: "Check the disk or card and its power supply.")
        case .SQLITE_READONLY, .SQLITE_PERM:
            self.init(
                .readOnly, context, cause: cause,
                remedy: "Check whether the disk is mounted read-only and who owns the data folder.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.locked, context, cause: cause, remedy: "End the other program that writes to the database.")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                .corrupt, context, cause: cause,
                remedy: "Stop the gateway and run `commons doctor --repair`, or restore the last good copy.")
        default:
            self.init(.invalid, context, cause: cause, remedy: "Report this with the log lines before it.")
        }
    }
}

extension Store {
    /// One transaction of the writer.
    func write<Result>(_ context: String, _ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do {
            return try pool.writeWithoutTransaction { db in
                var result: Result?
                try db.inTransaction(.immediate) {
                    result = try body(db)
                    return .commit
                }
                guard let result else {
                    throw StoreError(.invalid, context, remedy: "Report this with the log lines before it.")
                }
                return result
            }
        } catch {
            throw StoreError(error, context: context)
        }
    }

    /// One snapshot of a reader.
    func read<Result>(_ context: String, _ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do {
            return try pool.read(body)
        } catch {
            throw StoreError(error, context: context)
        }
    }
}
