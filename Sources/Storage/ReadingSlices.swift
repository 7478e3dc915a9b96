import GRDB
import GatewayModel

/// Readings of a period, a slice of time after the other, each from blocks and journal in one snapshot.
struct ReadingSlices {
    /// Readings per slice that are aimed at: a few megabytes of memory and well below a second.
    private static let aim = 100_000
    private static let firstLength: Int64 = 86_400_000
    private static let shortPeriod: Int64 = 62 * 86_400_000
    private static let shortest: Int64 = 60_000
    /// The most that a block holds.
    private static let readingsPerBlock = 8192

    private let store: Store
    private let query: ReadingQuery
    private let strictly: Bool
    private var rest: ClosedRange<Int64>?
    private var length = firstLength

    init(_ store: Store, _ query: ReadingQuery, strictly: Bool = false) throws(StoreError) {
        self.store = store
        self.query = query
        self.strictly = strictly
        rest = try store.read("readings") { db in try ReadingSlices.range(of: query, db) }
    }

    /// The next readings in time order, which may be none; nil at the end.
    mutating func next() throws(StoreError) -> [StoredReading]? {
        guard let rest else { return nil }
        let (sum, overflow) = rest.lowerBound.addingReportingOverflow(length - 1)
        let reader = self
        let (slice, end) = try store.read("readings") { db in
            let times = try reader.shortened(
                rest.lowerBound...(overflow ? rest.upperBound : min(sum, rest.upperBound)), db)
            return (try reader.slice(times, db), times.upperBound)
        }
        length = min(length, max(1, end - rest.lowerBound + 1))
        self.rest = end < rest.upperBound ? (end + 1)...rest.upperBound : nil
        if slice.count > ReadingSlices.aim, length > ReadingSlices.shortest { length /= 2 }
        if slice.count < ReadingSlices.aim / 4, length < Int64.max / 4 { length *= 2 }
        return slice
    }

    /// The part of the query's period that holds anything at all, both ends included.
    private static func range(of query: ReadingQuery, _ db: Database) throws -> ClosedRange<Int64>? {
        guard query.from < query.until else { return nil }
        // A short period is looked at as it is.
        if query.until.milliseconds(since: query.from) <= shortPeriod {
            return query.from.milliseconds...query.until.milliseconds - 1
        }
        let streams = Set(try Store.streams(of: Store.windows(query.selection, db).keys, db).values.map(\.stream))
        guard let ends = try BlockTable.ends(streams, db) else { return nil }
        let lower = max(ends.lowerBound, query.from.milliseconds)
        let upper = min(ends.upperBound, query.until.milliseconds - 1)
        return lower <= upper ? lower...upper : nil
    }

    /// The beginning of a time that holds few enough readings to be taken at once: quiet years end without notice.
    ///
    /// Blocks are counted by their index; each stream has one or two that reach into any time.
    private func shortened(_ times: ClosedRange<Int64>, _ db: Database) throws -> ClosedRange<Int64> {
        var times = times
        let streams = try Store.streams(of: Store.windows(query.selection, db).keys, db).values
        let ids = Set(streams.map(\.stream))
        let sealedThrough = streams.map(\.sealedThrough).min() ?? 0
        while times.upperBound - times.lowerBound > ReadingSlices.shortest {
            let blocks = try ids.reduce(0) { try $0 + max(0, BlockTable.count(of: $1, in: times, db) - 2) }
            let unsealed =
                try Int.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT coalesce(sum(reading_count), 0) FROM journal
                            WHERE id > ? AND first_time <= ? AND last_time >= ?
                            """), arguments: [sealedThrough, times.upperBound, times.lowerBound]) ?? 0
            guard blocks * ReadingSlices.readingsPerBlock + unsealed > 4 * ReadingSlices.aim else { break }
            times = times.lowerBound...(times.lowerBound + (times.upperBound - times.lowerBound) / 2)
        }
        return times
    }

    private func slice(_ times: ClosedRange<Int64>, _ db: Database) throws -> [StoredReading] {
        let wanted = try Store.windows(query.selection, db)
        let streams = try Store.streams(of: wanted.keys, db)
        guard !streams.isEmpty else { return [] }
        var found: [StoredReading] = []
        for stream in Set(streams.values.map(\.stream)).sorted() {
            for block in try BlockTable.blocks(of: stream, in: times, db) {
                guard
                    let columns = try store.damageList.spare(
                        { DamagedStretch(block, reason: $0) }, strictly: strictly,
                        { try BlockTable.columns(of: block.id, db) { wanted[$0] != nil } })
                else { continue }
                for field in columns.fields {
                    for window in wanted[field.series] ?? [] {
                        let upper = min(times.upperBound, window.upperBound == .max ? .max : window.upperBound - 1)
                        let lower = max(times.lowerBound, window.lowerBound)
                        guard lower <= upper else { continue }
                        columns.readings(field, in: columns.rows(in: lower...upper)) { found.append($0) }
                    }
                }
            }
        }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT id, body, first_time, last_time, reading_count FROM journal
                    WHERE id > ? AND first_time <= ? AND last_time >= ? ORDER BY id
                    """),
            arguments: [streams.values.map(\.sealedThrough).min() ?? 0, times.upperBound, times.lowerBound])
        while let row = try rows.next() {
            let id: Int64 = row[0]
            _ = try store.damageList.spare(
                { DamagedStretch(id, place: .journal, first: row[2], last: row[3], count: row[4], reason: $0) },
                strictly: strictly,
                {
                    try row.withBytes(at: 1) { bytes in
                        try JournalBody.decode(bytes) { reading in
                            let time = reading.time.instant.milliseconds
                            if let stream = streams[reading.series.rawValue], id > stream.sealedThrough,
                                times.contains(time),
                                wanted[reading.series.rawValue]?.contains(where: { $0.contains(time) }) == true
                            {
                                found.append(reading)
                            }
                        }
                    }
                })
        }
        return ReadingSlices.sorted(found)
    }

    /// By time, then by series; readings of one series and time keep their order.
    private static func sorted(_ readings: [StoredReading]) -> [StoredReading] {
        func isBefore(_ left: StoredReading, _ right: StoredReading) -> Bool {
            (left.time.instant, left.series) < (right.time.instant, right.series)
        }
        let isInOrder = readings.withUnsafeBufferPointer { readings in
            for index in readings.indices.dropFirst() where isBefore(readings[index], readings[index - 1]) {
                return false
            }
            return true
        }
        if isInOrder { return readings }
        return readings.enumerated().sorted { left, right in
            isBefore(left.element, right.element)
                || (!isBefore(right.element, left.element) && left.offset < right.offset)
        }.map(\.element)
    }
}

extension Store {
    /// The streams of some series with the newest journal row that stands in their blocks.
    static func streams(
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
        return windows.mapValues(\.merged)
    }
}

extension [Range<Int64>] {
    /// The same instants in ranges that stand apart, in their order.
    fileprivate var merged: [Range<Int64>] {
        guard count > 1 else { return self }
        var merged: [Range<Int64>] = []
        for range in sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
