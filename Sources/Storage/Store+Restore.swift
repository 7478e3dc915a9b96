import Foundation
import GRDB
import GatewayModel

extension Store {
    /// What a restored database must forget and say.
    ///
    /// Packet identifiers and filters of the old session no longer count. Notices that waited are dropped, since they speak
    /// of another time; `act` tells so instead. A copy beside the first box, unlike a move, gets a client id of its own, or
    /// the broker would throw out one of the two. Returns how many notices were dropped.
    public static func settleRestored(
        folder: String, asCopy: Bool, act: (_ droppedNotices: Int, _ lastEntry: Int64) -> ActRecord
    ) throws(StoreError) -> Int {
        do {
            let queue = try DatabaseQueue(path: folder + "/" + databaseName)
            defer { try? queue.close() }
            return try queue.write { db in
                try setNumber("session", try number("session", db) + 1, db)
                try db.execute(sql: "DELETE FROM subscription")
                try db.execute(sql: "INSERT OR REPLACE INTO property VALUES ('ended', 'cleanly')")
                if asCopy {
                    try db.execute(
                        sql: "INSERT OR REPLACE INTO property VALUES ('client_id', ?)", arguments: [newClientID()])
                }
                try db.execute(
                    sql: "UPDATE outbox SET state = 'dropped', reason = 'restored' WHERE \(waitingStates)")
                let dropped = db.changesCount
                // What was sent before opens nothing on a box that is brought back; an older copy has no links.
                if try db.tableExists("answer_link") { try db.execute(sql: "DELETE FROM answer_link") }
                let last = try Int64.fetchOne(db, sql: "SELECT max(number) FROM record") ?? 0
                try act(dropped, last).write(db)
                try setNumber(restoredNotices, Int64(dropped), db)
                return dropped
            }
        } catch {
            throw StoreError(error, context: "restore")
        }
    }

    /// How many notices a restore dropped of which the stewards have not been told; 0 where there was none.
    public func untoldNotices() throws(StoreError) -> Int {
        try read("restore") { db in Int(try Store.number(Store.restoredNotices, db)) }
    }

    /// Tells of them, in one transaction with the note that it is told.
    public func tellOfDroppedNotices(_ record: ActRecord) throws(StoreError) {
        try write("restore") { db in
            try record.write(db)
            try Store.setNumber(Store.restoredNotices, 0, db)
        }
    }

    private static let restoredNotices = "restored_notices"

    /// Puts everything of a database that nobody has open into its one file, so that it can be moved.
    public static func leaveAsOneFile(folder: String) throws(StoreError) {
        do {
            let queue = try DatabaseQueue(path: folder + "/" + databaseName)
            try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
            try queue.close()
        } catch {
            throw StoreError(error, context: "restore")
        }
    }
}
