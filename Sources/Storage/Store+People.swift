import GRDB
import GatewayModel

extension Store {
    /// The alerts that are open, or all, by number.
    public func alerts(openOnly: Bool) throws(StoreError) -> [Alert] {
        let filter = openOnly ? "WHERE state <> 'closed'" : ""
        return try read("alerts") { db in
            try decodeAll(Alert.self, try String.fetchAll(db, sql: "SELECT body FROM alert \(filter) ORDER BY number"))
        }
    }

    /// Alerts that were found after an instant, open or closed, newest first.
    ///
    /// Numbers grow with time, so that years of older ones are not read.
    public func alerts(foundAfter instant: Instant) throws(StoreError) -> [Alert] {
        try read("alerts") { db in
            var found: [Alert] = []
            let rows = try String.fetchCursor(db, sql: "SELECT body FROM alert ORDER BY number DESC")
            while let body = try rows.next() {
                let alert = try JSONText.decode(Alert.self, body)
                guard alert.detectedAt > instant else { break }
                found.append(alert)
            }
            return found
        }
    }

    /// The alert of that id, nil where there is none.
    public func alert(id: String) throws(StoreError) -> Alert? {
        try read("alerts") { db in
            try String.fetchOne(db, sql: "SELECT body FROM alert WHERE id = ?", arguments: [id])
                .map { try JSONText.decode(Alert.self, $0) }
        }
    }

    /// The alert of that number, nil where there is none.
    public func alert(number: Int) throws(StoreError) -> Alert? {
        try read("alerts") { db in
            try String.fetchOne(db, sql: "SELECT body FROM alert WHERE number = ?", arguments: [number])
                .map { try JSONText.decode(Alert.self, $0) }
        }
    }

    /// The number that the next alert gets; alerts are never deleted, so it only grows.
    public func nextAlertNumber() throws(StoreError) -> Int {
        try read("alerts") { db in (try Int.fetchOne(db, sql: "SELECT max(number) FROM alert") ?? 0) + 1 }
    }

    /// Changes in whether limits are kept, found at or after `from` and before `until`, oldest first.
    public func transitions(from: Instant, until: Instant) throws(StoreError) -> [LimitTransition] {
        try read("transitions") { db in
            let bodies = try String.fetchAll(
                db,
                sql: """
                    SELECT body FROM limit_transition WHERE detected_at >= ? AND detected_at < ?
                    ORDER BY detected_at, id
                    """, arguments: [from.milliseconds, until.milliseconds])
            return try decodeAll(LimitTransition.self, bodies)
        }
    }

    /// What was put aside and nobody has settled, oldest first, by its number.
    public func putAside() throws(StoreError) -> [(number: Int64, entry: PutAside)] {
        try read("put aside") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, at, reason, device, topic, payload, series, explanation FROM put_aside
                    WHERE settled IS NULL ORDER BY id
                    """
            ).map { row in
                let payload: [UInt8] = try row.withUnsafeData(atIndex: 5) { $0.map { Array($0) } ?? [] }
                return (
                    row[0],
                    PutAside(
                        at: Instant(milliseconds: row[1]), reason: row[2], device: row[3], topic: row[4],
                        payload: payload, series: (row[6] as Int64?).map(SeriesID.init(rawValue:)),
                        explanation: row[7])
                )
            }
        }
    }

    /// The identities of all alerts that are recorded.
    public func alertIDs() throws(StoreError) -> Set<String> {
        try read("alerts") { db in try String.fetchSet(db, sql: "SELECT id FROM alert") }
    }

    /// The named counters.
    public func counters() throws(StoreError) -> [String: Int64] {
        try read("counters") { db in
            var counters: [String: Int64] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT name, value FROM counter") { counters[row[0]] = row[1] }
            return counters
        }
    }

    func insertPeople(_ batch: Batch, _ db: Database) throws {
        for alert in batch.alerts {
            try db.cachedStatement(
                sql: """
                    INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
                    state = excluded.state, closed_at = excluded.closed_at, body = excluded.body
                    """
            ).execute(arguments: [
                alert.id, alert.number, alert.state.rawValue, alert.onset.milliseconds,
                alert.closedAt?.milliseconds, try JSONText.encode(alert),
            ])
        }
        for transition in batch.transitions {
            try db.cachedStatement(
                sql: "INSERT INTO limit_transition (detected_at, resolution, name, body) VALUES (?, ?, ?, ?)"
            ).execute(arguments: [
                transition.detectedAt.milliseconds, transition.limit.resolution, transition.limit.limit,
                try JSONText.encode(transition),
            ])
        }
        try insertDuty(batch, db)
        try Store.insert(batch.meterEvents, db)
        try Store.insert(batch.outbox, db)
        try Store.change(batch.reworded, db)
        try Store.leaveOut(batch.leftOut, at: batch.committedAt, db)
        _ = try RecordBook.append(batch.records, db)
    }

    static func insert(_ notices: [OutboxItem], _ db: Database) throws {
        for item in notices {
            try db.cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO outbox (key, destination, body, state, next_at, created_at)
                    VALUES (?, ?, ?, 'pending', ?, ?)
                    """
            ).execute(arguments: [
                item.key, item.destination, try JSONText.encode(item),
                (item.notBefore ?? item.createdAt).milliseconds, item.createdAt.milliseconds,
            ])
        }
    }

    private func decodeAll<Value: Decodable>(_ type: Value.Type, _ bodies: [String]) throws -> [Value] {
        try bodies.map { try JSONText.decode(type, $0) }
    }
}
