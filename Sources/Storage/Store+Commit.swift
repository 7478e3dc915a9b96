import Foundation
import GRDB
import GatewayModel

extension Store {
    /// Writes a batch in one transaction; when it returns, everything is on the disk and nothing of it half.
    ///
    /// Blocks for one synced write. Where the disk is full, the ballast is given up and the commit tried once more.
    /// Throws ``StoreError``, and then nothing is changed: drop the connection and ``probe()`` until writes work.
    public func commit(_ batch: Batch) throws(StoreError) {
        let body = JournalBody.encode(packets: batch.packets, readings: batch.readings)
        var span: (id: Int64, first: Int64, last: Int64)?
        try relievingFullDisk { () throws(StoreError) in
            span = try write("commit") { db in
                var span: (id: Int64, first: Int64, last: Int64)?
                try insertIdentities(batch.news, db)
                if !batch.readings.isEmpty || !batch.packets.isEmpty {
                    span = try insertJournal(batch, body: body, db)
                }
                for day in batch.news.days {
                    try db.cachedStatement(sql: "INSERT OR IGNORE INTO dirty_day VALUES (?, ?)")
                        .execute(arguments: [day.series.rawValue, day.date.description])
                }
                for day in batch.dirtyUse {
                    try db.cachedStatement(sql: "INSERT OR IGNORE INTO dirty_use VALUES (?, ?)")
                        .execute(arguments: [day.sensor.rawValue, day.date.description])
                }
                try insertPeople(batch, db)
                for item in batch.putAside { try insert(item, db) }
                try Store.store(batch.held, releasedThrough: batch.releasedThrough, db)
                try Store.store(batch.announcements, db)
                for (number, isReleased) in batch.settled {
                    try db.execute(
                        sql: "UPDATE put_aside SET settled = ? WHERE id = ? AND settled IS NULL",
                        arguments: [isReleased ? "released" : "dropped", number])
                }
                for (name, amount) in batch.counters.sorted(by: { $0.key < $1.key }) {
                    try db.cachedStatement(
                        sql: """
                            INSERT INTO counter VALUES (?, ?)
                            ON CONFLICT (name) DO UPDATE SET value = value + excluded.value
                            """
                    ).execute(arguments: [name, amount])
                }
                return span
            }
        }
        if let span { spans.append(id: span.id, first: span.first, last: span.last) }
    }

    /// Tries a small write; returns when writes work and throws what is wrong while they do not.
    public func probe(now: Instant) throws(StoreError) {
        try write("probe") { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO property VALUES ('probed_at', ?)", arguments: [now.description])
        }
    }

    /// True while the ballast lies on the disk; false after a full disk took it.
    public var hasBallast: Bool { ballast.isThere }

    /// Lays the ballast down again; false while there is no room for it.
    public func restoreBallast() -> Bool { ballast.restore() }

    private func relievingFullDisk(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        do {
            try body()
        } catch {
            guard error.code == .diskFull, ballast.release() else { throw error }
            try body()
        }
    }

    private func insertIdentities(_ news: SeriesDirectory.News, _ db: Database) throws {
        for stream in news.streams {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO device (identity, first_seen) VALUES (?, ?)")
                .execute(arguments: [stream.key.device, stream.firstSeen.milliseconds])
            try db.cachedStatement(
                sql: """
                    INSERT INTO stream (id, device, message, first_seen)
                    SELECT ?, id, ?, ? FROM device WHERE identity = ?
                    """
            ).execute(arguments: [
                stream.id.rawValue, stream.key.message, stream.firstSeen.milliseconds, stream.key.device,
            ])
        }
        for series in news.series {
            try db.cachedStatement(
                sql: "INSERT INTO series (id, stream, field, unit, quantity, kind, meter) VALUES (?, ?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                series.id.rawValue, series.stream.rawValue, series.channel, series.unit.code,
                series.quantity.rawValue, series.kind.rawValue, try series.meter.map(JSONText.encode),
            ])
        }
        if let last = news.streams.last { try Store.setNumber("stream", last.id.rawValue, db) }
        if let last = news.series.last { try Store.setNumber("series", last.id.rawValue, db) }
    }

    /// Returns the row's id and times where it holds readings.
    private func insertJournal(
        _ batch: Batch, body: [UInt8], _ db: Database
    ) throws -> (id: Int64, first: Int64, last: Int64)? {
        var first: Int64?
        var last: Int64?
        for reading in batch.readings {
            let time = reading.time.instant.milliseconds
            first = min(first ?? time, time)
            last = max(last ?? time, time)
        }
        let id = try Store.lastJournal(db) + 1
        try db.cachedStatement(sql: "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)").execute(arguments: [
            id, batch.committedAt.milliseconds, batch.session, first, last,
            batch.packets.count, batch.readings.count, Data(body),
        ])
        guard let first, let last else { return nil }
        return (id, first, last)
    }

    private func insert(_ item: PutAside, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO put_aside (at, reason, device, topic, payload, series, explanation)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            item.at.milliseconds, item.reason, item.device, item.topic, Data(item.payload), item.series?.rawValue,
            item.explanation,
        ])
    }

    /// The newest journal id ever given; deletion of rows keeps it in `number`, so that commits need not write it.
    static func lastJournal(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT max(coalesce((SELECT max(id) FROM journal), 0),
                               coalesce((SELECT value FROM number WHERE name = 'journal'), 0))
                    """)) ?? 0
    }

    static func setNumber(_ name: String, _ value: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO number VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ).execute(arguments: [name, value])
    }

    static func number(_ name: String, _ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT value FROM number WHERE name = ?", arguments: [name]) ?? 0
    }
}
