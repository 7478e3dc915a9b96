import Foundation
import GRDB
import GatewayModel

extension Store {
    /// What the broker part must remember, as of the last commit.
    public func session() throws(StoreError) -> SessionMemory {
        try read("session") { db in
            let number = try Store.number("session", db)
            let ids = try Int64.fetchAll(
                db, sql: "SELECT id FROM journal WHERE session = ? AND packet_count > 0 ORDER BY id DESC",
                arguments: [number])
            var newestFirst: [PacketRecord] = []
            for id in ids where newestFirst.count < SessionMemory.packetLimit {
                var packets: [PacketRecord] = []
                try eachReading(ofJournal: id, db, packets: { packets.append($0) }) { _ in }
                newestFirst.append(contentsOf: packets.reversed())
            }
            return SessionMemory(
                number: number, clientID: clientID,
                filters: try String.fetchAll(db, sql: "SELECT filter FROM subscription ORDER BY filter"),
                endedUncleanly: try String.fetchOne(db, sql: "SELECT value FROM property WHERE name = 'ended'")
                    != "cleanly",
                lastCommit: try Store.lastCommit(db),
                packets: newestFirst.prefix(SessionMemory.packetLimit).reversed())
        }
    }

    /// When the newest commit with messages was made, also where it is sealed; nil where there is none.
    public func lastCommit() throws(StoreError) -> Instant? {
        try read("session") { db in try Store.lastCommit(db) }
    }

    static func lastCommit(_ db: Database) throws -> Instant? {
        let newest = try Int64.fetchOne(db, sql: "SELECT committed_at FROM journal ORDER BY id DESC LIMIT 1")
        let sealed = try Int64.fetchOne(db, sql: "SELECT value FROM number WHERE name = 'committed_at'")
        return (newest ?? sealed).map(Instant.init(milliseconds:))
    }

    /// Starts the next broker session: forgets its filters, and packets of earlier sessions no longer count.
    public func beginSession() throws(StoreError) -> Int64 {
        try write("session") { db in
            let number = try Store.number("session", db) + 1
            try Store.setNumber("session", number, db)
            try db.execute(sql: "DELETE FROM subscription")
            return number
        }
    }

    /// Remembers the filters that the session is subscribed to.
    public func setFilters(_ filters: [String]) throws(StoreError) {
        try write("session") { db in
            try db.execute(sql: "DELETE FROM subscription")
            for filter in Set(filters).sorted() {
                try db.execute(sql: "INSERT INTO subscription VALUES (?)", arguments: [filter])
            }
        }
    }

    /// Notes that the gateway runs; until ``markStopped()`` an end counts as unclean.
    public func markRunning() throws(StoreError) {
        try setEnd("running")
    }

    /// Notes a clean end.
    public func markStopped() throws(StoreError) {
        try setEnd("cleanly")
    }

    /// Brought out of the log, so that the file alone says whether a log belongs to it.
    private func setEnd(_ value: String) throws(StoreError) {
        try write("session") { db in
            try db.execute(sql: "INSERT OR REPLACE INTO property VALUES ('ended', ?)", arguments: [value])
        }
        do {
            try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)") }
        } catch {
            throw StoreError(error, context: "session")
        }
    }
}

extension Row {
    /// Hands out a blob's bytes without copying them.
    func withBytes<Result>(
        at index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) throws -> Result {
        try withUnsafeData(atIndex: index) { data in
            guard let data else { throw BrokenBytes(reason: "a blob is missing") }
            return try data.withUnsafeBytes { try body($0.bindMemory(to: UInt8.self)) }
        }
    }
}
