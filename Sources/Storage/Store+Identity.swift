import Foundation
import GRDB
import GatewayModel

extension Store {
    /// The series directory as of the last commit, with days of that zone; load it once, at start.
    public func directory(zone: Zone) throws(StoreError) -> SeriesDirectory {
        try read("directory") { db in
            var directory = SeriesDirectory(
                zone: zone, nextStream: try Store.number("stream", db) + 1,
                nextSeries: try Store.number("series", db) + 1)
            for row in try Row.fetchAll(
                db,
                sql: """
                    SELECT stream.id, identity, message, sealed_through
                    FROM stream JOIN device ON device.id = device ORDER BY stream.id
                    """)
            {
                directory.addStream(row[0], key: StreamKey(device: row[1], message: row[2]))
            }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, stream, field, unit, last_time, last_source, last_mantissa, last_scale FROM series
                    ORDER BY id
                    """)
            for row in rows {
                directory.addSeries(row[0], stream: row[1], channel: row[2], unit: row[3])
                if let time = row[4] as Int64?, let source = TimeSource(rawValue: UInt8(clamping: row[5] as Int64)),
                    let mantissa = row[6] as Int64?, let scale = row[7] as Int64?, (0...18).contains(scale)
                {
                    directory.note(
                        series: row[0], time: time, source: source,
                        value: DecimalValue(mantissa: mantissa, scale: UInt8(scale)))
                }
            }
            try eachUnsealed(db) { reading in
                directory.note(
                    series: reading.series.rawValue, time: reading.time.instant.milliseconds,
                    source: reading.time.source, value: reading.value)
            }
            return directory
        }
    }

    /// All series, by number.
    public func series() throws(StoreError) -> [SeriesRecord] {
        try read("series") { db in try Store.series(db) }
    }

    /// All devices, by identity, with when they were last heard and how many readings are stored.
    public func devices() throws(StoreError) -> [DeviceRecord] {
        try read("devices") { db in
            let series = try Store.series(db)
            var counts: [Int64: Int64] = [:]
            var newest: [Int64: Int64] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT id, sealed_count FROM stream") { counts[row[0]] = row[1] }
            let streams = Dictionary(uniqueKeysWithValues: series.map { ($0.id.rawValue, $0.stream.rawValue) })
            for row in try Row.fetchAll(db, sql: "SELECT stream, max(last_time) FROM series GROUP BY stream") {
                if let time = row[1] as Int64? { newest[row[0]] = time }
            }
            try eachUnsealed(db) { reading in
                guard let stream = streams[reading.series.rawValue] else { return }
                counts[stream, default: 0] += 1
                newest[stream] = max(newest[stream] ?? .min, reading.time.instant.milliseconds)
            }
            let byDevice = Dictionary(grouping: series, by: \.key.device)
            return try Row.fetchAll(db, sql: "SELECT identity, first_seen FROM device ORDER BY identity").map { row in
                let own = byDevice[row[0]] ?? []
                let ownStreams = Set(own.map(\.stream.rawValue))
                return DeviceRecord(
                    device: row[0], firstSeen: Instant(milliseconds: row[1]),
                    lastSeen: ownStreams.compactMap { newest[$0] }.max().map(Instant.init(milliseconds:)),
                    readingCount: ownStreams.reduce(0) { $0 + (counts[$1] ?? 0) }, series: own)
            }
        }
    }

    /// What is stored of a series at exactly that time; of several readings without device time, the first.
    public func value(series: SeriesID, at time: Instant) throws(StoreError) -> StoredReading? {
        let rows = spans.rows(covering: time.milliseconds)
        return try read("value") { db in
            guard
                let stream = try Row.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT stream.id, sealed_through FROM series JOIN stream ON stream.id = stream
                            WHERE series.id = ?
                            """), arguments: [series.rawValue])
            else { return nil }
            let when = time.milliseconds...time.milliseconds
            for block in try BlockTable.blocks(of: stream[0], in: when, db) {
                let columns = try damageList.spare({ DamagedStretch(block, reason: $0) }) {
                    try BlockTable.columns(of: block.id, db) { $0 == series.rawValue }
                }
                guard let columns, let field = columns.fields.first else { continue }
                var found: StoredReading?
                columns.readings(field, in: columns.rows(in: when)) { found = found ?? $0 }
                if let found { return found }
            }
            let sealed: Int64 = stream[1]
            for id in rows where id > sealed {
                var found: StoredReading?
                try eachReading(ofJournal: id, db) { reading in
                    if found == nil, reading.series == series, reading.time.instant == time { found = reading }
                }
                if let found { return found }
            }
            return nil
        }
    }

    static func series(_ db: Database) throws -> [SeriesRecord] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT series.id, stream, identity, message, field, unit, quantity, kind, meter FROM series
                JOIN stream ON stream.id = stream JOIN device ON device.id = device ORDER BY series.id
                """
        ).map { row in
            SeriesRecord(
                id: SeriesID(rawValue: row[0]), stream: StreamID(rawValue: row[1]),
                key: StreamKey(device: row[2], message: row[3]), channel: row[4], unit: Unit(row[5]),
                quantity: Quantity(rawValue: row[6]), kind: ReadingKind(rawValue: row[7]) ?? .gauge,
                meter: try (row[8] as String?).map { try JSONText.decode(MeterSheet.self, $0) })
        }
    }

    /// Every reading of the journal that stands in no block yet, in order of arrival; damaged rows are passed over.
    func eachUnsealed(_ db: Database, _ body: (StoredReading) -> Void) throws {
        let sealed = try Store.sealedThrough(db)
        let ids = try Int64.fetchAll(
            db, sql: "SELECT id FROM journal WHERE id > ? AND reading_count > 0 ORDER BY id",
            arguments: [sealed.values.min() ?? 0])
        for id in ids {
            try eachReading(ofJournal: id, db) { reading in
                if id > sealed[reading.series.rawValue] ?? 0 { body(reading) }
            }
        }
    }

    /// Every packet and reading of a commit; none where its bytes are damaged, which is noted.
    func eachReading(
        ofJournal id: Int64, _ db: Database, packets: (PacketRecord) -> Void = { _ in },
        _ body: (StoredReading) -> Void
    ) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT body FROM journal WHERE id = ?"), arguments: [id])
        _ = try damageList.spare({ DamagedStretch(id, place: .journal, $0, db) }) {
            try withExtendedLifetime(rows) {
                try rows.next()?.withBytes(at: 0) { bytes in
                    try JournalBody.decode(bytes, packets: packets, readings: body)
                }
            }
        }
    }

    /// The newest journal row that stands in blocks, by series.
    static func sealedThrough(_ db: Database) throws -> [Int64: Int64] {
        var sealed: [Int64: Int64] = [:]
        for row in try Row.fetchAll(
            db, sql: "SELECT series.id, sealed_through FROM series JOIN stream ON stream.id = stream")
        {
            sealed[row[0]] = row[1] as Int64
        }
        return sealed
    }
}

extension SeriesDirectory {
    mutating func addStream(_ id: Int64, key: StreamKey) {
        streams[key] = Int32(streamIDs.count)
        streamIDs.append(id)
    }

    mutating func addSeries(_ id: Int64, stream: Int64, channel: String, unit: String) {
        guard let index = SeriesDirectory.position(of: stream, in: streamIDs, { $0 }) else { return }
        fields[FieldKey(stream: Int32(index), channel: channel, unit: unit)] = Int32(newest.count)
        newest.append(Newest(id: id))
    }

    /// Notes a stored reading while loading.
    mutating func note(series: Int64, time: Int64, source: TimeSource, value: DecimalValue) {
        guard let index = SeriesDirectory.position(of: series, in: newest, \.id) else { return }
        guard !newest[index].hasReading || time >= newest[index].time else { return }
        newest[index].hasReading = true
        newest[index].isDeviceTime = source == .device || source == .manual
        newest[index].time = time
        newest[index].mantissa = value.mantissa
        newest[index].scale = value.scale
    }

    /// Where a number stands in an array that is sorted by number, as loading makes them.
    private static func position<Element>(
        of number: Int64, in array: [Element], _ key: (Element) -> Int64
    ) -> Int? {
        var low = 0
        var high = array.count
        while low < high {
            let middle = (low + high) / 2
            if key(array[middle]) < number { low = middle + 1 } else { high = middle }
        }
        return low < array.count && key(array[low]) == number ? low : nil
    }
}
