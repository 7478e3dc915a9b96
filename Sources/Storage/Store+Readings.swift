import GRDB
import GatewayModel

extension Store {
    /// The series that count for a sensor, past ones too: those of its devices, people's readings, imports.
    public func series(of sensor: SensorID) throws(StoreError) -> [SeriesID] {
        try read("series") { db in
            try Int64.fetchAll(
                db, sql: "SELECT DISTINCT series FROM sensor_series WHERE sensor = ? ORDER BY series",
                arguments: [sensor.rawValue]
            ).map(SeriesID.init(rawValue:))
        }
    }

    /// The time of the oldest reading; nil where there is none.
    public func firstReading() throws(StoreError) -> Instant? {
        try read("readings") { db in
            try Int64.fetchOne(
                db,
                sql:
                    "SELECT min(t) FROM (SELECT min(first_time) AS t FROM block UNION SELECT min(first_time) FROM journal)"
            ).map(Instant.init(milliseconds:))
        }
    }

    /// Readings per slice that are aimed at: a few megabytes of memory and well below a second.
    private static let sliceAim = 100_000
    private static let firstSlice: Int64 = 86_400_000
    private static let shortPeriod: Int64 = 62 * 86_400_000

    /// Hands readings to `body` in time order, from blocks and journal; readings of one time come by series.
    ///
    /// Streams: a slice of time at a time is read in one snapshot each, so that a long export neither fills the memory
    /// nor keeps the log from wrapping. `body` runs outside of any snapshot on the caller's thread and may end the
    /// reading by throwing; its error is passed on. Otherwise throws ``StoreError``.
    public func readings(_ query: ReadingQuery, _ body: (StoredReading) throws -> Void) throws {
        guard let range = try read("readings", { db in try Store.range(of: query, db) }) else { return }
        var start = range.lowerBound
        var length = Store.firstSlice
        while start <= range.upperBound {
            let (sum, overflow) = start.addingReportingOverflow(length - 1)
            let end = overflow ? range.upperBound : min(sum, range.upperBound)
            let slice = try read("readings") { db in try Store.slice(query, start...end, db) }
            for reading in slice { try body(reading) }
            guard end < range.upperBound else { return }
            start = end + 1
            if slice.count > Store.sliceAim, length > 60_000 { length /= 2 }
            if slice.count < Store.sliceAim / 4, length < Int64.max / 4 { length *= 2 }
        }
    }

    /// The same, collected; for short periods only.
    public func readings(_ query: ReadingQuery) throws(StoreError) -> [StoredReading] {
        var found: [StoredReading] = []
        do {
            try readings(query) { found.append($0) }
        } catch {
            throw StoreError(error, context: "readings")
        }
        return found
    }

    /// The part of the query's period that holds anything at all, both ends included.
    private static func range(of query: ReadingQuery, _ db: Database) throws -> ClosedRange<Int64>? {
        guard query.from < query.until else { return nil }
        // A short period is looked at as it is: asking for the ends of everything stored reads a row of every block.
        if query.until.milliseconds(since: query.from) <= shortPeriod {
            return query.from.milliseconds...query.until.milliseconds - 1
        }
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT min(first_time), max(last_time) FROM
                (SELECT first_time, last_time FROM block UNION ALL SELECT first_time, last_time FROM journal)
                """)
        guard let first = row?[0] as Int64?, let last = row?[1] as Int64? else { return nil }
        let lower = max(first, query.from.milliseconds)
        let upper = min(last, query.until.milliseconds - 1)
        return lower <= upper ? lower...upper : nil
    }

    private static func slice(
        _ query: ReadingQuery, _ times: ClosedRange<Int64>, _ db: Database
    ) throws -> [StoredReading] {
        let wanted = try windows(query.selection, db)
        var found: [StoredReading] = []
        func take(_ reading: StoredReading) {
            let time = reading.time.instant
            guard times.contains(time.milliseconds), let windows = wanted[reading.series.rawValue],
                windows.contains(where: { $0.contains(time.milliseconds) })
            else { return }
            found.append(reading)
        }
        let streams = try streams(of: wanted.keys, db)
        guard !streams.isEmpty else { return [] }
        for stream in Set(streams.values.map(\.stream)).sorted() {
            let blocks = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT body FROM block WHERE id >> 32 = ? AND first_time <= ? AND last_time >= ?
                        ORDER BY first_time, id
                        """), arguments: [stream, times.upperBound, times.lowerBound])
            while let row = try blocks.next() {
                try row.withBytes(at: 0) { bytes in
                    for row in try Block.decode(bytes) { for reading in row.readings { take(reading) } }
                }
            }
        }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT id, body FROM journal WHERE id > ? AND first_time <= ? AND last_time >= ? ORDER BY id
                    """),
            arguments: [streams.values.map(\.sealedThrough).min() ?? 0, times.upperBound, times.lowerBound])
        while let row = try rows.next() {
            let id: Int64 = row[0]
            try row.withBytes(at: 1) { bytes in
                try JournalBody.decode(bytes) { reading in
                    if let stream = streams[reading.series.rawValue], id > stream.sealedThrough { take(reading) }
                }
            }
        }
        return sorted(found)
    }

    /// The streams of some series with the newest journal row that stands in their blocks.
    private static func streams(
        of series: some Collection<Int64>, _ db: Database
    ) throws -> [Int64: (stream: Int64, sealedThrough: Int64)] {
        var streams: [Int64: (stream: Int64, sealedThrough: Int64)] = [:]
        // SQLite takes 32,766 arguments; a hundred at a time keep the statement in the cache.
        for ids in Array(series).chunked(into: 100) {
            let marks = Array(repeating: "?", count: ids.count).joined(separator: ",")
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT series.id, stream, sealed_through FROM series JOIN stream ON stream.id = stream
                        WHERE series.id IN (\(marks))
                        """), arguments: StatementArguments(Array(ids)))
            while let row = try rows.next() { streams[row[0]] = (row[1], row[2]) }
        }
        return streams
    }

    /// By time, then by series; readings of one series and time keep their order.
    private static func sorted(_ readings: [StoredReading]) -> [StoredReading] {
        func isBefore(_ left: StoredReading, _ right: StoredReading) -> Bool {
            (left.time.instant, left.series) < (right.time.instant, right.series)
        }
        guard zip(readings, readings.dropFirst()).contains(where: { isBefore($1, $0) }) else { return readings }
        return readings.enumerated().sorted { left, right in
            isBefore(left.element, right.element)
                || (!isBefore(right.element, left.element) && left.offset < right.offset)
        }.map(\.element)
    }

    /// For each chosen series the times in which it counts.
    static func windows(
        _ selection: ReadingQuery.Selection, _ db: Database
    ) throws -> [Int64: [Range<Int64>]] {
        let always = Int64.min..<Int64.max
        var windows: [Int64: [Range<Int64>]] = [:]
        switch selection {
        case .all:
            for record in try series(db) { windows[record.id.rawValue] = [always] }
        case .series(let ids):
            for id in ids { windows[id.rawValue] = [always] }
        case .devices(let devices):
            let wanted = Set(devices)
            for record in try series(db) where wanted.contains(record.key.device) {
                windows[record.id.rawValue] = [always]
            }
        case .sensors(let sensors):
            // A hundred at a time keep the statement in the cache.
            for names in Set(sensors.map(\.rawValue)).sorted().chunked(into: 100) {
                let marks = Array(repeating: "?", count: names.count).joined(separator: ",")
                let rows = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT series, valid_from, valid_until FROM sensor_series WHERE sensor IN (\(marks))
                            """), arguments: StatementArguments(Array(names)))
                while let row = try rows.next() {
                    windows[row[0], default: []].append((row[1] as Int64)..<(row[2] as Int64? ?? .max))
                }
            }
        }
        return windows
    }
}
