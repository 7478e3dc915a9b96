import GRDB
import GatewayModel

/// What declaring sensors changed.
public struct SensorChange: Hashable, Sendable {
    /// The kinds of change.
    public enum Kind: String, Hashable, Sendable {
        /// A new measuring point.
        case added
        /// Its sheet says something else from now on.
        case changed
        /// No longer declared; its history stays.
        case retired
    }

    /// Which measuring point.
    public var sensor: SensorID
    /// What happened.
    public var kind: Kind
    /// The sheet before, nil where it is new.
    public var old: Sensor?
    /// The sheet from now on, nil where it is retired.
    public var new: Sensor?
}

extension Store {
    /// Makes these the declared sensors from `at` on; what differs is dated and entered in the record book.
    ///
    /// History is never deleted: a sensor that is no longer named is retired. `notices` go out in the same transaction,
    /// `known` stands in the record book beside a sensor's change. Returns the changes, by name.
    public func declare(
        _ sensors: [Sensor], at: Instant, by person: String, facts known: [SensorID: [String: String]] = [:],
        notices: [OutboxItem] = []
    ) throws(StoreError) -> [SensorChange] {
        try write("declare sensors") { db in
            let changes = Store.changes(from: try Store.sensors(db, at: nil), to: sensors)
            let new = Dictionary(sensors.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
            for change in changes {
                let (id, kind) = (change.sensor, change.kind)
                try db.execute(
                    sql: """
                        INSERT INTO sensor (name, retired_at) VALUES (?1, ?2)
                        ON CONFLICT (name) DO UPDATE SET retired_at = ?2
                        """, arguments: [id.rawValue, kind == .retired ? at.milliseconds : nil])
                if let sheet = new[id] {
                    try db.execute(
                        sql: "INSERT OR REPLACE INTO sensor_sheet SELECT id, ?, ? FROM sensor WHERE name = ?",
                        arguments: [at.milliseconds, try JSONText.encode(sheet), id.rawValue])
                }
            }
            let records = try changes.map { change in
                var told = ["sensor": change.sensor.rawValue]
                if let old = change.old { told["old"] = try JSONText.encode(old) }
                if let new = change.new { told["new"] = try JSONText.encode(new) }
                let isHome = [change.old, change.new].contains { $0?.visibility == .household }
                return Store.entry(
                    "sensor.\(change.kind.rawValue)", told, known[change.sensor] ?? [:], ofHome: isHome, at: at,
                    by: person)
            }
            _ = try RecordBook.append(records, db)
            try Store.insert(notices, db)
            return changes
        }
    }

    /// What declaring these sensors would change, by name.
    public func plannedChanges(_ sensors: [Sensor]) throws(StoreError) -> [SensorChange] {
        Store.changes(from: try self.sensors(), to: sensors)
    }

    private static func changes(from old: [Sensor], to new: [Sensor]) -> [SensorChange] {
        let old = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        let new = Dictionary(new.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        return Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map { id in
            let kind: SensorChange.Kind = new[id] == nil ? .retired : old[id] == nil ? .added : .changed
            return SensorChange(sensor: id, kind: kind, old: old[id], new: new[id])
        }
    }

    /// The sensors declared now, or their sheets as they were at a time; by name.
    public func sensors(at time: Instant? = nil) throws(StoreError) -> [Sensor] {
        try read("sensors") { db in try Store.sensors(db, at: time) }
    }

    /// When each sensor was declared first.
    public func sensorsDeclared() throws(StoreError) -> [SensorID: Instant] {
        try read("sensors") { db in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT name, min(valid_from) FROM sensor_sheet JOIN sensor ON sensor.id = sensor GROUP BY name")
            return Dictionary(
                rows.map { (SensorID(rawValue: $0[0]), Instant(milliseconds: $0[1])) }, uniquingKeysWith: { $1 })
        }
    }

    /// The meter sheets of sensors as they hung there from their times on, oldest first; a sheet's name alone is no change.
    public func meterSheets() throws(StoreError) -> [SensorID: [(from: Instant, sheet: MeterSheet?)]] {
        try read("meter sheets") { db in
            var sheets: [SensorID: [(from: Instant, sheet: MeterSheet?)]] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT name, valid_from, body FROM sensor_sheet JOIN sensor ON sensor.id = sensor
                    ORDER BY name, valid_from
                    """)
            while let row = try rows.next() {
                let id = SensorID(rawValue: row[0])
                let meter = try JSONText.decode(Sensor.self, row[2] as String).meter
                if let last = sheets[id]?.last, last.sheet == meter { continue }
                sheets[id, default: []].append((Instant(milliseconds: row[1]), meter))
            }
            return sheets
        }
    }

    /// For each series the sensors that it counts for, and when; by time.
    func places() throws(StoreError) -> [SeriesID: [SeriesPlaces.Place]] {
        try read("sensors") { db in
            var places: [SeriesID: [SeriesPlaces.Place]] = [:]
            let rows = try Row.fetchCursor(
                db, sql: "SELECT series, valid_from, valid_until, sensor FROM sensor_series ORDER BY valid_from, sensor"
            )
            while let row = try rows.next() {
                let times = (row[1] as Int64)..<(row[2] as Int64? ?? .max)
                places[SeriesID(rawValue: row[0]), default: []].append(
                    SeriesPlaces.Place(times: times, sensor: SensorID(rawValue: row[3])))
            }
            return places
        }
    }

    static func sensors(_ db: Database, at time: Instant?) throws -> [Sensor] {
        try String.fetchAll(
            db,
            sql: """
                SELECT body FROM sensor JOIN sensor_sheet AS sheet ON sheet.sensor = sensor.id
                WHERE (retired_at IS NULL OR retired_at > ?1) AND valid_from =
                    (SELECT max(valid_from) FROM sensor_sheet WHERE sensor = sensor.id AND valid_from <= ?1)
                ORDER BY name
                """, arguments: [time?.milliseconds ?? .max]
        ).map { try JSONText.decode(Sensor.self, $0) }
    }

    /// What became of a sensor, for the record book. Of a home's point nothing stands there that cannot be erased: neither its
    /// name and place, which may be the people's, nor the number of its meter.
    static func entry(
        _ kind: String, _ told: [String: String], _ known: [String: String], ofHome isHome: Bool, at now: Instant,
        by person: String
    ) -> RecordEntry {
        RecordEntry(
            at: now, kind: kind, facts: isHome ? known : known.merging(told) { _, own in own },
            erasable: (isHome ? told : [:]).merging(["person": person]) { _, person in person })
    }
}
