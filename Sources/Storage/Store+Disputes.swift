import GRDB
import GatewayModel

extension Store {
    /// Every dispute, or those that the assembly has still to decide, by number.
    public func disputes(openOnly: Bool = false) throws(StoreError) -> [Dispute] {
        try read("disputes") { db in
            try String.fetchAll(
                db,
                sql: "SELECT body FROM dispute \(openOnly ? "WHERE state IN ('open', 'checked')" : "") ORDER BY number"
            ).map { try JSONText.decode(Dispute.self, $0) }
        }
    }

    /// Opens a dispute under the next number, which is never used again, and enters it in the record book.
    public func openDispute(
        _ dispute: Dispute, record: (Dispute) -> ActRecord
    ) throws(StoreError) -> Dispute {
        try write("disputes") { db in
            var dispute = dispute
            dispute.number = try Store.number(Store.lastDispute, db) + 1
            try Store.setNumber(Store.lastDispute, dispute.number, db)
            try Store.put(dispute, db)
            try record(dispute).write(db)
            return dispute
        }
    }

    /// Stores what became of a dispute, with its entry in the record book; where `setAside` says so, readings count no
    /// more from then on, in the same transaction.
    public func follow(
        _ dispute: Dispute, setAside: SetAside? = nil, doubtfulSince: Instant? = nil, record: ActRecord, zone: Zone
    ) throws(StoreError) {
        try write("disputes") { db in
            var dispute = dispute
            if let setAside {
                dispute.setAside = try Store.insert(setAside, doubtfulSince: doubtfulSince, zone: zone, db)
            }
            try Store.put(dispute, db)
            try record.write(db)
        }
    }

    private static let lastDispute = "dispute"

    private static func put(_ dispute: Dispute, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO dispute VALUES (?, ?, ?, ?)",
            arguments: [
                dispute.number, dispute.state.rawValue, dispute.sensor?.rawValue, try JSONText.encode(dispute),
            ])
    }
}
