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
                var facts = known[change.sensor] ?? [:]
                facts["sensor"] = change.sensor.rawValue
                if let old = change.old { facts["old"] = try JSONText.encode(old) }
                if let new = change.new { facts["new"] = try JSONText.encode(new) }
                return RecordEntry(
                    at: at, kind: "sensor.\(change.kind.rawValue)", facts: facts, erasable: ["person": person])
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

    /// Binds a device's channel to a sensor from an instant on; a binding in force ends there.
    ///
    /// The consumption of all days from then on, by `zone`, is marked for recomputing in the same transaction, and the
    /// change stands in the record book, `known` beside it; `notices` go out with it. Throws `invalid` for a sensor that is
    /// not declared or a time before the binding in force began.
    public func bind(
        _ new: Binding, at now: Instant, by person: String, zone: Zone, facts known: [String: String] = [:],
        notices: [OutboxItem] = []
    ) throws(StoreError) {
        try write("bind") { db in
            let (sensor, from) = (new.sensor, new.from)
            let old = try Store.end(sensor, at: from, db)
            try db.execute(
                sql:
                    "INSERT INTO binding (sensor, device, channel, valid_from) SELECT id, ?, ?, ? FROM sensor WHERE name = ?",
                arguments: [new.device, new.channel, from.milliseconds, sensor.rawValue])
            guard db.changesCount == 1 else {
                throw StoreError(
                    .invalid, "bind", cause: "no sensor is called '\(sensor)'", remedy: "Declare it first.")
            }
            try Store.recordBinding(old: old, new: new, at: now, by: person, zone: zone, known, db)
            try Store.insert(notices, db)
        }
    }

    /// Ends a sensor's binding; nil where none was in force.
    public func unbind(
        _ sensor: SensorID, at end: Instant, now: Instant, by person: String, zone: Zone
    ) throws(StoreError) -> Binding? {
        try write("unbind") { db in
            guard let old = try Store.end(sensor, at: end, db) else { return nil }
            try Store.recordBinding(old: old, new: nil, at: now, by: person, zone: zone, [:], db)
            return old
        }
    }

    /// All bindings, past ones included, by sensor and time.
    public func bindings() throws(StoreError) -> [Binding] {
        try read("bindings") { db in try Store.bindings(db) }
    }

    static func bindings(_ db: Database) throws -> [Binding] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT name, device, channel, valid_from, valid_until FROM binding JOIN sensor ON sensor.id = sensor
                ORDER BY name, valid_from, binding.id
                """
        ).map { row in
            Binding(
                sensor: SensorID(rawValue: row[0]), device: row[1], channel: row[2],
                from: Instant(milliseconds: row[3]), until: (row[4] as Int64?).map(Instant.init(milliseconds:)))
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

    /// Ends the binding in force and returns it as it now is.
    private static func end(_ sensor: SensorID, at end: Instant, _ db: Database) throws -> Binding? {
        guard var current = try bindings(db).first(where: { $0.sensor == sensor && $0.until == nil }) else {
            return nil
        }
        guard current.from <= end else {
            throw StoreError(
                .invalid, "bind", cause: "'\(sensor)' is bound to \(current.device) since \(current.from)",
                remedy: "Give a later time.")
        }
        current.until = end
        try db.execute(
            sql: """
                UPDATE binding SET valid_until = ? WHERE valid_until IS NULL
                AND sensor = (SELECT id FROM sensor WHERE name = ?)
                """, arguments: [end.milliseconds, sensor.rawValue])
        return current
    }

    private static func recordBinding(
        old: Binding?, new: Binding?, at now: Instant, by person: String, zone: Zone, _ known: [String: String],
        _ db: Database
    ) throws {
        guard let sensor = new?.sensor ?? old?.sensor, let from = new?.from ?? old?.until else { return }
        var facts = known
        facts["sensor"] = sensor.rawValue
        if let old { facts["old"] = try JSONText.encode(old) }
        if let new { facts["new"] = try JSONText.encode(new) }
        _ = try RecordBook.append(
            [RecordEntry(at: now, kind: "sensor.bound", facts: facts, erasable: ["person": person])], db)
        try db.execute(
            sql: "INSERT OR IGNORE INTO dirty_use SELECT sensor, date FROM day_use WHERE sensor = ? AND date >= ?",
            arguments: [sensor.rawValue, zone.date(at: from).description])
        // Days that have figures of the series but none of this sensor yet.
        for binding in [old, new].compactMap({ $0 }) {
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO dirty_use SELECT DISTINCT ?, date FROM day_stats
                    JOIN series ON series.id = series JOIN stream ON stream.id = stream
                    JOIN device ON device.id = device WHERE identity = ? AND field = ? AND date >= ?
                    """,
                arguments: [sensor.rawValue, binding.device, binding.channel, zone.date(at: from).description])
        }
    }
}
